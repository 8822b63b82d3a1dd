//! Whom a form means that tells of somebody else than it is taken to be about ([`super::is_another`]): whoever sent it says so.

use super::{Sheet, identity};
use bluezone_domain::citizen::Profile;
use bluezone_domain::fold::fold;
use bluezone_forms::{Answers, Entries};
use bluezone_pages::text;

text! {
    WHO, "Tên và năm sinh khác với những gì đã biết về {name}. Tờ khai này là của ai?",
        "Name and year of birth are not what is known of {name}. Whom is this declaration about?";
    SAME, "Vẫn là {name}: thông tin cũ ghi sai", "Still {name}: what was known was wrong";
    OTHER, "Người khác: tôi khai hộ", "Somebody else: I declare for them"
}

/// The field that holds the answer, in the round in which it is asked.
pub const FIELD: &str = "meant-person";
/// The field that carries the answer of a round before, with whom it was said of.
pub const SAID: &str = "meant-before";
/// Whoever answers that they declare for another.
const OTHER_USER: &str = "otherUser";

/// Whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meant {
    /// Who it is taken to be about.
    Same,
    /// Somebody else.
    Other,
}

impl Meant {
    const BOTH: [Meant; 2] = [Meant::Same, Meant::Other];

    /// Its name in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Meant::Same => "same",
            Meant::Other => "other",
        }
    }

    /// What was answered, now or in a round before; then it was said of this name and year of birth, and says nothing of others.
    pub fn of(fields: &[(String, String)], answers: &Answers) -> Option<Meant> {
        let before = held(fields, SAID);
        let carried = |meant: &Meant| before.is_some_and(|before| before == meant.carried(answers));
        Meant::asked(fields).or_else(|| Meant::BOTH.into_iter().find(carried))
    }

    /// What was answered in the round in which it was asked.
    fn asked(fields: &[(String, String)]) -> Option<Meant> {
        let said = held(fields, FIELD);
        Meant::BOTH.into_iter().find(|meant| Some(meant.as_str()) == said)
    }

    /// The answer for the rounds to come, with whom it was said of.
    pub fn carried(self, answers: &Answers) -> String {
        let of = identity(answers).identity;
        let year = of.birth.map(|birth| birth.year().to_string()).unwrap_or_default();
        format!("{} {year} {}", self.as_str(), fold(&of.name))
    }

    /// Who means somebody else declares for them: the form says so, with who declares as far as it is known. Only in the round in
    /// which they say it: after that it stands in the form, where it can be taken back.
    pub fn declare_for_them(sheet: &Sheet, own: Option<&Profile>, fields: &mut Vec<(String, String)>) {
        let ticked = |(name, value): &(String, String)| name == OTHER_USER && value == "yes";
        if Meant::asked(fields) != Some(Meant::Other)
            || sheet.form().item(OTHER_USER).is_none()
            || fields.iter().any(ticked)
        {
            return;
        }
        fields.retain(|(name, _)| name != OTHER_USER);
        fields.push((OTHER_USER.to_owned(), "yes".to_owned()));
        let known: Entries = super::entries(sheet, None, own, true);
        for name in ["proxyName", "proxyPhone"] {
            let empty = fields.iter().all(|(of, value)| of != name || value.trim().is_empty());
            if let (true, [value]) = (empty, known.get(name)) {
                fields.retain(|(of, _)| of != name);
                fields.push((name.to_owned(), value.clone()));
            }
        }
    }
}

fn held<'a>(fields: &'a [(String, String)], field: &str) -> Option<&'a str> {
    fields.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
}
