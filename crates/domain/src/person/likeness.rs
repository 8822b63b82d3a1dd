//! Whether two records are of one person: points by a stated rule, with the reasons that an officer reads.
//!
//! | what the records share | points |
//! |---|---|
//! | identity card number | 100, certain whatever else |
//! | passport number | 60 |
//! | phone number | 40 |
//! | name, letter for letter | 35 |
//! | name, but for diacritics | 30 |
//! | name, nearly (words left out or in another order, one letter wrong) | 20 |
//! | day of birth | 30 |
//! | year of birth only | 15 |
//! | commune | 5 |
//!
//! | what speaks against it | points |
//! |---|---|
//! | other identity card numbers | −60 |
//! | other years of birth | −25 |
//! | other genders | −20 |
//! | other names altogether | −30 |
//!
//! From 40 points on two records are shown as perhaps one person, from 70 as probably. A shared phone alone is neither:
//! families share phones.

use super::{Birth, Gender, Identity, folded_name, tidy};
use crate::area::Area;

/// Points from which two records are shown side by side.
pub const POSSIBLE: u8 = 40;
/// Points from which they probably are one person.
pub const PROBABLE: u8 = 70;

/// A line of the rule.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    /// The same identity card number.
    SameNationalId,
    /// The same passport number.
    SamePassport,
    /// The same phone number.
    SamePhone,
    /// The same name, letter for letter.
    SameName,
    /// The same name but for diacritics.
    SameFoldedName,
    /// Nearly the same name.
    SimilarName,
    /// Born on the same day.
    SameBirthday,
    /// Born in the same year.
    SameBirthYear,
    /// They live in one commune.
    SameCommune,
    /// They have different identity card numbers.
    OtherNationalId,
    /// Born in different years.
    OtherBirthYear,
    /// Of different gender.
    OtherGender,
    /// Different names.
    OtherName,
}

impl Reason {
    /// What it counts.
    pub const fn points(self) -> i32 {
        match self {
            Reason::SameNationalId => 100,
            Reason::SamePassport => 60,
            Reason::SamePhone => 40,
            Reason::SameName => 35,
            Reason::SameFoldedName | Reason::SameBirthday => 30,
            Reason::SimilarName => 20,
            Reason::SameBirthYear => 15,
            Reason::SameCommune => 5,
            Reason::OtherNationalId => -60,
            Reason::OtherBirthYear => -25,
            Reason::OtherGender => -20,
            Reason::OtherName => -30,
        }
    }
}

/// How alike two records are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Likeness {
    /// 0 to 100.
    pub score: u8,
    /// Why, in the order of the rule.
    pub reasons: Vec<Reason>,
}

impl Likeness {
    /// Whether they should be shown side by side.
    pub fn is_possible(&self) -> bool {
        self.score >= POSSIBLE
    }
}

/// How alike two names are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameLikeness {
    /// Letter for letter.
    Same,
    /// But for diacritics and capitals.
    Folded,
    /// Nearly.
    Similar,
    /// Not.
    Other,
    /// One of them is missing.
    Unknown,
}

/// Compares two names.
pub fn name_likeness(a: &str, b: &str) -> NameLikeness {
    let (fa, fb) = (folded_name(a), folded_name(b));
    if fa.is_empty() || fb.is_empty() {
        return NameLikeness::Unknown;
    }
    if fa == fb {
        let same = tidy(a).to_lowercase() == tidy(b).to_lowercase();
        return if same { NameLikeness::Same } else { NameLikeness::Folded };
    }
    if nearly(&fa, &fb) { NameLikeness::Similar } else { NameLikeness::Other }
}

/// Whether that is this person, of two of whom a number is the same: by the identity card, else by name and year of birth; where
/// no name was written, as told. A telephone may be a family's.
pub fn is_same(a: &Identity, b: &Identity, nameless: bool) -> bool {
    if let (Some(a), Some(b)) = (&a.national_id, &b.national_id) {
        return a == b;
    }
    let year = |identity: &Identity| identity.birth.map(Birth::year);
    let same_year = year(a).zip(year(b)).is_none_or(|(a, b)| a == b);
    match name_likeness(&a.name, &b.name) {
        NameLikeness::Same | NameLikeness::Folded | NameLikeness::Similar => same_year,
        NameLikeness::Other => false,
        NameLikeness::Unknown => nameless && same_year,
    }
}

