//! Who may do what: the one place where access of staff is decided.
//!
//! You are here because you add a verb or change what a role may do: the whole policy is [`allowance`].
//! A handler asks [`authorize`] for a [`Grant`]; nothing else makes one, and what the product does for
//! staff takes a grant, so a forgotten question does not compile. A grant lists exactly which audiences of
//! which units it reaches; whatever lies outside is answered as if it did not exist.
//! [`crate::app::reader`] and [`crate::app::desk`] work through grants and decide nothing of their own.
//!
//! Devices are not staff: what they may pull follows from their certificate and unit, in
//! [`crate::app`].

use std::collections::BTreeMap;

use tala_protocol::cert::{Directory, Role, UnitTree};
use tala_protocol::envelope::{Audience, Desk, SignIn};
use tala_protocol::id::{PersonId, RowId, UnitId};
use tala_protocol::sync::Scope;
use tala_protocol::time::UnixMs;

use crate::store::projections::{Owner, Sight};

/// A member of staff who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// Which person.
    pub person: PersonId,
    /// In which session.
    pub session: RowId,
    /// How the person signed in, for this act.
    pub sign_in: SignIn,
    /// Roles held now.
    pub posts: Vec<Post>,
}

/// A role in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Post {
    /// Where.
    pub unit: UnitId,
    /// As what.
    pub role: Role,
}

/// What staff can ask the centre to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// See the unit tree.
    SeeUnits,
    /// See patrols, tracks and positions.
    SeePatrols,
    /// See incidents and their files.
    SeeIncidents,
    /// Change an incident.
    EditIncident,
    /// Show a record to another unit, or hand it over.
    Share,
    /// Say that somebody has taken on an alert.
    AckAlert,
    /// Speak to units and people of the field.
    SendMessage,
    /// Make plans for units of the field.
    Plan,
    /// See zones, incident types and other things that are the same for all.
    SeeMap,
    /// Publish zones.
    ImportZones,
    /// See what is kept apart, without its content.
    SeeQuarantine,
    /// Let something out of quarantine.
    Release,
    /// See devices.
    SeeDevices,
    /// Give out an enrolment code.
    Enrol,
    /// Cut a device off.
    Revoke,
}

/// Nobody may do this in any of the asker's roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no role of this person allows this")]
pub struct Denied;

/// The password is to be asked for again first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password is needed again")]
pub struct PasswordNeeded;

/// A decision: who, what, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    asker: Asker,
    verb: Verb,
    reach: BTreeMap<Scope, Role>,
}

/// How far a role reaches down the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Own,
    Below,
}

use Audience::{Command, Crime, Field};

const FIELD: &[Audience] = &[Field];
const CENTRE: &[Audience] = &[Field, Command];
const CRIME: &[Audience] = &[Field, Crime];
const ALL: &[Audience] = &[Field, Command, Crime];

/// The policy: which audiences, and how deep, a role gives for a verb.
const fn allowance(role: Role, verb: Verb) -> Option<(Depth, &'static [Audience])> {
    use Depth::{Below, Own};
    use Verb::{
        AckAlert, EditIncident, Enrol, ImportZones, Plan, Release, Revoke, SeeDevices,
        SeeIncidents, SeeMap, SeePatrols, SeeQuarantine, SeeUnits, SendMessage, Share,
    };
    match (role, verb) {
        (Role::Newer(_), _) => None,
        (_, SeeUnits | SeeMap) => Some((Below, FIELD)),

        (Role::Officer, SeePatrols | SeeIncidents | EditIncident) => Some((Own, FIELD)),
        (Role::Auxiliary, SeePatrols | SeeIncidents) => Some((Own, FIELD)),

        (
            Role::StationChief | Role::DutyOfficer,
            SeePatrols | SeeIncidents | EditIncident | Share | AckAlert | SendMessage | Plan,
        ) => Some((Below, CENTRE)),
        (Role::StationChief | Role::DutyOfficer, SeeDevices) => Some((Below, FIELD)),

        (Role::Investigator, SeePatrols | SeeIncidents | EditIncident | Share | SendMessage) => {
            Some((Below, CRIME))
        }

        (Role::Supervisor, SeePatrols | SeeIncidents | SeeQuarantine | SeeDevices) => {
            Some((Below, ALL))
        }

        // Devices, people and quarantine; no content.
        (
            Role::Administrator,
            SeeQuarantine | Release | SeeDevices | Enrol | Revoke | ImportZones,
        ) => Some((Below, ALL)),
        _ => None,
    }
}

impl Verb {
    /// Every verb.
    pub const ALL: [Verb; 15] = [
        Verb::SeeUnits,
        Verb::SeePatrols,
        Verb::SeeIncidents,
        Verb::EditIncident,
        Verb::Share,
        Verb::AckAlert,
        Verb::SendMessage,
        Verb::Plan,
        Verb::SeeMap,
        Verb::ImportZones,
        Verb::SeeQuarantine,
        Verb::Release,
        Verb::SeeDevices,
        Verb::Enrol,
        Verb::Revoke,
    ];

