//! What every use of someone's data states.

use crate::Timestamp;
use crate::text::{FormatError, Line, Reader};
use std::collections::BTreeSet;
use std::fmt;

/// For whom, on what basis, what for, which data, and until when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// Code of the unit that uses the data.
    pub unit: Line,
    /// Legal basis: law and article.
    pub basis: Line,
    /// Purpose.
    pub purpose: Line,
    /// Which data.
    pub scope: Scope,
    /// After this the request is void, and what was sent for it is opened no more.
    pub expires: Timestamp,
}

/// Which data: kinds, and the time they are of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scope {
    /// First moment.
    pub from: Timestamp,
    /// First moment after it.
    pub until: Timestamp,
    /// Kinds of data.
    pub kinds: BTreeSet<DataKind>,
}

/// A kind of data.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DataKind {
    /// Contacts: identifiers heard, with times and strengths.
    Contacts,
    /// The phone's own identifier keys, which let two sides be compared.
    IdentifierKeys,
    /// Visits to places.
    Visits,
    /// Health declarations.
    Declarations,
    /// Records of the case register.
    Register,
}

impl DataKind {
    /// Every kind, in the order in which they are written.
    pub const ALL: [DataKind; 5] =
        [Self::Contacts, Self::IdentifierKeys, Self::Visits, Self::Declarations, Self::Register];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::IdentifierKeys => "identifier-keys",
            Self::Visits => "visits",
            Self::Declarations => "declarations",
            Self::Register => "register",
        }
    }
}

impl fmt::Display for DataKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Terms {
    pub(crate) fn write(&self, text: &mut impl fmt::Write) -> fmt::Result {
        let Scope { from, until, kinds } = &self.scope;
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
        writeln!(text, "unit {}\nbasis {}\npurpose {}", self.unit, self.basis, self.purpose)?;
        writeln!(text, "from {}\nuntil {}\nkinds {}", from.0.max(0), until.0.max(0), kinds.join(","))?;
        writeln!(text, "expires {}", self.expires.0.max(0))
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, FormatError> {
        let (unit, basis, purpose) = (reader.text("unit")?, reader.text("basis")?, reader.text("purpose")?);
        let (from, until) = (reader.time("from")?, reader.time("until")?);
        if until <= from {
            return Err(reader.error("until", "is not after from"));
        }
        let kinds = read_kinds(reader)?;
        Ok(Self {
            unit,
            basis,
            purpose,
            scope: Scope { from, until, kinds },
            expires: reader.time("expires")?,
        })
    }
}

/// At least one, each once, in their order.
fn read_kinds(reader: &mut Reader<'_>) -> Result<BTreeSet<DataKind>, FormatError> {
    let mut kinds = BTreeSet::new();
    for name in reader.field("kinds")?.split(',') {
        let kind = DataKind::ALL.into_iter().find(|kind| kind.as_str() == name);
        let kind = kind.ok_or(reader.error("kinds", "one is not known"))?;
        if kinds.last().is_some_and(|last| *last >= kind) {
            return Err(reader.error("kinds", "must be in their order, each once"));
        }
        kinds.insert(kind);
    }
    Ok(kinds)
}
