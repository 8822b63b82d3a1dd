//! Citizens: whoever confirmed a telephone number, and those for whom they declare.

use crate::Timestamp;
use crate::area::Area;
use crate::id::{CitizenId, ProfileId};
use crate::person::{Identity, Phone};
use bluezone_codes::pass::CardId;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Digits of the code in a text message.
pub const CODE_DIGITS: usize = 6;
/// For how many seconds such a code can be typed.
pub const CODE_LIFETIME_S: i64 = 600;
/// How often one code may be typed wrongly before it is over.
pub const CODE_TRIES: u32 = 5;
/// People for whom one citizen declares, themself included.
pub const MOST_PROFILES: usize = 20;

/// Who confirmed a telephone number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Citizen {
    /// Names the account in other records.
    pub id: CitizenId,
    /// The number: there is one account for each.
    pub phone: Phone,
    /// When the number was confirmed first.
    pub created_at: Timestamp,
    /// When it was confirmed last.
    pub seen_at: Timestamp,
}

/// Somebody for whom a citizen declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// Names them in other records.
    pub id: ProfileId,
    /// Who declares.
    pub citizen: CitizenId,
    /// Who they are.
    pub person: ProfilePerson,
    /// Their own code.
    pub card: CardId,
    /// When they were first declared for.
    pub created_at: Timestamp,
    /// When what is known of them last changed.
    pub updated_at: Timestamp,
}

impl Profile {
    /// Whether it is the citizen themself.
    pub fn is_own(&self) -> bool {
        self.person.relation.is_none()
    }

    /// Whether anybody declared for them: of who only checked in somewhere nothing but the telephone is known.
    pub fn is_known(&self) -> bool {
        !self.person.identity.name.is_empty()
    }
}

/// Who a profile is, as they last declared. The store keeps all of it sealed; `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfilePerson {
    /// Name, birth, numbers, address.
    pub identity: Identity,
    /// Number of the health insurance card.
    pub insurance: String,
    /// Where they live.
    pub area: Option<Area>,
    /// What the citizen is to them, by the forms' code (`mother`, `carer`); none: it is the citizen.
    pub relation: Option<String>,
}

impl fmt::Debug for ProfilePerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProfilePerson(redacted)")
    }
}

/// A new code for a text message.
pub fn new_code(rng: &mut (impl Rng + ?Sized)) -> String {
    format!("{:06}", rng.random_range(0..1_000_000_u32))
}

/// What somebody typed as a code, if it can be one: spaces and dashes do not count.
pub fn read_code(typed: &str) -> Option<String> {
    let digits: String =
        typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(CODE_DIGITS + 1).collect();
    (digits.len() == CODE_DIGITS && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn a_code_is_read_as_it_was_sent_and_as_people_type_it() {
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..100 {
            let code = new_code(&mut rng);
            assert_eq!(read_code(&code).as_ref(), Some(&code));
            assert_eq!(read_code(&format!(" {}-{} ", &code[..3], &code[3..])), Some(code));
        }
        for wrong in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"] {
            assert_eq!(read_code(wrong), None, "{wrong}");
        }
    }
}