fn nearly(a: &str, b: &str) -> bool {
    let mut wa: Vec<&str> = a.split(' ').collect();
    let mut wb: Vec<&str> = b.split(' ').collect();
    // `Nguyễn An` for `Nguyễn Văn An`: family and given name are the same, and all words of one are in the other.
    let same_ends = wa.first() == wb.first() && wa.last() == wb.last();
    let within = wa.iter().all(|word| wb.contains(word)) || wb.iter().all(|word| wa.contains(word));
    if wa.len() > 1 && wb.len() > 1 && same_ends && within {
        return true;
    }
    // `An Nguyễn Văn`, as forms of other countries write it.
    wa.sort_unstable();
    wb.sort_unstable();
    if wa == wb {
        return true;
    }
    // A slip of a finger; in a short name one letter is another name.
    a.len().min(b.len()) >= 8 && at_most_one_slip(a, b)
}

/// Whether one letter put in, left out or replaced, or two neighbours in the wrong order, make one text of the other.
fn at_most_one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let start = short.iter().zip(&long).take_while(|(x, y)| x == y).count();
    let (short, long) = (&short[start..], &long[start..]);
    match long.len() - short.len() {
        0 if short.len() >= 2 && short[0] == long[1] && short[1] == long[0] => short[2..] == long[2..],
        0 => short.get(1..) == long.get(1..),
        1 => *short == long[1..],
        _ => false,
    }
}

/// Compares two records. The areas are where they live.
pub fn likeness(a: (&Identity, Area), b: (&Identity, Area)) -> Likeness {
    let ((a, here), (b, there)) = (a, b);
    let mut reasons = Vec::new();
    let mut both = |same: Option<bool>, yes: Option<Reason>, no: Option<Reason>| {
        reasons.extend(same.and_then(|same| if same { yes } else { no }));
    };
    let equal = |a: Option<&str>, b: Option<&str>| a.zip(b).map(|(a, b)| a == b);
    both(
        equal(a.national_id.as_ref().map(|id| id.as_str()), b.national_id.as_ref().map(|id| id.as_str())),
        Some(Reason::SameNationalId),
        Some(Reason::OtherNationalId),
    );
    // A person may have had several passports and phones: others say nothing.
    both(
        equal(a.passport.as_ref().map(|id| id.as_str()), b.passport.as_ref().map(|id| id.as_str())),
        Some(Reason::SamePassport),
        None,
    );
    both(
        equal(a.phone.as_ref().map(|id| id.as_str()), b.phone.as_ref().map(|id| id.as_str())),
        Some(Reason::SamePhone),
        None,
    );
    reasons.extend(match name_likeness(&a.name, &b.name) {
        NameLikeness::Same => Some(Reason::SameName),
        NameLikeness::Folded => Some(Reason::SameFoldedName),
        NameLikeness::Similar => Some(Reason::SimilarName),
        NameLikeness::Other => Some(Reason::OtherName),
        NameLikeness::Unknown => None,
    });
    reasons.extend(a.birth.zip(b.birth).and_then(|(a, b)| births(a, b)));
    if let (Some(Gender::Male), Some(Gender::Female)) | (Some(Gender::Female), Some(Gender::Male)) =
        (a.gender, b.gender)
    {
        reasons.push(Reason::OtherGender);
    }
    if here.commune.is_some() && here == there {
        reasons.push(Reason::SameCommune);
    }
    let points: i32 = reasons.iter().map(|reason| reason.points()).sum();
    let certain = reasons.contains(&Reason::SameNationalId);
    let score = if certain { 100 } else { points.clamp(0, 99) };
    Likeness { score: u8::try_from(score).unwrap_or(100), reasons }
}