    /// Whether it is about what people and devices recorded.
    pub const fn reads_content(self) -> bool {
        use Verb::{AckAlert, EditIncident, Plan, SeeIncidents, SeePatrols, SendMessage, Share};
        matches!(
            self,
            SeePatrols | SeeIncidents | EditIncident | Share | AckAlert | SendMessage | Plan
        )
    }

    /// Whether the password is asked for again.
    pub const fn needs_password(self) -> bool {
        matches!(self, Verb::Release | Verb::Revoke | Verb::Share)
    }
}

/// Decides. Posts are those that `asker` was given; the tree is today's.
pub fn authorize(asker: Asker, verb: Verb, tree: &UnitTree, now: UnixMs) -> Result<Grant, Denied> {
    let mut reach: BTreeMap<Scope, Role> = BTreeMap::new();
    for post in &asker.posts {
        let Some((depth, audiences)) = allowance(post.role, verb) else {
            continue;
        };
        let units = match depth {
            Depth::Own => vec![post.unit],
            Depth::Below => tree.subtree(post.unit, now),
        };
        for unit in units {
            for &audience in audiences {
                reach.entry(Scope { unit, audience }).or_insert(post.role);
            }
        }
    }
    // Zones are one map for all: whoever replaces it must look after everything.
    let reaches = |unit| {
        reach.contains_key(&Scope {
            unit,
            audience: Field,
        })
    };
    let is_enough = verb != Verb::ImportZones || tree.units(now).all(reaches);
    match is_enough && !reach.is_empty() {
        true => Ok(Grant { asker, verb, reach }),
        false => Err(Denied),
    }
}

/// The roles that the bureau's statements give a person now.
pub fn posts(directory: &Directory, person: PersonId, now: UnixMs) -> Vec<Post> {
    let memberships = directory.memberships(person, now);
    memberships
        .map(|it| Post {
            unit: it.unit,
            role: it.role,
        })
        .collect()
}

impl Grant {
    /// Who asks.
    pub const fn asker(&self) -> &Asker {
        &self.asker
    }

    /// For what.
    pub const fn verb(&self) -> Verb {
        self.verb
    }

