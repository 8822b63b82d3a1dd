//! The fields of a decision about a zone, read and drawn again: shared by the forms that decide, change and lift.

use crate::zones::words;
use bluezone_domain::Timestamp;
use bluezone_domain::area::{CommuneCode, ProvinceCode};
use bluezone_domain::zone::{Level, Terms, TermsProblem, levels, one_line};
use bluezone_pages::form::Field;
use bluezone_pages::time::{date_time_value, parse_date_time};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    FROM, "Áp dụng từ", "In force from";
    UNTIL, "Đến", "Until";
    UNTIL_HINT, "Hết giờ này vùng tự hết hiệu lực. Không quá 90 ngày.", "The zone ends by itself then. At most 90 days.";
    DECISION, "Số quyết định", "Number of the decision";
    DECISION_HINT, "Ví dụ 2011/QĐ-UBND.", "For example 2011/QĐ-UBND.";
    REASON, "Lý do", "Reason";
    REASON_HINT, "Ai cũng đọc được: không ghi tên, số điện thoại hay địa chỉ nhà của ai.",
        "Everybody can read it: no names, telephone numbers or addresses of people.";
    CHOOSE_LEVEL, "Hãy chọn cấp độ.", "Choose a level.";
    NO_TIME, "Hãy chọn ngày và giờ.", "Choose a day and a time.";
    UNKNOWN_COMMUNE, "Vào lúc đó chưa có xã, phường này.", "There is no such commune at that time.";
    ENDS_FIRST, "Vùng kết thúc trước khi bắt đầu.", "The zone ends before it begins.";
    OVER, "Vùng sẽ hết hạn ngay. Hãy kiểm tra lại ngày và năm.", "The zone would be over already. Please check day and year.";
    TOO_LONG, "Dài quá 90 ngày. Hãy quyết định lại khi hết hạn.", "Longer than 90 days. Decide again when they are over.";
    NO_DECISION, "Hãy ghi số quyết định.", "Write the number of the decision.";
    LONG_DECISION, "Số quyết định dài quá 80 ký tự.", "The number is longer than 80 characters.";
    NO_REASON, "Hãy ghi lý do.", "Write the reason.";
    LONG_REASON, "Lý do dài quá 500 ký tự.", "The reason is longer than 500 characters.";
    PERSONAL, "Trông như có số điện thoại hoặc số giấy tờ. Hãy bỏ đi: ai cũng đọc được.",
        "This looks like a telephone or identity number. Take it out: everybody can read this.";
    ZONE_OVER, "Vùng này đã hết hạn.", "This zone is over."
}

/// What is wrong, by field, in the order of the form.
pub type Problems = Vec<(&'static str, Text)>;

/// What was typed, as it was typed.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub level: String,
    pub from: String,
    pub until: String,
    pub decision: String,
    pub reason: String,
}

impl Typed {
    /// A form to fill in: from now on for 14 days.
    pub fn new(now: Timestamp) -> Typed {
        Typed {
            from: date_time_value(now.0),
            until: date_time_value(now.0 + 14 * 86_400),
            ..Typed::default()
        }
    }

    /// Reads the decision; everything that is wrong is added to `problems`.
    pub fn read(
        &self,
        province: ProvinceCode,
        commune: CommuneCode,
        now: Timestamp,
        problems: &mut Problems,
    ) -> Option<Terms> {
        let level: Option<Level> = self.level.parse().ok();
        if level.is_none() {
            problems.push(("level", CHOOSE_LEVEL));
        }
        let mut instant = |field, typed: &str| {
            let read = parse_date_time(typed).map(Timestamp);
            if read.is_none() {
                problems.push((field, NO_TIME));
            }
            read
        };
        let (from, until) = (instant("from", &self.from), instant("until", &self.until));
        let (decision, reason) = (one_line(&self.decision), one_line(&self.reason));
        // What cannot be read is replaced by what passes, so that the rest is judged too.
        let soon = from.unwrap_or(now).max(now) + 1;
        let terms = Terms {
            level: level.unwrap_or_else(|| levels().levels[0].level()),
            from: from.unwrap_or(now),
            until: until.unwrap_or(soon),
            decision,
            reason,
        };
        problems.extend(terms.problems(province, commune, now).into_iter().map(problem));
        problems.is_empty().then_some(terms)
    }
}

/// A problem's field and words.
pub fn problem(problem: TermsProblem) -> (&'static str, Text) {
    match problem {
        TermsProblem::UnknownCommune => ("from", UNKNOWN_COMMUNE),
        TermsProblem::EndsBeforeItBegins => ("until", ENDS_FIRST),
        TermsProblem::Over => ("until", OVER),
        TermsProblem::TooLong => ("until", TOO_LONG),
        TermsProblem::NoDecision => ("decision", NO_DECISION),
        TermsProblem::LongDecision => ("decision", LONG_DECISION),
        TermsProblem::NoReason => ("reason", NO_REASON),
        TermsProblem::LongReason => ("reason", LONG_REASON),
        TermsProblem::PersonalReason => ("reason", PERSONAL),
        TermsProblem::ZoneOver => ("decision", ZONE_OVER),
    }
}

/// The problem of a field.
pub fn of<'a>(problems: &[(&str, &'a str)], field: &str) -> Option<&'a str> {
    problems.iter().find(|(of, _)| *of == field).map(|(_, words)| *words)
}

/// Level and times.
pub fn level_and_times(lang: Lang, typed: &Typed, problems: &[(&str, &str)]) -> Markup {
    let levels = &levels().levels;
    let options: Vec<(String, String)> =
        levels.iter().map(|words| (words.level().to_string(), words::level(lang, words.level()))).collect();
    let options = options.iter().map(|(value, words)| (value.as_str(), words.as_str())).collect();
    html! {
        (Field::radio(lang, "level", words::LEVEL.get(lang), options).value(&typed.level).error(of(problems, "level")))
        (Field::input(lang, "datetime-local", "from", FROM.get(lang)).value(&typed.from).error(of(problems, "from")))
        (Field::input(lang, "datetime-local", "until", UNTIL.get(lang)).hint(UNTIL_HINT.get(lang)).value(&typed.until)
            .error(of(problems, "until")))
    }
}

/// Number and reason.
pub fn paper(lang: Lang, decision: &str, reason: &str, problems: &[(&str, &str)]) -> Markup {
    html! {
        (Field::input(lang, "text", "decision", DECISION.get(lang)).hint(DECISION_HINT.get(lang)).value(decision)
            .error(of(problems, "decision")).complete("off").verbatim())
        (Field::area(lang, "reason", REASON.get(lang), 3).hint(REASON_HINT.get(lang)).value(reason)
            .error(of(problems, "reason")))
    }
}
