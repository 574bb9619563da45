//! Founding a centre: log, keys, unit tree, first people.

use std::sync::Arc;

use serde::Deserialize;
use tala_protocol::cert::{
    Holder, KeyStatement, Membership, Names, Person, Role, Statement, UnitLevel, UnitStatement,
};
use tala_protocol::envelope::Kind;
use tala_protocol::id::{LogId, PersonId, UnitId};
use tala_protocol::key::PublicKey;
use tala_protocol::log::Frontier;
use tala_protocol::time::UnixMs;

use crate::app::centre::{Centre, CentreParts};
use crate::app::commit::Draft;
use crate::app::error::AppError;
use crate::app::keys::Signer;
use crate::store::{LogRow, Store, StoreError};

/// What a bureau begins with.
#[derive(Debug, Clone, Default)]
pub struct Founding {
    /// Units, those above before those below.
    pub units: Vec<UnitStatement>,
    /// People.
    pub persons: Vec<Person>,
    /// What they are, and where.
    pub memberships: Vec<Membership>,
    /// Login names with the persons who use them.
    pub logins: Vec<(String, PersonId)>,
}

/// The file that a unit tree is read from.
#[derive(Debug, Deserialize)]
pub struct UnitFile {
    format: u32,
    units: Vec<UnitEntry>,
    #[serde(default)]
    persons: Vec<PersonEntry>,
}

#[derive(Debug, Deserialize)]
struct UnitEntry {
    id: String,
    parent: Option<String>,
    level: String,
    names: std::collections::BTreeMap<String, Option<String>>,
    from: String,
}

#[derive(Debug, Deserialize)]
struct PersonEntry {
    id: String,
    name: String,
    login: Option<String>,
    #[serde(default)]
    memberships: Vec<MembershipEntry>,
}

#[derive(Debug, Deserialize)]
struct MembershipEntry {
    unit: String,
    role: String,
}

impl UnitFile {
    /// Reads the JSON text.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let file: Self = serde_json::from_str(text)
            .map_err(|error| AppError::Invalid(format!("unit file: {error}")))?;
        if file.format == 1 {
            Ok(file)
        } else {
            let format = file.format;
            Err(AppError::Invalid(format!(
                "unit file: unknown format {format}"
            )))
        }
    }

    /// The statements it stands for. Memberships begin `now`.
    pub fn founding(&self, now: UnixMs) -> Result<Founding, AppError> {
        let mut founding = Founding::default();
        for unit in &self.units {
            founding.units.push(unit.statement()?);
        }
        for person in &self.persons {
            let id: PersonId = parsed(&person.id)?;
            founding.persons.push(Person {
                person: id,
                name: person.name.clone(),
            });
            let login = person.login.clone();
            founding.logins.extend(login.map(|login| (login, id)));
            for membership in &person.memberships {
                let role = Role::from_word(&membership.role);
                founding.memberships.push(Membership {
                    person: id,
                    unit: parsed(&membership.unit)?,
                    role: role.ok_or_else(|| invalid("role", &membership.role))?,
                    from: now,
                    until: None,
                    campaign: None,
                });
            }
        }
        Ok(founding)
    }
}

impl UnitEntry {
    fn statement(&self) -> Result<UnitStatement, AppError> {
        let from: jiff::Timestamp = self
            .from
            .parse()
            .map_err(|_other| invalid("time", &self.from))?;
        let names = self.names.iter();
        let names: Names = names
            .filter_map(|(language, name)| Some((language.clone(), name.clone()?)))
            .collect();
        Ok(UnitStatement {
            unit: parsed(&self.id)?,
            parent: self.parent.as_deref().map(parsed).transpose()?,
            level: UnitLevel::from_word(&self.level)
                .ok_or_else(|| invalid("level", &self.level))?,
            names,
            from: UnixMs(from.as_millisecond()),
        })
    }
}

/// Begins the log in an empty store, has the root certify office and log, and the office state units and
/// people. Returns the running centre.
pub fn found(
    parts: CentreParts,
    root: Arc<dyn Signer>,
    founding: &Founding,
) -> Result<Arc<Centre>, AppError> {
    let top = founding.units.iter().find(|unit| unit.parent.is_none());
    let top = top.map(|unit| unit.unit);
    let top = top.ok_or_else(|| AppError::Invalid("a unit tree needs a top".into()))?;
    let effects = Arc::clone(&parts.effects);
    let now = effects.now();
    begin_log(&parts)?;
    let office = parts.keys.office.public().clone();
    let log = parts.keys.log.public().clone();
    let centre = Centre::start(parts)?;
    let keys = [
        (office, Holder::Office, "office"),
        (log, Holder::Log, "log"),
    ];
    let keys = (1..).zip(keys).map(|(serial, (key, holder, name))| {
        let statement = key_statement(key, holder, serial, now, name);
        certificate(top, Statement::Key(statement))
    });
    centre.writer().say_as(root, keys.collect())?;
    centre.writer().say(statements(top, founding))?;
    Ok(centre)
}

/// Everything the office states at the founding.
fn statements(top: UnitId, founding: &Founding) -> Vec<Draft> {
    let units = founding.units.iter();
    let units = units.map(|unit| certificate(unit.unit, Statement::Unit(unit.clone())));
    let persons = founding.persons.iter();
    let home = |person| {
        let of = founding.memberships.iter().find(|m| m.person == person);
        of.map_or(top, |membership| membership.unit)
    };
    let persons =
        persons.map(|person| certificate(home(person.person), Statement::Person(person.clone())));
    let memberships = founding.memberships.iter();
    let memberships = memberships.map(|m| certificate(m.unit, Statement::Membership(m.clone())));
    units.chain(persons).chain(memberships).collect()
}

/// Makes the log's first row.
fn begin_log(parts: &CentreParts) -> Result<(), AppError> {
    let mut id = [0; 16];
    let filled = parts.effects.random(&mut id);
    filled.map_err(AppError::Randomness)?;
    let row = LogRow {
        id: LogId::from_bytes(id),
        base: 0,
        size: 0,
        frontier: Frontier::new().to_bytes(),
        restored: None,
        backed_up_to: 0,
    };
    begin_with(parts.store.as_ref(), &row)
}

fn begin_with(store: &dyn Store, row: &LogRow) -> Result<(), AppError> {
    let mut writer = store.take_writer()?;
    let mut founded_before = false;
    let begun = writer.transact(&mut |tx| {
        founded_before = tx.log()?.is_some();
        if founded_before {
            return Err(StoreError::GivenUp);
        }
        tx.set_log(row)
    });
    store.return_writer(writer);
    if founded_before {
        return Err(AppError::Conflict("the centre was founded before"));
    }
    Ok(begun?)
}

fn key_statement(
    key: PublicKey,
    holder: Holder,
    serial: u64,
    from: UnixMs,
    name: &str,
) -> KeyStatement {
    KeyStatement {
        key,
        holder,
        serial,
        from,
        until: None,
        name: name.to_owned(),
    }
}

fn certificate(unit: UnitId, statement: Statement) -> Draft {
    Draft::statement(unit, Kind::Certificate, statement.to_bytes())
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_other| invalid("id", text))
}

fn invalid(what: &str, found: &str) -> AppError {
    AppError::Invalid(format!("unit file: {what} {found:?}"))
}