    /// Every list it reaches, in a fixed order.
    pub fn scopes(&self) -> impl Iterator<Item = Scope> + '_ {
        self.reach.keys().copied()
    }

    /// Every unit it reaches, in a fixed order.
    pub fn units(&self) -> Vec<UnitId> {
        let mut units: Vec<UnitId> = self.reach.keys().map(|scope| scope.unit).collect();
        units.dedup();
        units
    }

    /// Whether it reaches something of this unit and audience.
    pub fn reaches(&self, unit: UnitId, audience: Audience) -> bool {
        self.reach.contains_key(&Scope { unit, audience })
    }

    /// Whether it reaches what this owner has.
    pub fn sees(&self, owner: &Owner) -> bool {
        self.reaches(owner.unit, owner.audience)
    }

    /// The same grant, if it was given for this verb.
    pub fn given_for(&self, verb: Verb) -> Result<&Self, Denied> {
        match self.verb == verb {
            true => Ok(self),
            false => Err(Denied),
        }
    }

    /// What may be read with it: of these units only, where some are named. Nothing with a grant for a verb
    /// that is about devices, people or quarantine.
    pub fn sight(&self, within: Option<&[UnitId]>) -> Sight {
        let scopes = self.scopes().filter(|_| self.verb.reads_content());
        let all = Sight::new(scopes.map(|it| (it.unit, it.audience)).collect());
        match within {
            Some(units) => all.within(units),
            None => all,
        }
    }

    /// On whose behalf the office signs what is done with it.
    pub fn desk(&self, unit: UnitId, audience: Audience) -> Option<Desk> {
        let role = self.role_in(unit, audience)?;
        Some(Desk {
            role: role.code(),
            session: self.asker.session,
            sign_in: self.asker.sign_in,
        })
    }

    /// The same, for what is decided in no unit in particular.
    pub fn desk_anywhere(&self) -> Option<Desk> {
        let scope = self.scopes().next()?;
        self.desk(scope.unit, scope.audience)
    }

    /// The role it is used in there.
    pub fn role_in(&self, unit: UnitId, audience: Audience) -> Option<Role> {
        self.reach.get(&Scope { unit, audience }).copied()
    }

    /// Asserts that the password was asked for again where the verb needs it.
    pub fn with_password(self) -> Result<Self, PasswordNeeded> {
        let fresh = self.asker.sign_in == SignIn::PasswordAgain;
        match self.verb.needs_password() && !fresh {
            true => Err(PasswordNeeded),
            false => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use tala_protocol::cert::{UnitLevel, UnitStatement};

    use super::*;

    const LEAGUE: UnitId = UnitId::from_bytes([1; 16]);
    const BANNER: UnitId = UnitId::from_bytes([2; 16]);
    const STATION: UnitId = UnitId::from_bytes([3; 16]);
    const OTHER: UnitId = UnitId::from_bytes([4; 16]);

    fn tree() -> UnitTree {
        let mut tree = UnitTree::default();
        let units = [
            (LEAGUE, None),
            (BANNER, Some(LEAGUE)),
            (STATION, Some(BANNER)),
            (OTHER, Some(LEAGUE)),
        ];
        for (unit, parent) in units {
            tree.add(UnitStatement {
                unit,
                parent,
                level: UnitLevel::Station,
                names: Default::default(),
                from: UnixMs(0),
            });
        }
        tree
    }

    fn person(posts: &[(UnitId, Role)]) -> Asker {
        Asker {
            person: PersonId::from_bytes([7; 16]),
            session: RowId::from_bytes([8; 16]),
            sign_in: SignIn::Password,
            posts: posts
                .iter()
                .map(|&(unit, role)| Post { unit, role })
                .collect(),
        }
    }

    fn ask(posts: &[(UnitId, Role)], verb: Verb) -> Result<Grant, Denied> {
        authorize(person(posts), verb, &tree(), UnixMs(1))
    }

    #[test]
    fn a_role_reaches_down_and_never_up_or_sideways() {
        let grant = ask(&[(BANNER, Role::DutyOfficer)], Verb::SeeIncidents).expect("allowed");
        assert_eq!(grant.units(), [BANNER, STATION]);
        assert!(grant.reaches(STATION, Field) && grant.reaches(STATION, Command));
        assert!(!grant.reaches(STATION, Crime));
        assert!(!grant.reaches(LEAGUE, Field) && !grant.reaches(OTHER, Field));
    }

    #[test]
    fn an_officer_sees_the_own_unit_only_even_high_in_the_tree() {
        let grant = ask(&[(LEAGUE, Role::Officer)], Verb::SeePatrols).expect("allowed");
        assert_eq!(grant.units(), [LEAGUE]);
    }

    #[test]
    fn an_administrator_sees_no_content_and_a_supervisor_changes_nothing() {
        for verb in [Verb::SeePatrols, Verb::SeeIncidents, Verb::EditIncident] {
            assert_eq!(
                ask(&[(LEAGUE, Role::Administrator)], verb),
                Err(Denied),
                "{verb:?}"
            );
        }
        let changes = [
            Verb::EditIncident,
            Verb::Share,
            Verb::AckAlert,
            Verb::SendMessage,
            Verb::Plan,
            Verb::ImportZones,
            Verb::Release,
            Verb::Enrol,
            Verb::Revoke,
        ];
        for verb in changes {
            assert_eq!(
                ask(&[(LEAGUE, Role::Supervisor)], verb),
                Err(Denied),
                "{verb:?}"
            );
        }
    }

    #[test]
    fn several_posts_add_up_and_a_role_from_a_newer_version_gives_nothing() {
        let posts = [
            (STATION, Role::Officer),
            (OTHER, Role::Investigator),
            (LEAGUE, Role::Newer(99)),
        ];
        let grant = ask(&posts, Verb::SeeIncidents).expect("allowed");
        assert_eq!(grant.units(), [STATION, OTHER]);
        assert!(grant.reaches(OTHER, Crime) && !grant.reaches(STATION, Crime));
        assert_eq!(grant.role_in(STATION, Field), Some(Role::Officer));
    }

    #[test]
    fn release_revocation_and_handing_over_need_the_password_again() {
        let (admin, chief) = (Role::Administrator, Role::StationChief);
        for (role, verb) in [
            (admin, Verb::Release),
            (admin, Verb::Revoke),
            (chief, Verb::Share),
        ] {
            let grant = ask(&[(LEAGUE, role)], verb).expect("allowed");
            assert_eq!(grant.clone().with_password(), Err(PasswordNeeded));
            let again = Asker {
                sign_in: SignIn::PasswordAgain,
                ..grant.asker().clone()
            };
            let grant = authorize(again, verb, &tree(), UnixMs(1)).expect("allowed");
            assert!(grant.with_password().is_ok());
        }
    }

    #[test]
    fn the_map_of_all_is_replaced_only_from_the_top() {
        let zones = |unit| ask(&[(unit, Role::Administrator)], Verb::ImportZones);
        assert!(zones(LEAGUE).is_ok());
        assert_eq!(zones(BANNER), Err(Denied));
    }

    #[test]
    fn nobody_without_a_post_may_do_anything() {
        for verb in Verb::ALL {
            assert_eq!(ask(&[], verb), Err(Denied));
        }
    }
}
