//! People and devices, from the machine that the centre runs on.

use std::io::Write;

use tala_protocol::cert::{Membership, Person, Role, Statement};
use tala_protocol::envelope::Kind;
use tala_protocol::id::{PersonId, RowId, UnitId};

use super::data::Place;
use super::{AddPersonArgs, CliError, EnrolArgs, SetPasswordArgs, parsed, random};
use crate::app::Centre;
use crate::app::commit::Draft;
use crate::app::enrolment::{self, Order};
use crate::app::staff::{Passwords, first_password};
use crate::config::Config;

/// States a person and a first membership.
pub(super) fn add_person(
    config: &Config,
    args: &AddPersonArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let place = Place::new(config);
    let _held = place.hold()?;
    let centre = place.centre()?;
    let unit: UnitId = parsed("unit", &args.unit)?;
    let role = Role::from_word(&args.role);
    let role =
        role.ok_or_else(|| CliError::Argument(format!("--role {} is unknown", args.role)))?;
    if centre.directory().units().at(unit, centre.now()).is_none() {
        return Err(CliError::Argument(format!("--unit {unit} is unknown")));
    }
    let person = PersonId::from_bytes(*row_id()?.as_bytes());
    let statements = [
        Statement::Person(Person {
            person,
            name: args.name.clone(),
        }),
        Statement::Membership(Membership {
            person,
            unit,
            role,
            from: centre.now(),
            until: None,
            campaign: None,
        }),
    ];
    let drafts = statements.map(|it| Draft::statement(unit, Kind::Certificate, it.to_bytes()));
    centre.writer().say(drafts.into())?;
    writeln!(out, "Person: {person}").map_err(CliError::Print)?;
    match &args.login {
        Some(login) => give_password(&centre, login, person, None, out),
        None => Ok(()),
    }
}

/// Gives a login a password. Works while the centre runs.
pub(super) fn set_password(
    config: &Config,
    args: &SetPasswordArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let centre = Place::new(config).centre()?;
    let known = centre.account(&args.login)?.map(|account| account.person);
    let named = args.person.as_deref().map(|it| parsed("person", it));
    let person = match (named.transpose()?, known) {
        (Some(person), _) | (None, Some(person)) => person,
        (None, None) => {
            let words = format!("login {} is new: say whose it is with --person", args.login);
            return Err(CliError::Argument(words));
        }
    };
    give_password(&centre, &args.login, person, args.password.clone(), out)
}

/// Gives out a one-time code and draws its picture. Works while the centre runs.
pub(super) fn enrol(
    config: &Config,
    args: &EnrolArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let centre = Place::new(config).centre()?;
    let person = args.person.as_deref().map(|it| parsed("person", it));
    let order = Order {
        row: row_id()?,
        unit: parsed("unit", &args.unit)?,
        person: person.transpose()?,
        device_name: args.name.clone(),
        // Nobody is signed in at the machine itself.
        by: PersonId::from_bytes([0; 16]),
        code: random()?,
    };
    let row = order.row(&centre.directory(), centre.now())?;
    centre.give_code(&row)?;
    let text = enrolment::code_text(&centre.directory(), &config.listen.public_url, order.code);
    let told = match enrolment::blocks(&text).filter(|_| !args.text_only) {
        Some(picture) => writeln!(out, "{picture}\n{text}\nGood for 15 minutes and one phone."),
        None => writeln!(out, "{text}"),
    };
    told.map_err(CliError::Print)
}

fn give_password(
    centre: &Centre,
    login: &str,
    person: PersonId,
    given: Option<String>,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let password = match &given {
        Some(password) => password.clone(),
        None => first_password(&random()?),
    };
    let hash = Passwords::strong()?.hash(&password, &random()?)?;
    centre.set_password(login, person, hash)?;
    let told = match given {
        Some(_) => writeln!(out, "Login: {login}"),
        None => writeln!(out, "Login: {login}\nPassword: {password}"),
    };
    told.map_err(CliError::Print)
}

fn row_id() -> Result<RowId, CliError> {
    let uuid = uuid::Builder::from_random_bytes(random()?).into_uuid();
    Ok(RowId::from_bytes(*uuid.as_bytes()))
}
