//! Whom a form means that tells of somebody else than it is taken to be about ([`super::is_another`]): whoever sent it says so.

use super::Sheet;
use bluezone_domain::citizen::Profile;
use bluezone_forms::Entries;
use bluezone_pages::text;

text! {
    WHO, "Tên và năm sinh khác với những gì đã biết về {name}. Tờ khai này là của ai?",
        "Name and year of birth are not what is known of {name}. Whom is this declaration about?";
    SAME, "Vẫn là {name}: thông tin cũ ghi sai", "Still {name}: what was known was wrong";
    OTHER, "Người khác: tôi khai hộ", "Somebody else: I declare for them"
}

/// The field that holds the answer.
pub const FIELD: &str = "meant-person";
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
    /// Its name in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Meant::Same => "same",
            Meant::Other => "other",
        }
    }

    /// What was answered, if it was asked.
    pub fn of(fields: &[(String, String)]) -> Option<Meant> {
        let said = fields.iter().find(|(name, _)| name == FIELD).map(|(_, value)| value.as_str());
        [Meant::Same, Meant::Other].into_iter().find(|meant| Some(meant.as_str()) == said)
    }

    /// Who means somebody else declares for them: the form says so, with who declares as far as it is known.
    pub fn declare_for_them(sheet: &Sheet, own: Option<&Profile>, fields: &mut Vec<(String, String)>) {
        let ticked = |(name, value): &(String, String)| name == OTHER_USER && value == "yes";
        if Meant::of(fields) != Some(Meant::Other)
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
