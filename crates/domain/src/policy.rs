//! Who may do what. Deny by default: what is not listed here is refused.
//!
//! The whole grid stands in `policy_grid.txt`, which a reviewer reads; a test fails when the two differ.

use crate::officer::Role;

/// Something an officer wants to do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// See, make and disable accounts, set passwords.
    ManageOfficers,
    /// Register a case.
    RegisterCase,
    /// See the list of cases and each case.
    SeeCases,
    /// Change a case: status, dates.
    ChangeCase,
    /// Issue a one-time code for a case.
    IssueCode,
}

impl Action {
    /// Every action, in the order of the grid.
    pub const ALL: [Action; 5] = [
        Action::ManageOfficers,
        Action::RegisterCase,
        Action::SeeCases,
        Action::ChangeCase,
        Action::IssueCode,
    ];
}

/// Whether an officer of this role may do this.
///
/// Administrators make accounts and see no case: whoever hands out access does not read what it opens.
pub const fn may(role: Role, action: Action) -> bool {
    match role {
        Role::Administrator => matches!(action, Action::ManageOfficers),
        Role::HealthOfficer => {
            matches!(action, Action::RegisterCase | Action::SeeCases | Action::ChangeCase | Action::IssueCode)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn the_grid_is_the_reviewed_one() {
        let mut grid = String::new();
        for action in Action::ALL {
            write!(grid, "{action:?}:").unwrap();
            for role in Role::ALL {
                let answer = if may(role, action) { "yes" } else { "no" };
                write!(grid, " {role:?}={answer}").unwrap();
            }
            grid.push('\n');
        }
        let reviewed = include_str!("policy_grid.txt");
        assert_eq!(
            grid, reviewed,
            "the policy changed: review it, then put the left side into policy_grid.txt"
        );
    }

    /// `ALL` must not forget an action: the grid would not show it. A new action does not compile here until it is named.
    #[test]
    fn every_action_and_role_is_in_the_grid() {
        for action in Action::ALL {
            match action {
                Action::ManageOfficers
                | Action::RegisterCase
                | Action::SeeCases
                | Action::ChangeCase
                | Action::IssueCode => {}
            }
        }
        for (i, action) in Action::ALL.iter().enumerate() {
            assert_eq!(*action as usize, i, "the order of `ALL` is that of the enum, without gaps");
        }
        for (i, role) in Role::ALL.iter().enumerate() {
            assert_eq!(*role as usize, i);
        }
        assert_eq!(Action::ALL.len(), Action::IssueCode as usize + 1, "the last action of the enum");
        assert_eq!(Role::ALL.len(), Role::HealthOfficer as usize + 1, "the last role of the enum");
    }
}
