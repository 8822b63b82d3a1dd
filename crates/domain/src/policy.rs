//! Who may do what, where. Deny by default: what is not listed here is refused.
//!
//! An answer needs three things: the officer's role, the action, and the record that it is about. The role × action grid
//! stands in `policy_grid.txt`, which a reviewer reads; a test fails when the two differ.

use crate::area::{Area, Territory};
use crate::officer::Role;

/// Something an officer wants to do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// See, make and disable accounts, set passwords.
    ManageOfficers,
    /// Make and end the units that officers work at.
    ManageUnits,
    /// Register a case.
    RegisterCase,
    /// See the list of cases and each case.
    SeeCases,
    /// Change a case: status, dates, where it was.
    ChangeCase,
    /// Issue a one-time code for a case or a contact.
    IssueCode,
    /// Enter the result of a sample.
    EnterResult,
    /// Search and see persons.
    SeePersons,
    /// Merge two records of one person, and take that back.
    MergePersons,
    /// See contacts, and the graph of who met whom.
    SeeContacts,
    /// Register, judge and assign contacts.
    ChangeContacts,
    /// Read a line list in.
    ImportLineList,
    /// Take a line list out.
    ExportLineList,
    /// Ask a person for their contact history: one of the two signatures.
    AskForHistory,
    /// Open what a person sent.
    OpenUpload,
    /// Draw, change and lift zones.
    DrawZones,
    /// Read health declarations, assign them and note what came of them; enter those that came on paper.
    HandleDeclarations,
    /// Screen and verify what citizens report.
    HandleSignals,
    /// Look up where a case checked in, on a legal basis.
    LookUpVisits,
    /// Warn those who were at a place or in a vehicle with a case: one of the two who must agree.
    WarnByPlace,
    /// Answer what people ask about their own data.
    AnswerDataRequests,
    /// Keep the register of breaches.
    KeepBreaches,
    /// Open and close forms, set their numbers, add new ones.
    ManageForms,
    /// Have plans for an outbreak computed, and see them.
    PlanOutbreaks,
    /// See how many declare and how many carry the app, by commune and province.
    SeeCounts,
    /// Read the record of who looked at what.
    SeeAudit,
}

impl Action {
    /// Every action, in the order of the grid.
    pub const ALL: [Action; 26] = [
        Action::ManageOfficers,
        Action::ManageUnits,
        Action::RegisterCase,
        Action::SeeCases,
        Action::ChangeCase,
        Action::IssueCode,
        Action::EnterResult,
        Action::SeePersons,
        Action::MergePersons,
        Action::SeeContacts,
        Action::ChangeContacts,
        Action::ImportLineList,
        Action::ExportLineList,
        Action::AskForHistory,
        Action::OpenUpload,
        Action::DrawZones,
        Action::HandleDeclarations,
        Action::HandleSignals,
        Action::LookUpVisits,
        Action::WarnByPlace,
        Action::AnswerDataRequests,
        Action::KeepBreaches,
        Action::ManageForms,
        Action::PlanOutbreaks,
        Action::SeeCounts,
        Action::SeeAudit,
    ];
}

/// Whether an officer of this role may do this at all, somewhere.
///
/// Administrators make accounts and see no case, and auditors see who looked and not at what: whoever hands out access or
/// watches over it does not read what it opens.
pub const fn may(role: Role, action: Action) -> bool {
    use Action::*;
    match role {
        Role::Administrator => {
            matches!(
                action,
                ManageOfficers | ManageUnits | KeepBreaches | ManageForms | PlanOutbreaks | SeeCounts
            )
        }
        Role::ProvincialCdc => !matches!(action, ManageOfficers | ManageUnits | ManageForms | SeeAudit),
        Role::CommuneStation => matches!(
            action,
            RegisterCase
                | SeeCases
                | ChangeCase
                | IssueCode
                | EnterResult
                | SeePersons
                | SeeContacts
                | ChangeContacts
                | ImportLineList
                | ExportLineList
                | HandleDeclarations
                | HandleSignals
                | SeeCounts
        ),
        Role::Lab => matches!(action, SeeCases | EnterResult),
        Role::IsolationSite => matches!(action, SeeCases | SeePersons | SeeContacts),
        Role::Auditor => matches!(action, SeeAudit),
    }
}

