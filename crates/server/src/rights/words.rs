//! What rights, refusals and outcomes are called, and what a person is told.

use bluezone_domain::data_request::{DataRequest, Outcome, Refusal, Right, Step};
use bluezone_pages::parts::{Tone, badge};
use bluezone_pages::time::date;
use bluezone_pages::{Lang, Text, text};
use maud::Markup;

text! {
    VIEW, "Xem dữ liệu", "See the data";
    CORRECT, "Sửa dữ liệu", "Correct the data";
    PROVIDE, "Cấp bản sao", "A copy";
    WITHDRAW, "Rút lại đồng ý", "Take a consent back";
    RESTRICT, "Hạn chế sử dụng", "Restrict the use";
    OBJECT, "Phản đối sử dụng", "Object to the use";
    DELETE, "Xóa dữ liệu", "Delete the data";
    EMERGENCY, "cần để bảo vệ tính mạng, sức khỏe trong tình huống khẩn cấp (Luật 91/2025/QH15, Điều 19)",
        "needed at once to protect life or health (Law 91/2025/QH15, Art. 19)";
    STATE, "tình trạng khẩn cấp hoặc để phòng ngừa tình trạng khẩn cấp (Luật 91/2025/QH15, Điều 19)",
        "a state of emergency, or to prevent one (Law 91/2025/QH15, Art. 19)";
    DUTY, "nghĩa vụ của cơ quan y tế theo Luật Phòng bệnh 114/2025/QH15 (Luật 91/2025/QH15, Điều 14 khoản 2 và Điều 19)",
        "a duty of the health authority under Law 114/2025/QH15 (Law 91/2025/QH15, Art. 14.2 and 19)";
    NOT_KEPT, "không lưu dữ liệu này", "no such data is kept";
    NOT_THEIRS, "dữ liệu của người khác mà bạn không đại diện", "the data of somebody for whom you cannot ask";
    DONE, "Đã làm", "Done";
    REFUSED, "Từ chối", "Refused";
    TAKEN_BACK, "Người yêu cầu đã rút", "Taken back";
    ARRIVED, "Chúng tôi đã nhận yêu cầu “{right}”. Bạn có câu trả lời chậm nhất ngày {date}.",
        "Your request “{right}” has arrived. You will have an answer by {date}.";
    LONGER, "Yêu cầu “{right}” cần thêm thời gian, chậm nhất đến ngày {date}. Lý do: {reason}",
        "Your request “{right}” takes longer, until {date}. The reason: {reason}";
    IS_DONE, "Yêu cầu “{right}” đã được thực hiện. {answer}", "Your request “{right}” was done. {answer}";
    IS_REFUSED, "Yêu cầu “{right}” không được chấp nhận vì: {why}. {answer}", "Your request “{right}” was refused: {why}. {answer}"
}

/// A right in words.
pub fn right(right: Right) -> Text {
    match right {
        Right::View => VIEW,
        Right::Correct => CORRECT,
        Right::Provide => PROVIDE,
        Right::Withdraw => WITHDRAW,
        Right::Restrict => RESTRICT,
        Right::Object => OBJECT,
        Right::Delete => DELETE,
    }
}

/// A refusal's reason in words, with the law that it rests on.
pub fn refusal(refusal: Refusal) -> Text {
    match refusal {
        Refusal::Emergency => EMERGENCY,
        Refusal::State => STATE,
        Refusal::Duty => DUTY,
        Refusal::NotKept => NOT_KEPT,
        Refusal::NotTheirs => NOT_THEIRS,
    }
}

/// How a request ended, as a label.
pub fn outcome_badge(lang: Lang, outcome: Outcome) -> Markup {
    match outcome {
        Outcome::Done => badge(Tone::Good, DONE.get(lang)),
        Outcome::Refused(_) => badge(Tone::Bad, REFUSED.get(lang)),
        Outcome::TakenBack => badge(Tone::Neutral, TAKEN_BACK.get(lang)),
    }
}

/// What the person is told of a step.
pub fn told(lang: Lang, step: &Step, after: &DataRequest) -> String {
    let right = right(after.right).get(lang);
    // The term ends with the last second of its last day.
    let until = date(lang, after.due_at.0 - 1);
    match step {
        Step::Acknowledge => ARRIVED.fill(lang, &[("right", right), ("date", &until)]),
        Step::Extend { reason } => {
            LONGER.fill(lang, &[("right", right), ("date", &until), ("reason", reason)])
        }
        Step::Close { outcome: Outcome::Refused(why), answer } => {
            let why = refusal(*why).get(lang);
            IS_REFUSED.fill(lang, &[("right", right), ("why", why), ("answer", answer)])
        }
        Step::Close { answer, .. } => IS_DONE.fill(lang, &[("right", right), ("answer", answer)]),
    }
}
