//! Citizens: whoever confirmed a telephone number, and those for whom they declare.

use crate::Timestamp;
use crate::area::Area;
use crate::id::{CitizenId, ProfileId};
use crate::person::{Identity, Phone};
use bluezone_codes::pass::CardId;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::fmt;

/// For how many seconds the code in a text message can be typed.
pub const CODE_LIFETIME_S: i64 = 600;
/// For how many seconds a code is good after which no other may be sent for an hour: until that is over, however it is counted.
pub const LAST_CODE_LIFETIME_S: i64 = 4_200;
/// How often one code may be typed wrongly, by each who tries.
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

/// The identifier of a profile in the national format (decision 1405/QĐ-BTTTT): 18 digits as the national platform's are. Ours
/// follow from the profile: there is no platform any more that issues them.
pub fn qid(profile: ProfileId) -> String {
    format!("{:018}", u128::from_be_bytes(*profile.as_bytes()) % 1_000_000_000_000_000_000)
}

/// The number of a health insurance card by which its person is told: longer ones put five characters of class and province
/// before the same ten digits.
pub fn insurance_digits(number: &str) -> String {
    let number = number.trim().to_uppercase();
    match number.split_at_checked(5) {
        Some((_, digits)) if number.len() == 15 => digits.to_owned(),
        _ => number,
    }
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

/// How long the code in a text message is: see [`crate::text_guess`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeLength {
    /// Six digits.
    Short,
    /// Nine digits.
    Long,
}

impl CodeLength {
    /// Both, the shorter first.
    pub const ALL: [CodeLength; 2] = [CodeLength::Short, CodeLength::Long];

    /// Digits of such a code.
    pub const fn digits(self) -> usize {
        match self {
            CodeLength::Short => 6,
            CodeLength::Long => 9,
        }
    }

    /// How many such codes there are.
    pub const fn codes(self) -> i64 {
        10_i64.pow(self.digits() as u32)
    }
}

/// A new code for a text message.
pub fn new_code(length: CodeLength, rng: &mut (impl Rng + ?Sized)) -> String {
    format!("{:0digits$}", rng.random_range(0..length.codes()), digits = length.digits())
}

/// What somebody typed as a code, if it can be one: spaces and dashes do not count.
pub fn read_code(typed: &str) -> Option<String> {
    let longest = CodeLength::Long.digits() + 1;
    let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(longest).collect();
    let is_code = CodeLength::ALL.iter().any(|length| length.digits() == digits.len());
    (is_code && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn a_code_is_read_as_it_was_sent_and_as_people_type_it() {
        let mut rng = StdRng::seed_from_u64(1);
        for length in CodeLength::ALL.into_iter().cycle().take(100) {
            let code = new_code(length, &mut rng);
            assert_eq!(code.len(), length.digits());
            assert_eq!(read_code(&code).as_ref(), Some(&code));
            assert_eq!(read_code(&format!(" {}-{} ", &code[..3], &code[3..])), Some(code));
        }
        for wrong in ["", "12345", "1234567", "1234567890", "12345a", "١٢٣٤٥٦"] {
            assert_eq!(read_code(wrong), None, "{wrong}");
        }
    }
}
