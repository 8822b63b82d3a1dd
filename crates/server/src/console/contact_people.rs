//! How a person is named on lists and in graphs: initials and year of birth, the name only where it was asked for.

use crate::console::failure::Failure;
use crate::state::AppState;
use bluezone_domain::id::PersonId;
use bluezone_domain::person::Identity;

/// A person as lists show them: `N.V.A. 1985`, or with `names` `Nguyễn Văn An 1985`.
pub async fn shown(state: &AppState, person: PersonId, names: bool) -> Result<String, Failure> {
    let Some(person) = state.store.person(person).await? else { return Ok(String::new()) };
    let identity = &person.identity;
    let name = if names { identity.name.clone() } else { initials(&identity.name) };
    Ok(match year(identity) {
        Some(year) => format!("{name} {year}"),
        None => name,
    })
}

/// Year of birth.
fn year(identity: &Identity) -> Option<u16> {
    identity.birth.map(|birth| birth.year())
}

/// `Nguyễn Văn An` as `N.V.A.`
fn initials(name: &str) -> String {
    let letters = name.split_whitespace().filter_map(|word| word.chars().next());
    letters.flat_map(char::to_uppercase).flat_map(|letter| [letter, '.']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_every_word() {
        assert_eq!(initials("Nguyễn  văn Ân"), "N.V.Â.");
        assert_eq!(initials(""), "");
    }
}