/// Which records a role reaches in its territory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reach {
    /// Those that lie in the unit's territory, and those that were assigned to the unit.
    Territory,
    /// Only those that were assigned to the unit: a lab's samples, an isolation site's guests.
    Assigned,
}

/// Which records a role reaches.
pub const fn reach(role: Role) -> Reach {
    match role {
        Role::Lab | Role::IsolationSite => Reach::Assigned,
        Role::Administrator | Role::ProvincialCdc | Role::CommuneStation | Role::Auditor => Reach::Territory,
    }
}

/// Who asks: an officer's role, unit and the unit's territory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scope<'a> {
    /// The role.
    pub role: Role,
    /// Code of the unit.
    pub unit: &'a str,
    /// What the unit answers for.
    pub territory: Territory,
}

/// What it is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record<'a> {
    /// Where it belongs.
    pub area: Area,
    /// Code of the unit that it was assigned to, if it was.
    pub assigned: Option<&'a str>,
}

/// Whether this officer may do this to this record.
pub fn allows(scope: Scope<'_>, action: Action, record: Record<'_>) -> bool {
    let assigned = record.assigned == Some(scope.unit);
    let reached = match reach(scope.role) {
        Reach::Territory => assigned || scope.territory.covers(record.area),
        Reach::Assigned => assigned,
    };
    reached && may(scope.role, action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn the_grid_is_the_reviewed_one() {
        let mut grid = format!("{:<18}", "");
        for role in Role::ALL {
            write!(grid, " {:<15}", role.as_str()).unwrap();
        }
        grid.truncate(grid.trim_end().len());
        grid.push('\n');
        for action in Action::ALL {
            write!(grid, "{:<18}", format!("{action:?}")).unwrap();
            for role in Role::ALL {
                write!(grid, " {:<15}", if may(role, action) { "yes" } else { "-" }).unwrap();
            }
            grid.truncate(grid.trim_end().len());
            grid.push('\n');
        }
        let reviewed = include_str!("policy_grid.txt");
        assert_eq!(
            grid, reviewed,
            "the policy changed: review it, then put the left side into policy_grid.txt"
        );
    }

    /// `ALL` must not forget an action: the grid would not show it.
    #[test]
    fn every_action_and_role_is_in_the_grid() {
        for (i, action) in Action::ALL.iter().enumerate() {
            assert_eq!(*action as usize, i, "the order of `ALL` is that of the enum, without gaps");
        }
        for (i, role) in Role::ALL.iter().enumerate() {
            assert_eq!(*role as usize, i);
        }
        assert_eq!(Action::ALL.len(), Action::SeeAudit as usize + 1, "the last action of the enum");
        assert_eq!(Role::ALL.len(), Role::Auditor as usize + 1, "the last role of the enum");
    }

    #[test]
    fn territory_and_assignment_decide_about_records() {
        let (here, there) = ("19".parse().unwrap(), "01".parse().unwrap());
        let commune = "05710".parse().unwrap();
        let of = |role, unit, territory| Scope { role, unit, territory };
        let record = |province, commune, assigned| Record { area: Area { province, commune }, assigned };
        let cdc = of(Role::ProvincialCdc, "cdc-19", Territory::Province(here));
        assert!(allows(cdc, Action::SeeCases, record(here, None, None)));
        assert!(!allows(cdc, Action::SeeCases, record(there, None, None)));
        assert!(allows(cdc, Action::SeeCases, record(there, None, Some("cdc-19"))), "handed over to it");
        assert!(!allows(cdc, Action::ManageOfficers, record(here, None, None)));
        let station = of(Role::CommuneStation, "tyt-05710", Territory::Commune(here, commune));
        assert!(allows(station, Action::SeeContacts, record(here, Some(commune), None)));
        assert!(!allows(station, Action::SeeContacts, record(here, None, None)));
        let lab = of(Role::Lab, "lab-19", Territory::Province(here));
        assert!(!allows(lab, Action::SeeCases, record(here, None, None)), "a lab sees only its samples");
        assert!(allows(lab, Action::SeeCases, record(here, None, Some("lab-19"))));
    }
}
