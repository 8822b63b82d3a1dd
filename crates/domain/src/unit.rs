//! The units that officers work at.

use crate::Timestamp;
use crate::area::Territory;
use crate::officer::Role;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use thiserror::Error;

/// Longest name of a unit, in characters.
pub const LONGEST_NAME: usize = 120;
/// Longest code of a unit, in characters.
pub const LONGEST_CODE: usize = 32;

/// What a unit is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// The ministry of health.
    Ministry,
    /// A province's centre for disease control.
    ProvincialCdc,
    /// A commune's health station.
    CommuneStation,
    /// A laboratory.
    Lab,
    /// A place where people are isolated.
    IsolationSite,
}

impl UnitKind {
    /// Every kind.
    pub const ALL: [UnitKind; 5] = [
        UnitKind::Ministry,
        UnitKind::ProvincialCdc,
        UnitKind::CommuneStation,
        UnitKind::Lab,
        UnitKind::IsolationSite,
    ];

    /// Its name in the database and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            UnitKind::Ministry => "ministry",
            UnitKind::ProvincialCdc => "provincial_cdc",
            UnitKind::CommuneStation => "commune_station",
            UnitKind::Lab => "lab",
            UnitKind::IsolationSite => "isolation_site",
        }
    }

    /// Whether an officer of this role may work at such a unit: what a role may do is meant for that kind's work.
    /// Accounts are made, and looks watched, at a province's centre or at the ministry.
    pub const fn employs(self, role: Role) -> bool {
        match role {
            Role::Administrator | Role::Auditor => {
                matches!(self, UnitKind::Ministry | UnitKind::ProvincialCdc)
            }
            Role::ProvincialCdc => matches!(self, UnitKind::ProvincialCdc),
            Role::CommuneStation => matches!(self, UnitKind::CommuneStation),
            Role::Lab => matches!(self, UnitKind::Lab),
            Role::IsolationSite => matches!(self, UnitKind::IsolationSite),
        }
    }

    /// Whether such a unit may answer for that territory. A laboratory's or an isolation site's says where it stands: they
    /// reach only what is assigned to them.
    pub const fn answers_for(self, territory: Territory) -> bool {
        match self {
            UnitKind::Ministry => matches!(territory, Territory::Nation),
            UnitKind::ProvincialCdc => matches!(territory, Territory::Province(_)),
            UnitKind::CommuneStation => matches!(territory, Territory::Commune(..)),
            UnitKind::Lab | UnitKind::IsolationSite => {
                matches!(territory, Territory::Province(_) | Territory::Commune(..))
            }
        }
    }
}

/// A text that names no kind of unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a kind of unit: expected ministry, provincial-cdc, commune-station, lab or isolation-site")]
pub struct InvalidUnitKind;

impl FromStr for UnitKind {
    type Err = InvalidUnitKind;

    fn from_str(text: &str) -> Result<Self, InvalidUnitKind> {
        UnitKind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(InvalidUnitKind)
    }
}

/// A unit. It is never deleted, because records name it; it ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unit {
    /// Names it in other records and to officers: `CDC-19`. Unique.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// What it answers for.
    pub territory: Territory,
    /// Its first moment.
    pub valid_from: Timestamp,
    /// The first moment at which it is no more.
    pub valid_until: Option<Timestamp>,
}

/// Why there cannot be such a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum InvalidUnit {
    /// The code is no code.
    #[error(
        "not a unit's code: use 2 to {LONGEST_CODE} of the letters A-Z and a-z, digits, dot, dash and underscore"
    )]
    Code,
    /// The name is empty, too long, or holds control characters.
    #[error("a unit's name has 1 to {LONGEST_NAME} characters")]
    Name,
    /// Kind and territory do not fit.
    #[error(
        "a unit of that kind does not answer for such a territory: the ministry for the nation, a centre for disease \
             control for a province, a health station for a commune, the others for either of the last two"
    )]
    Territory,
    /// It ends before it begins.
    #[error("a unit cannot end before it begins")]
    Times,
}

impl Unit {
    /// Checks what somebody typed. The name is trimmed before.
    pub fn check(&self) -> Result<(), InvalidUnit> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_".contains(&b);
        if !(2..=LONGEST_CODE).contains(&self.code.len()) || !self.code.bytes().all(plain) {
            return Err(InvalidUnit::Code);
        }
        let length = self.name.chars().count();
        if !(1..=LONGEST_NAME).contains(&length) || self.name.chars().any(char::is_control) {
            return Err(InvalidUnit::Name);
        }
        if !self.kind.answers_for(self.territory) {
            return Err(InvalidUnit::Territory);
        }
        if self.valid_until.is_some_and(|until| until <= self.valid_from) {
            return Err(InvalidUnit::Times);
        }
        Ok(())
    }

    /// Whether it exists at that time: officers of a unit that does not cannot sign in.
    pub fn is_valid(&self, at: Timestamp) -> bool {
        self.valid_from <= at && self.valid_until.is_none_or(|until| at < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn station() -> Unit {
        Unit {
            code: "TYT-05443".into(),
            name: "Trạm Y tế phường Phan Đình Phùng".into(),
            kind: UnitKind::CommuneStation,
            territory: "19/05443".parse().unwrap(),
            valid_from: Timestamp(100),
            valid_until: Some(Timestamp(200)),
        }
    }

    #[test]
    fn a_unit_has_a_code_a_name_and_a_territory_that_fits() {
        assert_eq!(station().check(), Ok(()));
        for code in ["", "1", "TYT 1", "Trạm", &"x".repeat(33)] {
            assert_eq!(Unit { code: code.to_owned(), ..station() }.check(), Err(InvalidUnit::Code), "{code}");
        }
        for name in ["", "a\nb", &"x".repeat(121)] {
            assert_eq!(Unit { name: name.to_owned(), ..station() }.check(), Err(InvalidUnit::Name), "{name}");
        }
        for territory in ["nowhere", "nation", "19"] {
            let unit = Unit { territory: territory.parse().unwrap(), ..station() };
            assert_eq!(unit.check(), Err(InvalidUnit::Territory), "{territory}");
        }
        assert_eq!(Unit { valid_until: Some(Timestamp(100)), ..station() }.check(), Err(InvalidUnit::Times));
    }

    #[test]
    fn it_exists_from_its_first_moment_until_its_end() {
        let valid: Vec<_> = [99, 100, 199, 200].map(|at| station().is_valid(Timestamp(at))).into();
        assert_eq!(valid, [false, true, true, false]);
    }

    #[test]
    fn every_role_has_a_kind_of_unit_to_work_at() {
        for role in Role::ALL {
            assert!(UnitKind::ALL.into_iter().any(|kind| kind.employs(role)), "{role:?}");
        }
        assert!(!UnitKind::CommuneStation.employs(Role::ProvincialCdc));
        assert!(!UnitKind::Lab.employs(Role::Administrator));
        assert_eq!("isolation_site".parse(), Ok(UnitKind::IsolationSite));
        assert_eq!("hospital".parse::<UnitKind>(), Err(InvalidUnitKind));
    }
}
