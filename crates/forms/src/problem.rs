//! What is wrong with an answer, in words.

use crate::model::Questionnaire;
use crate::setting::Setting;
use bluezone_pages::{Lang, text};
use chrono::NaiveDate;

text! {
    MISSING, "Hãy trả lời câu này", "Please answer this";
    MUST_TICK, "Cần đánh dấu ô này để gửi", "This box must be ticked to send";
    NOT_ASKED, "Câu này không cần trả lời theo các câu trên: hãy xóa nội dung, hoặc sửa câu trên",
        "By your answers above this is not asked: clear it, or change the answer above";
    WRONG_TYPE, "Câu trả lời không đúng kiểu", "The answer is of the wrong kind";
    TOO_MANY, "Chọn nhiều nhất {n}", "Choose {n} at most";
    EXCLUSIVE, "“{choice}” không thể chọn cùng câu khác", "“{choice}” cannot be chosen together with others";
    NOT_AN_OPTION, "Hãy chọn trong danh sách", "Please choose from the list";
    TWICE, "Một lựa chọn được gửi hai lần", "One choice was sent twice";
    TOO_LONG, "Nhiều nhất {n} ký tự", "At most {n} characters";
    TOO_SHORT, "Ít nhất {n} ký tự", "At least {n} characters";
    FORMAT, "Cần viết đúng dạng: {format}", "Please write it as: {format}";
    LESS, "Nhỏ nhất là {limit}", "The least is {limit}";
    GREATER, "Lớn nhất là {limit}", "The greatest is {limit}";
    EARLY, "Sớm nhất là ngày {limit}", "The earliest day is {limit}";
    LATE, "Muộn nhất là ngày {limit}", "The latest day is {limit}";
    PLACES, "Nhiều nhất {n} chữ số sau dấu phẩy", "At most {n} digits after the point";
    NOT_A_NUMBER, "Hãy viết một số", "Please write a number";
    NO_MOBILE, "Hãy viết số di động Việt Nam: mã xác nhận được gửi tới số này", "Please write a mobile number of Vietnam: the code is sent to it";
    NOT_A_DATE, "Hãy viết ngày theo dạng ngày/tháng/năm", "Please write a date as day/month/year";
    FILE_TYPE, "Loại tệp này không được nhận", "This type of file is not accepted";
    FILE_SIZE, "Tệp lớn hơn {n} MB", "The file is larger than {n} MB";
    UNKNOWN, "Biểu mẫu không có câu này", "The form has no such question"
}

/// What is wrong with the answer to one item.
#[derive(Clone, PartialEq, Debug)]
pub struct Problem {
    /// The item. Of [`Wrong::Unknown`] a name that no item has.
    pub link_id: String,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What can be wrong. It holds nothing that the person wrote.
#[derive(Clone, PartialEq, Debug)]
pub enum Wrong {
    /// Required and not answered.
    Missing,
    /// A box that must be ticked.
    MustTick,
    /// Answered, although the question does not apply.
    NotAsked,
    /// A text where a number is asked, or the like.
    WrongType,
    /// More answers than it takes.
    TooMany(usize),
    /// A choice that excludes the others, by its code, together with others.
    Exclusive(String),
    /// None of the choices.
    NotAnOption,
    /// A choice that stands twice.
    Twice,
    /// Too many characters.
    TooLong(usize),
    /// Too few characters.
    TooShort(usize),
    /// Not as the pattern wants.
    Format,
    /// Below the least.
    Less(f64),
    /// Above the greatest.
    Greater(f64),
    /// Before the first day.
    Early(NaiveDate),
    /// After the last day.
    Late(NaiveDate),
    /// Too many digits after the point.
    Places(usize),
    /// No number.
    NotANumber,
    /// No date.
    NotADate,
    /// A file of a type that is not taken.
    FileType,
    /// A file that is too large; the most in bytes.
    FileSize(u64),
    /// A number that no text message reaches, where a code must be sent to it. Only who sends it finds that out.
    NoMobile,
    /// No item of the form.
    Unknown,
}

impl Problem {
    /// A problem with an answer.
    pub fn new(link_id: &str, wrong: Wrong) -> Problem {
        Problem { link_id: link_id.to_owned(), wrong }
    }

    /// The problem in words.
    pub fn words(&self, form: &Questionnaire, lang: Lang, setting: &Setting) -> String {
        let n = |words: bluezone_pages::Text, n: usize| words.fill(lang, &[("n", &n.to_string())]);
        let limit = |words: bluezone_pages::Text, limit: &str| words.fill(lang, &[("limit", limit)]);
        let plain = match &self.wrong {
            Wrong::Missing => MISSING,
            Wrong::MustTick => MUST_TICK,
            Wrong::NotAsked => NOT_ASKED,
            Wrong::WrongType => WRONG_TYPE,
            Wrong::NotAnOption => NOT_AN_OPTION,
            Wrong::NoMobile => NO_MOBILE,
            Wrong::Twice => TWICE,
            Wrong::NotANumber => NOT_A_NUMBER,
            Wrong::NotADate => NOT_A_DATE,
            Wrong::FileType => FILE_TYPE,
            Wrong::Unknown => UNKNOWN,
            Wrong::TooMany(most) => return n(TOO_MANY, *most),
            Wrong::TooLong(most) => return n(TOO_LONG, *most),
            Wrong::TooShort(least) => return n(TOO_SHORT, *least),
            Wrong::Places(places) => return n(PLACES, *places),
            Wrong::Less(least) => return limit(LESS, &number(lang, *least)),
            Wrong::Greater(greatest) => return limit(GREATER, &number(lang, *greatest)),
            Wrong::Early(first) => return limit(EARLY, &date(*first)),
            Wrong::Late(last) => return limit(LATE, &date(*last)),
            Wrong::FileSize(bytes) => {
                return FILE_SIZE.fill(lang, &[("n", &(bytes / 1_000_000).to_string())]);
            }
            Wrong::Exclusive(code) => {
                let words =
                    form.item(&self.link_id).and_then(|item| item.words_of(code, None, lang, setting));
                return EXCLUSIVE.fill(lang, &[("choice", words.as_deref().unwrap_or(code))]);
            }
            Wrong::Format => {
                let format = form.item(&self.link_id).and_then(|item| item.format(lang, setting));
                return FORMAT.fill(lang, &[("format", format.as_deref().unwrap_or("?"))]);
            }
        };
        plain.get(lang).to_owned()
    }
}

/// A number with the comma of the language.
pub(crate) fn number(lang: Lang, number: f64) -> String {
    let text = number.to_string();
    match lang {
        Lang::Vi => text.replace('.', ","),
        Lang::En => text,
    }
}

/// A day as it is written in Vietnam, which both languages' readers know.
pub(crate) fn date(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}
