//! What a later publication of a key does to an earlier one.

use crate::matcher::Hit;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::KeyKind;
use std::borrow::Borrow;
use std::collections::HashMap;

/// A key as a file published it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    /// For the first time, or to say something new of it.
    pub kind: KeyKind,
    /// The key.
    pub key: DiagnosisKey,
}

impl Borrow<DiagnosisKey> for Published {
    fn borrow(&self) -> &DiagnosisKey {
        &self.key
    }
}

impl Published {
    /// Whether `later` takes this one's place: a revision does, once, if it says the same of the key's time; a withdrawal
    /// always does.
    ///
    /// Files may be processed in any order: a first publication after its revision changes nothing, nor does anything
    /// after a withdrawal.
    pub fn is_revised_by(&self, later: &Self) -> bool {
        let time = |published: &Self| (published.key.rolling_start, published.key.rolling_period);
        let counts = self.kind == KeyKind::New || later.key.report_type == ReportType::Revoked;
        counts && later.kind == KeyKind::Revised && time(self) == time(later)
    }
}

/// One entry a key: what all its publications say together, in the order of the first ones. A withdrawn key stays, with
/// the report type [`Revoked`](bluezone_protocol::diagnosis::ReportType::Revoked).
pub fn resolve(found: Vec<(Published, Vec<Hit>)>) -> Vec<(Published, Vec<Hit>)> {
    let mut places: HashMap<[u8; 16], usize> = HashMap::new();
    let mut resolved: Vec<(Published, Vec<Hit>)> = Vec::new();
    for (published, hits) in found {
        match places.get(published.key.key.as_bytes()) {
            Some(place) if resolved[*place].0.is_revised_by(&published) => {
                resolved[*place] = (published, hits)
            }
            Some(_) => {}
            None => {
                places.insert(*published.key.key.as_bytes(), resolved.len());
                resolved.push((published, hits));
            }
        }
    }
    resolved
}
