//! Staff at the centre: they open the page of an incident and save it, with the code behind a real page.

use rand::RngExt as _;
use tala_protocol::cert::{Membership, Person, Role, Statement};
use tala_protocol::doc::Severity;
use tala_protocol::envelope::{Kind, SignIn};
use tala_protocol::id::{ObjectId, PersonId, RowId};
use tala_protocol::time::UnixMs;
use tala_server::app::AppError;
use tala_server::app::access::{Asker, Grant, Verb, authorize, posts};
use tala_server::http::behind::Behind;
use tala_server::http::wire::incident::EditWire;
use tala_server::store::{Lsn, read};

use super::SimError;
use super::centre::{BEGIN_MS, LEAGUE, SimCentre, station};
use super::world::World;
use crate::oracle::Violation;

/// The staff of a run: somebody high in the tree and somebody of one station.
#[derive(Debug, Clone)]
pub struct Staff {
    people: [PersonId; 2],
    pages: Vec<Page>,
}

/// A page that is open, with the incident as it stood when it was opened.
#[derive(Debug, Clone)]
struct Page {
    person: PersonId,
    object: ObjectId,
    tag: String,
}

impl Staff {
    /// States who they are.
    pub fn hire(centre: &mut SimCentre, people: [PersonId; 2]) -> Result<Self, SimError> {
        let [officer, chief] = people;
        for (person, unit, role) in [
            (officer, LEAGUE, Role::DutyOfficer),
            (chief, station(0), Role::StationChief),
        ] {
            let statements = [
                Statement::Person(Person {
                    person,
                    name: format!("desk {person}"),
                }),
                Statement::Membership(Membership {
                    person,
                    unit,
                    role,
                    from: UnixMs(BEGIN_MS),
                    until: None,
                    campaign: None,
                }),
            ];
            centre.state(unit, &statements)?;
        }
        Ok(Self {
            people,
            pages: Vec::new(),
        })
    }

    /// Whether this is one of them.
    pub fn knows(&self, person: PersonId) -> bool {
        self.people.contains(&person)
    }
}

impl World {
    /// Somebody at a desk opens an incident, or saves one that was opened a while ago.
    pub fn work_at_desk(&mut self) -> Result<(), SimError> {
        let open = self.staff.pages.len();
        if open == 0 || self.rng.random_bool(0.4) {
            let at = self.rng.random_range(0..self.incidents.len().max(1));
            let who = self.staff.people[usize::from(self.rng.random_bool(0.3))];
            return match self.incidents.get(at).copied() {
                Some(object) => self.open_page(who, object),
                None => Ok(()),
            };
        }
        let page = self.staff.pages.remove(self.rng.random_range(0..open));
        let edit = self.draw_edit();
        self.save_page(page, &edit)
    }

    fn open_page(&mut self, person: PersonId, object: ObjectId) -> Result<(), SimError> {
        let app = self.centre.app();
        let shown = match grant(&self.centre, person, Verb::SeeIncidents) {
            Some(grant) => Behind::incident(app, &grant, object).ok(),
            None => None,
        };
        if let Some(shown) = shown {
            let tag = shown.tag;
            self.staff.pages.push(Page {
                person,
                object,
                tag,
            });
        }
        Ok(())
    }

    fn draw_edit(&mut self) -> EditWire {
        let value = self.rng.random_range(0..1_000);
        let mut edit = EditWire {
            fields: Default::default(),
            resolve: Vec::new(),
        };
        let (path, value) = match self.rng.random_range(0..4) {
            0 => ("title", format!("desk {value}")),
            1 => ("narrative", format!("told to a desk: {value}")),
            2 => {
                let severity = [Severity::Low, Severity::High][value % 2];
                ("severity", severity.word().to_owned())
            }
            _ => {
                edit.resolve.push("title".to_owned());
                return edit;
            }
        };
        edit.fields.insert(path.to_owned(), value.into());
        edit
    }

