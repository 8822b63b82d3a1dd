//! How it works, what it protects and what it does not.

use super::{Frame, Tab};
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{card, fold};
use bluezone_pages::{Text, text};

text! {
    TITLE, "Hướng dẫn", "Guide";
    LEAD, "Bluezone làm gì, bảo vệ bạn tới đâu, và bạn cần làm gì.", "What Bluezone does, how far it protects you, and what you need to do.";

    HOW, "Bluezone hoạt động thế nào", "How Bluezone works";
    HOW_1, "Điện thoại của bạn phát một mã ngẫu nhiên qua Bluetooth và đổi mã khoảng 10 phút một lần, cùng lúc với địa chỉ của sóng.",
        "Your phone sends a random code by Bluetooth and changes it about every ten minutes, together with the address of the radio.";
    HOW_2, "Cứ vài phút nó lắng nghe mã của các điện thoại khác, và chỉ ghi lại trên máy bạn: mã, giờ, độ mạnh của sóng.",
        "Every few minutes it listens for the codes of other phones and notes them on your phone only: code, time, strength.";
    HOW_3, "Nếu một người được chẩn đoán mắc bệnh và đồng ý, điện thoại của họ công bố các khóa ngẫu nhiên của những ngày qua.",
        "If someone is diagnosed and agrees, their phone publishes the random keys of the past days.";
    HOW_4, "Mỗi điện thoại tải các khóa đó về, tự so sánh với những gì đã ghi, và chỉ báo cho chủ của nó.",
        "Every phone downloads those keys, compares them with its own notes, and tells only its owner.";

    DUTY, "Bạn cần làm gì", "What you need to do";
    DUTY_1, "Để Bluetooth bật và mang điện thoại theo khi ra ngoài.", "Keep Bluetooth on and carry the phone when you go out.";
    DUTY_2, "Nếu có cảnh báo, làm theo hướng dẫn trên trang cảnh báo.", "If there is a warning, follow what its page says.";
    DUTY_3, "Nếu bạn được chẩn đoán, nhập mã mà cán bộ y tế đưa cho bạn. Việc này là tự nguyện.",
        "If you are diagnosed, enter the code that a health officer gives you. It is your choice.";

    Q_WHERE, "Bluezone có biết tôi ở đâu không?", "Does Bluezone know where I am?";
    A_WHERE, "Không. Bluezone không dùng định vị. Chỉ khi bạn tự quét mã ở cửa, nơi đó mới được ghi lại, và chỉ trên điện thoại này. Nếu bạn gõ số thay vì quét, máy chủ biết có ai đó hỏi về nơi ấy.",
        "No. It does not use location. Only when you scan the code at a door is that place noted, and only on this phone. If you type the digits instead, the server learns that somebody asks about that place.";
    DUTY_4, "Quét mã ở cửa khi vào nơi đông người hoặc lên xe: nếu có người bệnh ở đó cùng lúc, điện thoại báo cho bạn.",
        "Scan the code at the door of busy places and vehicles: if a case was there at the same time, the phone tells you.";
    Q_WHO, "Ai xem được nhật ký tiếp xúc của tôi?", "Who can see my contact diary?";
    A_WHO,
        "Chỉ bạn. Nhật ký nằm trên điện thoại này. Không có lệnh nào từ xa bắt điện thoại gửi nhật ký đi. Nhật ký chỉ rời máy khi chính bạn đồng ý.",
        "Only you. The diary stays on this phone. There is no remote command that makes the phone send it. It leaves the phone only when you agree.";
    Q_CODE, "Khi nhập mã, những gì được gửi đi?", "What is sent when I enter a code?";
    A_CODE,
        "Trước hết chỉ có mã. Sau đó bạn xem đúng những khóa nào sẽ được công bố, bỏ bớt ngày nếu muốn, rồi mới quyết định. Không có tên, số điện thoại hay danh sách người bạn gặp.",
        "At first only the code. Then you see exactly which keys would be published, leave out days if you like, and decide. No name, no phone number, no list of people you met.";
    Q_LIMITS, "Bluezone không bảo vệ được những gì?", "What can Bluezone not protect?";
    A_LIMITS_1, "Chỉ người dùng Bluezone mới được ghi nhận. Không có cảnh báo không có nghĩa là không có nguy cơ.",
        "Only people who use Bluezone are noticed. No warning does not mean no risk.";
    A_LIMITS_2, "Sóng Bluetooth chỉ cho biết khoảng cách một cách gần đúng: có thể báo nhầm qua tường, và có thể bỏ sót.",
        "Bluetooth tells distance only roughly: it can warn through a wall, and it can miss a contact.";
    A_LIMITS_3,
        "Nếu bạn công bố khóa, người chỉ gặp một mình bạn hôm đó có thể đoán ra bạn; và ai đặt máy thu sóng ở nhiều nơi có thể nối các lần nghe thấy bạn trong cùng một ngày.",
        "If you publish keys, someone who met only you that day may guess that it is you; and whoever placed receivers in several places can link where they heard you on one day.";
    A_LIMITS_4, "Ai mở được điện thoại này và các trang này thì xem được nhật ký. Hãy khóa màn hình.",
        "Whoever can unlock this phone and open these pages can see the diary. Lock your screen.";
    Q_BATTERY, "Có tốn pin không?", "Does it use much battery?";
    A_BATTERY,
        "Ít. Điện thoại phát sóng với công suất thấp và chỉ lắng nghe trong một phần nhỏ thời gian. Bạn xem được chu kỳ ở trang Cài đặt.",
        "Little. The phone sends at low power and listens only a small part of the time. Settings shows how often.";
    Q_DELETE, "Dữ liệu được giữ bao lâu?", "How long are data kept?";
    A_DELETE, "{n} ngày, rồi tự xóa. Bạn có thể xóa tất cả bất cứ lúc nào trong Cài đặt.",
        "{n} days, then they delete themselves. You can delete everything at any time in Settings.";
    Q_NET, "Không có mạng thì sao?", "What without a connection?";
    A_NET,
        "Điện thoại vẫn ghi nhận như thường. Khi có mạng, nó tải danh sách mới và kiểm tra lại.",
        "The phone goes on recording. When there is a connection it downloads the new lists and checks.";
    Q_DUMMY, "Vì sao điện thoại thỉnh thoảng vẫn gửi dữ liệu khi tôi không bị bệnh?", "Why does the phone send data when I am not ill?";
    A_DUMMY,
        "Mọi điện thoại đều thỉnh thoảng gửi các cuộc gọi giả cùng kích thước. Nhờ vậy người theo dõi đường truyền không biết ai thật sự báo bệnh.",
        "Every phone sometimes sends dummy calls of the same size, so that someone watching the line cannot tell who really reports."
}

