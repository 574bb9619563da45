//! People and devices, from the machine that the centre runs on.

use std::io::Write;

use tala_protocol::id::PersonId;

use super::data::Place;
use super::{
    AddPersonArgs, CliError, EnrolArgs, RevokeArgs, SetPasswordArgs, order, parsed, random, row_id,
};
use crate::app::admin::MachineOrder;
use crate::app::enrolment::{self, Order};
use crate::app::staff::{Passwords, first_password};
use crate::app::{Effects as _, SystemEffects};
use crate::config::Config;

/// States a person and a first membership, and gives the person a login.
pub(super) fn add_person(
    config: &Config,
    args: &AddPersonArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let place = Place::new(config);
    let person = PersonId::from_bytes(*row_id()?.as_bytes());
    let order = MachineOrder::AddPerson {
        person: person.to_string(),
        name: args.name.clone(),
        unit: args.unit.clone(),
        role: args.role.clone(),
    };
    let told = order::carry_out(&place, &order)?;
    writeln!(out, "{told}").map_err(CliError::Print)?;
    match &args.login {
        Some(login) => give_password(&place, login, person, None, out),
        None => Ok(()),
    }
}

/// Cuts a device off.
pub(super) fn revoke(
    config: &Config,
    args: &RevokeArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let order = MachineOrder::Revoke {
        device: args.device.clone(),
        reason: args.reason.clone(),
    };
    let told = order::carry_out(&Place::new(config), &order)?;
    writeln!(out, "{told}").map_err(CliError::Print)
}

/// Gives a login a password, and ends the sessions of whoever it is.
pub(super) fn set_password(
    config: &Config,
    args: &SetPasswordArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let place = Place::new(config);
    let known = place.beside()?.account(&args.login)?;
    let known = known.map(|account| account.person);
    let named = args.person.as_deref().map(|it| parsed("person", it));
    let person = match (named.transpose()?, known) {
        (Some(person), _) | (None, Some(person)) => person,
        (None, None) => {
            let words = format!("login {} is new: say whose it is with --person", args.login);
            return Err(CliError::Argument(words));
        }
    };
    give_password(&place, &args.login, person, args.password.clone(), out)?;
    place.door()?.end_sessions_of(person, SystemEffects.now())?;
    Ok(())
}

/// Gives out a one-time code and draws its picture.
pub(super) fn enrol(
    config: &Config,
    args: &EnrolArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let beside = Place::new(config).beside()?;
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
    let directory = beside.directory()?;
    beside.give_code(&order.row(&directory, SystemEffects.now())?)?;
    let text = enrolment::code_text(&directory, &config.listen.public_url, order.code);
    let told = match enrolment::blocks(&text).filter(|_| !args.text_only) {
        Some(picture) => writeln!(out, "{picture}\n{text}\nGood for 15 minutes and one phone."),
        None => writeln!(out, "{text}"),
    };
    told.map_err(CliError::Print)
}

fn give_password(
    place: &Place<'_>,
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
    place.beside()?.set_password(login, person, &hash)?;
    let told = match given {
        Some(_) => writeln!(out, "Login: {login}"),
        None => writeln!(out, "Login: {login}\nPassword: {password}"),
    };
    told.map_err(CliError::Print)
}
