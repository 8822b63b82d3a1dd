//! The part of the records that an officer reaches, for lists: what `policy::allows` says of one record, asked of all.

use bluezone_domain::area::Territory;
use bluezone_domain::policy::{Reach, Scope, reach};

/// Which records to list.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Within {
    /// Those that lie in this territory.
    pub territory: Option<Territory>,
    /// And those that were handed to this unit.
    pub unit: Option<String>,
}

impl Within {
    /// All there are: for jobs and administration, never for an officer's page.
    pub fn everything() -> Within {
        Within { territory: Some(Territory::Nation), unit: None }
    }
}

impl From<Scope<'_>> for Within {
    fn from(scope: Scope<'_>) -> Within {
        let territory = match reach(scope.role) {
            Reach::Territory => Some(scope.territory),
            Reach::Assigned => None,
        };
        Within { territory, unit: Some(scope.unit.to_owned()) }
    }
}
