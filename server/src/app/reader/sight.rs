//! Who may see what: role and place in the tree.

use std::collections::BTreeSet;

use tala_protocol::cert::{Directory, Role};
use tala_protocol::envelope::Audience;
use tala_protocol::id::{PersonId, UnitId};
use tala_protocol::time::UnixMs;

use crate::app::centre::Centre;
use crate::store::projections::{Owner, Sight};

/// A person who reads, with what that person may see now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub person: PersonId,
    /// Memberships now.
    pub memberships: Vec<(UnitId, Role)>,
    sight: Sight,
    administered: Vec<UnitId>,
    edited: BTreeSet<UnitId>,
}

impl Reader {
    /// What a person may see, by the memberships and the tree of `now`.
    pub fn of(directory: &Directory, person: PersonId, now: UnixMs) -> Self {
        let memberships: Vec<_> = directory
            .memberships(person, now)
            .map(|m| (m.unit, m.role))
            .collect();
        let mut pairs = BTreeSet::new();
        let (mut administered, mut edited) = (BTreeSet::new(), BTreeSet::new());
        for (unit, role) in &memberships {
            let below = directory.units().subtree(*unit, now);
            let own = [*unit];
            let units: &[UnitId] = if reaches_down(*role) { &below } else { &own };
            for unit in units {
                pairs.extend(audiences(*role).iter().map(|audience| (*unit, *audience)));
            }
            if *role == Role::Administrator {
                administered.extend(units);
            }
            if edits(*role) {
                edited.extend(units);
            }
        }
        Self {
            person,
            memberships,
            sight: Sight::new(pairs.into_iter().collect()),
            administered: administered.into_iter().collect(),
            edited,
        }
    }

    /// Whether this person may see something.
    pub fn sees(&self, owner: &Owner) -> bool {
        self.sight.sees(owner)
    }

    /// Whether this person may write in records of a unit at the desk.
    pub fn edits(&self, owner: &Owner) -> bool {
        self.sees(owner) && self.edited.contains(&owner.unit)
    }

    /// Units whose devices, people and quarantine this person administers.
    pub fn administered(&self) -> &[UnitId] {
        &self.administered
    }

    /// Whether this person administers a unit.
    pub fn administers(&self, unit: UnitId) -> bool {
        self.administered.contains(&unit)
    }

    /// Units of which this person sees anything, administered ones included.
    pub fn units(&self) -> BTreeSet<UnitId> {
        let seen = self.sight.pairs().iter().map(|(unit, _)| *unit);
        seen.chain(self.administered.iter().copied()).collect()
    }

    /// What this person sees, as stores are asked with.
    pub(crate) fn sight(&self) -> &Sight {
        &self.sight
    }
}

impl Centre {
    /// The reader that a person is now.
    pub fn reader(&self, person: PersonId) -> Reader {
        Reader::of(&self.directory(), person, self.now())
    }
}

/// Desk roles see the whole subtree; those who patrol see their own unit.
const fn reaches_down(role: Role) -> bool {
    matches!(
        role,
        Role::StationChief
            | Role::DutyOfficer
            | Role::Investigator
            | Role::Supervisor
            | Role::Administrator
    )
}

/// Audiences that a role reads. Administrators see devices, people and quarantine, never content.
const fn audiences(role: Role) -> &'static [Audience] {
    match role {
        Role::Officer | Role::Auxiliary => &[Audience::Field],
        Role::StationChief | Role::DutyOfficer => &[Audience::Field, Audience::Command],
        Role::Investigator => &[Audience::Field, Audience::Crime],
        Role::Supervisor => &[Audience::Field, Audience::Command, Audience::Crime],
        Role::Administrator | Role::Newer(_) => &[],
    }
}

/// Roles that write at the desk; supervisors read everything below and change nothing.
const fn edits(role: Role) -> bool {
    matches!(
        role,
        Role::Officer | Role::StationChief | Role::DutyOfficer | Role::Investigator
    )
}