/// Draws the guide.
pub fn guide(frame: &Frame, retention_days: u32) -> Markup {
    let lang = frame.lang;
    let list = |words: &[Text]| html! { ol { @for line in words { li { (line.get(lang)) } } } };
    let answer = |question: Text, answer: Text| fold(question.get(lang), html! { p { (answer.get(lang)) } });
    let body = html! {
        (card(HOW.get(lang), list(&[HOW_1, HOW_2, HOW_3, HOW_4])))
        (card(DUTY.get(lang), list(&[DUTY_1, DUTY_4, DUTY_2, DUTY_3])))
        div.stack {
            (answer(Q_WHERE, A_WHERE))
            (answer(Q_WHO, A_WHO))
            (answer(Q_CODE, A_CODE))
            (fold(Q_LIMITS.get(lang), html! {
                ul { @for line in [A_LIMITS_1, A_LIMITS_2, A_LIMITS_3, A_LIMITS_4] { li { (line.get(lang)) } } }
            }))
            (answer(Q_BATTERY, A_BATTERY))
            (fold(Q_DELETE.get(lang), html! { p { (A_DELETE.fill(lang, &[("n", &retention_days.to_string())])) } }))
            (answer(Q_NET, A_NET))
            (answer(Q_DUMMY, A_DUMMY))
        }
    };
    layout(&Page { lead: Some(LEAD.get(lang)), body, ..frame.page(Tab::Guide, TITLE.get(lang)) })
}
