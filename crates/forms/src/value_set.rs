//! Lists of what can be chosen that stand outside the form: countries here, provinces and communes with the caller.

use crate::model::Choice;
use crate::words::Words;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Countries and territories of ISO 3166-1, by two letters.
pub const COUNTRIES: &str = "urn:iso:std:iso:3166";
/// Provinces, by the two digits of decision 19/2025/QĐ-TTg.
pub const PROVINCES: &str = "https://bluezone.example/fhir/ValueSet/provinces";
/// Communes of one province, by five digits.
pub const COMMUNES: &str = "https://bluezone.example/fhir/ValueSet/communes";

/// Where value sets come from.
pub trait ValueSets {
    /// The choices of a set, in the order in which they are shown. `of` is the answer that chooses the part of the set: a
    /// province's code for [`COMMUNES`]. None if there is no such set or part.
    fn choices(&self, url: &str, of: Option<&str>) -> Option<Cow<'static, [Choice]>>;
}

/// Countries only.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl ValueSets for BuiltIn {
    fn choices(&self, url: &str, _of: Option<&str>) -> Option<Cow<'static, [Choice]>> {
        (url == COUNTRIES).then(|| Cow::Borrowed(COUNTRY_CHOICES.as_slice()))
    }
}

/// Vietnam first, then by Vietnamese name. Names: CLDR, see `data/countries.md`.
static COUNTRY_CHOICES: LazyLock<Vec<Choice>> = LazyLock::new(|| {
    include_str!("../data/countries.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(';');
            let (code, vi, en) = (cells.next()?, cells.next()?, cells.next()?);
            Some(Choice {
                system: Some(COUNTRIES.to_owned()),
                code: code.to_owned(),
                words: Words { vi: vi.to_owned(), en: en.to_owned() },
                exclusive: false,
            })
        })
        .collect()
});