fn births(a: Birth, b: Birth) -> Option<Reason> {
    match (a, b) {
        (Birth::Day(a), Birth::Day(b)) if a == b => Some(Reason::SameBirthday),
        (a, b) if a.year() == b.year() => Some(Reason::SameBirthYear),
        _ => Some(Reason::OtherBirthYear),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, birth, card, phone.
    type Row = (&'static str, &'static str, &'static str, &'static str);

    fn identity((name, birth, card, phone): Row) -> Identity {
        Identity {
            name: name.into(),
            birth: birth.parse().ok(),
            national_id: card.parse().ok(),
            phone: phone.parse().ok(),
            ..Identity::default()
        }
    }

    #[test]
    fn the_rule_gives_these_points() {
        use Reason::*;
        const CARD: &str = "019185001234";
        const OTHER_CARD: &str = "019185001235";
        const PHONE: &str = "0912345678";
        let table: [(Row, Row, u8, &[Reason]); 12] = [
            (("Lê An", "", CARD, ""), ("Trần Bình", "", CARD, ""), 100, &[SameNationalId, OtherName]),
            (("Lê An", "", "", PHONE), ("Trần Bình", "", "", "+84 912 345 678"), 10, &[SamePhone, OtherName]),
            (("", "", "", PHONE), ("Trần Bình", "", "", PHONE), 40, &[SamePhone]),
            (("Lê Văn An", "", "", PHONE), ("Le Van An", "", "", PHONE), 70, &[SamePhone, SameFoldedName]),
            (("Lê Văn An", "", "", PHONE), ("Lê An", "", "", PHONE), 60, &[SamePhone, SimilarName]),
            (("Lê Văn An", "1985", "", ""), ("Lê Văn An", "1985", "", ""), 50, &[SameName, SameBirthYear]),
            (
                ("Lê Văn An", "1/2/1985", "", ""),
                ("lê văn an", "01/02/1985", "", ""),
                65,
                &[SameName, SameBirthday],
            ),
            (
                ("Lê Văn An", "1/2/1985", "", ""),
                ("Lê Văn An", "2/2/1985", "", ""),
                50,
                &[SameName, SameBirthYear],
            ),
            (("Lê Văn An", "1985", "", ""), ("Lê Văn An", "1986", "", ""), 10, &[SameName, OtherBirthYear]),
            (
                ("Lê Văn An", "1985", CARD, ""),
                ("Lê Văn An", "1985", OTHER_CARD, ""),
                0,
                &[OtherNationalId, SameName, SameBirthYear],
            ),
            (("Lê Văn An", "", "", ""), ("Lê Văn An", "", "", ""), 35, &[SameName]),
            (("", "", "", ""), ("", "", "", ""), 0, &[]),
        ];
        let area = Area { province: "19".parse().unwrap(), commune: None };
        for (a, b, score, reasons) in table {
            let (x, y) = (identity(a), identity(b));
            let found = likeness((&x, area), (&y, area));
            assert_eq!((found.score, found.reasons.as_slice()), (score, reasons), "{a:?} {b:?}");
            assert_eq!(likeness((&y, area), (&x, area)), found, "it does not matter who comes first");
        }
    }

    #[test]
    fn gender_and_commune_count() {
        let area = Area { province: "19".parse().unwrap(), commune: "05710".parse().ok() };
        let row = ("Lê Văn An", "1985", "", "");
        let him = Identity { gender: Some(Gender::Male), ..identity(row) };
        let her = Identity { gender: Some(Gender::Female), ..identity(row) };
        assert_eq!(likeness((&him, area), (&him, area)).score, 55);
        assert_eq!(likeness((&him, area), (&her, area)).score, 35);
        let other = Identity { gender: Some(Gender::Other), ..identity(row) };
        assert_eq!(likeness((&him, area), (&other, area)).score, 55, "not known is not another");
        assert!(!likeness((&him, area), (&her, area)).is_possible());
    }

    #[test]
    fn names_are_alike_in_degrees() {
        use NameLikeness::*;
        for (a, b, expected) in [
            ("Nguyễn Văn An", "nguyễn  văn AN", Same),
            ("Nguyễn Văn An", "Nguyen Van An", Folded),
            ("Nguyễn Văn An", "Nguyễn Văn Ân", Folded),
            ("Nguyễn Văn An", "Nguyễn An", Similar),
            ("Nguyễn Văn An", "An Nguyễn Văn", Similar),
            ("Nguyễn Văn An", "Nguyễn Văm An", Similar),
            ("Nguyễn Văn An", "Nguyễn Vna An", Similar),
            ("Nguyễn Văn An", "Nguyễn Văn Anh", Similar),
            ("Nguyễn Văn An", "Nguyễn Thị An", Other),
            ("Nguyễn Văn An", "Trần Văn An", Other),
            ("Lê An", "Lê Ân", Folded),
            ("Lê An", "Lê Am", Other),
            ("An", "Nguyễn Văn An", Other),
            ("", "An", Unknown),
        ] {
            assert_eq!(name_likeness(a, b), expected, "{a} / {b}");
            assert_eq!(name_likeness(b, a), expected, "{b} / {a}");
        }
    }
}
