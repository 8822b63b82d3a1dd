//! What is known of a breach, as fields: for the page that writes one down and the one that mends it.

use bluezone_domain::breach::Facts;
use bluezone_pages::form::Field;
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

/// Longest text, in characters.
const LONGEST: usize = 4_000;

/// What is wrong, by field.
pub type Problems = Vec<(&'static str, Text)>;

text! {
    WHAT, "Chuyện gì đã xảy ra", "What happened";
    WHAT_HINT, "Khi nào, ở hệ thống nào, vì sao. Đừng ghi tên hoặc số điện thoại của người dân ở đây.",
        "When, in which system, why. Do not write names or telephone numbers of citizens here.";
    DATA, "Loại dữ liệu", "Kinds of data";
    DATA_HINT, "Ví dụ: số điện thoại, khai báo y tế.", "For example telephone numbers, health declarations.";
    PEOPLE, "Khoảng bao nhiêu người", "About how many people";
    CONSEQUENCES, "Có thể gây hại gì", "What may follow";
    MEASURES, "Đã làm và sẽ làm gì", "What was done and will be";
    CONTACT, "Đầu mối liên hệ", "Whom to ask";
    CONTACT_HINT, "Tên, chức vụ, điện thoại của người trả lời cơ quan bảo vệ dữ liệu.", "Name, office and telephone of whoever answers the authority.";
    WRITE, "Hãy ghi ở đây.", "Write something here.";
    LONG, "Dài quá 4.000 ký tự.", "Longer than 4,000 characters.";
    NUMBER, "Hãy ghi một số, từ 0 đến 99.999.999.", "Write a number from 0 to 99,999,999."
}

/// What was typed, as it was typed. No `Debug` of it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    what: String,
    data: String,
    people: String,
    consequences: String,
    measures: String,
    contact: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

impl Typed {
    /// What is known already.
    pub fn of(facts: &Facts, people: u32) -> Typed {
        let Facts { what, data, consequences, measures, contact } = facts.clone();
        Typed { what, data, people: people.to_string(), consequences, measures, contact }
    }

    /// Reads all fields; what happened, to which data and how many people must be there, the rest may follow.
    pub fn read(&self, problems: &mut Problems) -> Option<(Facts, u32)> {
        let before = problems.len();
        let mut text = |name, typed: &str, needed: bool| {
            let kept: String = typed.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
            let kept = kept.trim().to_owned();
            if needed && kept.is_empty() {
                problems.push((name, WRITE));
            } else if kept.chars().count() > LONGEST {
                problems.push((name, LONG));
            }
            kept
        };
        let facts = Facts {
            what: text("what", &self.what, true),
            data: text("data", &self.data, true),
            consequences: text("consequences", &self.consequences, false),
            measures: text("measures", &self.measures, false),
            contact: text("contact", &self.contact, false),
        };
        let people = self.people.trim().parse().ok().filter(|people| *people < 100_000_000);
        if people.is_none() {
            problems.push(("people", NUMBER));
        }
        people.filter(|_| problems.len() == before).map(|people| (facts, people))
    }

    /// Draws the fields.
    pub fn draw(&self, lang: Lang, problems: &[(&str, &'static str)]) -> Markup {
        let wrong = |field: &str| problems.iter().find(|(of, _)| *of == field).map(|(_, words)| *words);
        let area = |name, label: Text, value| {
            Field::area(lang, name, label.get(lang), 4).value(value).error(wrong(name))
        };
        html! {
            (area("what", WHAT, &self.what).hint(WHAT_HINT.get(lang)))
            (area("data", DATA, &self.data).hint(DATA_HINT.get(lang)))
            (Field::input(lang, "text", "people", PEOPLE.get(lang)).digits(8).value(&self.people).error(wrong("people")))
            (area("consequences", CONSEQUENCES, &self.consequences).optional())
            (area("measures", MEASURES, &self.measures).optional())
            (area("contact", CONTACT, &self.contact).hint(CONTACT_HINT.get(lang)).optional())
        }
    }
}
