//! The forms of health declarations: which are open when, their numbers, and new ones.

pub mod form;
pub mod list;
pub mod new;
pub mod switch;
pub mod switches;

use crate::forms::Forms;
use bluezone_forms::Questionnaire;
use bluezone_forms::parameters::Period;
use bluezone_pages::{Lang, Text, text};
use chrono::NaiveDate;
use std::collections::BTreeMap;

text! {
    BACK, "Biểu mẫu", "Forms";
    LOOK_BACK, "Số ngày nhìn lại", "Days to look back";
    AHEAD, "Số ngày khai trước chuyến đi", "Days ahead of a journey";
    ENTRY_DAYS, "Số ngày khai trước khi nhập cảnh", "Days ahead of entry";
    GUARDIAN_AGE, "Tuổi không cần người giám hộ", "Age from which no guardian is needed";
    ASSENT_AGE, "Tuổi cần trẻ đồng ý", "Age from which the child must agree";
    FROM_TO, "{from} đến {to}", "{from} to {to}";
    FROM_ON, "từ {from}", "from {from} on";
    UNTIL, "đến {to}", "until {to}";
    ALWAYS, "không giới hạn", "without limit";
    NEVER, "chưa có", "none"
}

/// A number's name in words; its name in the file where it has none here.
pub fn number_name(lang: Lang, name: &str) -> String {
    let known: [(&str, Text); 5] = [
        ("look-back", LOOK_BACK),
        ("ahead", AHEAD),
        ("entry-days", ENTRY_DAYS),
        ("guardian-age", GUARDIAN_AGE),
        ("assent-age", ASSENT_AGE),
    ];
    known.iter().find(|(known, _)| *known == name).map_or(name, |(_, words)| words.get(lang)).to_owned()
}

/// A period in words.
pub fn period(lang: Lang, of: Period) -> String {
    let shown = |day: NaiveDate| day.format("%d/%m/%Y").to_string();
    match (of.start.map(shown), of.end.map(shown)) {
        (Some(from), Some(to)) => FROM_TO.fill(lang, &[("from", &from), ("to", &to)]),
        (Some(from), None) => FROM_ON.fill(lang, &[("from", &from)]),
        (None, Some(to)) => UNTIL.fill(lang, &[("to", &to)]),
        (None, None) => ALWAYS.get(lang).to_owned(),
    }
}

/// Numbers in words: `Days to look back: 21`.
pub fn numbers(lang: Lang, of: &BTreeMap<String, i64>) -> String {
    if of.is_empty() {
        return NEVER.get(lang).to_owned();
    }
    let shown: Vec<_> =
        of.iter().map(|(name, value)| format!("{}: {value}", number_name(lang, name))).collect();
    shown.join("; ")
}

/// The version of a form to show: the newest that is open, or the newest there is.
pub fn newest<'a>(
    versions: &[&'a Questionnaire],
    forms: &Forms,
    day: NaiveDate,
) -> Option<(&'a Questionnaire, bool)> {
    let open = versions.iter().rfind(|form| forms.is_open(form, day));
    open.map(|form| (*form, true)).or(versions.last().map(|form| (*form, false)))
}
