//! What the controller reads: who it was, and whether they have declared. Never what they declared.

use super::event::{Face, Outcome, Why};
use crate::citizen::failure::Failure;
use crate::citizen::places::words;
use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_pages::parts::Tone;
use bluezone_pages::time::clock;
use bluezone_pages::{Lang, Text, text};
use bluezone_protocol::time::DAY_S;
use serde::Serialize;

text! {
    IN, "Đã vào lúc {time}", "In at {time}";
    ALREADY, "Đang ở trong rồi", "Inside already";
    OUT, "Đã ra lúc {time}", "Out at {time}";
    NOT_INSIDE, "Không có lượt vào nào để báo ra", "Was not inside";
    NOT_KEPT, "Chưa ghi được", "Nothing was written down";
    DECLARED, "Đã khai báo y tế trong {n} ngày qua", "Has declared health in the last {n} days";
    NOT_DECLARED, "Chưa khai báo y tế trong {n} ngày qua", "Has not declared health in the last {n} days";
    CONFIRMED, "Số điện thoại đã được xác nhận. Muốn biết khách đã khai báo chưa, hãy quét mã của khách.",
        "The number is confirmed. Whether they have declared, only their own code tells.";
    LOOK, "Có dấu hiệu bất thường: hãy nhìn lại người và mã", "Something is unusual: compare the person with the code";
    NOT_A_PERSON, "Đây không phải mã của một người.", "This is no code of a person.";
    A_PLACE, "Đây là mã của một địa điểm: khách tự quét, không phải bạn.", "This is a place's code: visitors scan it, not you.";
    OVER, "Mã đã hết hạn. Hãy mở lại trang mã, không dùng ảnh chụp.", "The code is over. Open the page of the code again, no photograph of it.";
    EARLY, "Mã chưa có hiệu lực: đồng hồ của máy này có thể bị sai.", "The code is not valid yet: this device's clock may be wrong.";
    REPLACED, "Mã này đã được chủ của nó thay. Hãy dùng mã mới.", "Its owner has replaced this code. Use the new one.";
    INCOMPLETE, "Cần họ tên, và số điện thoại hoặc địa chỉ.", "A name is needed, and a telephone number or an address.";
    FUTURE, "Giờ của lượt này chưa tới: hãy chỉnh đồng hồ của máy.", "That time has not come yet: set this device's clock.";
    TOO_OLD, "Lượt này quá cũ, không được lưu nữa.", "That is too long ago to be kept.";
    CLOSED, "Nơi này đã đóng.", "This place is closed.";
    CONFLICT, "Lượt này đã được ghi cho người khác.", "That was written down for somebody else."
}

/// For how many days a declaration counts.
const DAYS: i64 = 21;

/// What is shown after a scan.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Told {
    /// `good`, `caution` or `bad`.
    pub tone: &'static str,
    /// What happened.
    pub title: String,
    /// `N. V. An`; empty if nobody was recognised.
    pub name: String,
    /// Gender and year of birth.
    pub more: String,
    /// Whether they declared, or why nothing was kept.
    pub note: String,
}

impl Told {
    /// The tone, for the server's own pages.
    pub fn tone(&self) -> Tone {
        match self.tone {
            "good" => Tone::Good,
            "caution" => Tone::Caution,
            _ => Tone::Bad,
        }
    }
}

/// Puts an outcome into words.
pub async fn told(state: &AppState, lang: Lang, at: Timestamp, outcome: &Outcome) -> Result<Told, Failure> {
    let time = clock(lang, at.0);
    let title = |words: Text| words.fill(lang, &[("time", &time)]);
    let (face, title, good) = match outcome {
        Outcome::In(face) => (face, title(IN), true),
        Outcome::Already(face) => (face, title(ALREADY), true),
        Outcome::Out(face) => (face, title(OUT), true),
        Outcome::NotInside(face) => (face, title(NOT_INSIDE), false),
        Outcome::ByPhone(glimpse) => {
            let (name, more) = (words::name(lang, glimpse).to_owned(), words::glimpse(lang, glimpse));
            let note = CONFIRMED.get(lang).to_owned();
            return Ok(Told { tone: "good", title: title(IN), name, more, note });
        }
        Outcome::Refused(why) => {
            let note = because(*why).get(lang).to_owned();
            let title = NOT_KEPT.get(lang).to_owned();
            return Ok(Told { tone: "bad", title, name: String::new(), more: String::new(), note });
        }
    };
    let (declared, note) = declared(state, lang, face, at).await?;
    let note = if face.suspicious { format!("{} {note}", LOOK.get(lang)) } else { note };
    let tone = if good && declared && !face.suspicious { "good" } else { "caution" };
    let more = words::glimpse(lang, &face.glimpse);
    Ok(Told { tone, title, name: words::name(lang, &face.glimpse).to_owned(), more, note })
}

/// Whether somebody declared in the last days, and the words that say so.
async fn declared(
    state: &AppState,
    lang: Lang,
    face: &Face,
    at: Timestamp,
) -> Result<(bool, String), Failure> {
    let declared = match face.profile {
        Some(profile) => state.store.has_declared(profile, at - DAYS * DAY_S, state.now() + 1).await?,
        None => false,
    };
    let words = if declared { DECLARED } else { NOT_DECLARED };
    Ok((declared, words.fill(lang, &[("n", &DAYS.to_string())])))
}

fn because(why: Why) -> Text {
    match why {
        Why::NotAPerson => NOT_A_PERSON,
        Why::APlace => A_PLACE,
        Why::Over => OVER,
        Why::Early => EARLY,
        Why::Replaced => REPLACED,
        Why::Incomplete => INCOMPLETE,
        Why::Future => FUTURE,
        Why::TooOld => TOO_OLD,
        Why::Closed => CLOSED,
        Why::Conflict => CONFLICT,
    }
}