    fn save_page(&mut self, page: Page, edit: &EditWire) -> Result<(), SimError> {
        let Some(grant) = grant(&self.centre, page.person, Verb::EditIncident) else {
            return Ok(());
        };
        let saved = Behind::edit_incident(self.centre.app(), &grant, page.object, &page.tag, edit);
        self.centre.settle()?;
        match saved {
            Ok(Some(now)) if now.tag != page.tag => self.note_desk_edit(&page),
            Ok(Some(_)) => Ok(()),
            Ok(None) => {
                self.counts.desk_stale += 1;
                self.open_page(page.person, page.object)
            }
            // Not there after a restore, handed to somebody else, or held by a newer version.
            Err(AppError::NotFound | AppError::Forbidden | AppError::Invalid(_)) => {
                self.counts.desk_refused += 1;
                Ok(())
            }
            Err(other) => {
                let detail = super::exchange::in_full(&other);
                self.violations.push(Violation::new("desk", detail));
                Ok(())
            }
        }
    }

    /// What a desk was told is saved was promised, as what a phone saved.
    fn note_desk_edit(&mut self, page: &Page) -> Result<(), SimError> {
        let office = self.centre.app().office();
        let about = read(self.centre.store(), |reads| {
            reads.envelopes_about(page.object, Lsn(0), usize::MAX >> 1)
        })?;
        let own = about.iter().rev().find(|stored| {
            let header = stored.envelope.header();
            header.kind == Kind::Change && header.device() == office
        });
        let id = own.map(|stored| stored.envelope.id());
        match id {
            Some(id) => self.ledger.save(id, office),
            None => {
                let detail = format!("an edit of {} is not in the books", page.object);
                self.violations.push(Violation::new("lost", detail));
            }
        }
        self.counts.desk_edits += 1;
        self.log.line(format!("a desk edits {}", page.object));
        Ok(())
    }

    /// A desk shows of an incident what phone `n` holds: the same heads, and every value of a conflict with
    /// who wrote it.
    pub fn judge_desk(&mut self, n: usize, object: ObjectId) -> Result<Vec<Violation>, SimError> {
        let mut found = Vec::new();
        let officer = self.staff.people[0];
        let Some(grant) = grant(&self.centre, officer, Verb::SeeIncidents) else {
            return Ok(vec![Violation::new("desk", "nobody is on duty")]);
        };
        let Ok(shown) = Behind::incident(self.centre.app(), &grant, object) else {
            // Patrols are documents too, and what the crime unit alone sees is not shown here.
            return Ok(found);
        };
        let engine = self.phone(n)?.engine_mut()?;
        let heads = engine.document(object)?.heads();
        let heads: Vec<String> = heads.iter().map(ToString::to_string).collect();
        if heads.join(".") != shown.tag {
            let detail = format!("{object} has other heads at the desk than on phone {n}");
            found.push(Violation::new("diverged", detail));
        }
        let office = self.centre.app().office();
        let conflicts = self.phone(n)?.engine_mut()?.conflicts(object)?;
        for conflict in conflicts {
            for value in &conflict.values {
                let named = value.by.is_some_and(|by| by.person.is_some());
                let by_desk = value.by.filter(|by| by.device == office);
                let is_staff = by_desk
                    .and_then(|by| by.person)
                    .map(|p| self.staff.knows(p));
                self.counts.desk_conflicts += u64::from(is_staff == Some(true));
                if !named || is_staff == Some(false) {
                    let detail = format!("{object} {}: {:?}", conflict.path, value.by);
                    found.push(Violation::new("author", detail));
                }
            }
        }
        let anonymous = |by: &Option<String>| by.is_none();
        for field in &shown.incident.fields {
            if field.conflicts.iter().any(|it| anonymous(&it.by.person)) {
                let detail = format!("a desk shows {object} {} without author", field.path);
                found.push(Violation::new("author", detail));
            }
        }
        Ok(found)
    }
}

/// What somebody may do now, decided as for a signed-in session.
fn grant(centre: &SimCentre, person: PersonId, verb: Verb) -> Option<Grant> {
    let (directory, now) = (centre.app().directory(), centre.app().now());
    let asker = Asker {
        person,
        session: RowId::from_bytes([7; 16]),
        sign_in: SignIn::Password,
        posts: posts(&directory, person, now),
    };
    authorize(asker, verb, directory.units(), now).ok()
}
