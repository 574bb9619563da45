//! Founding a centre.

use std::io::Write;

use tala_protocol::cert::Role;
use tala_protocol::id::PersonId;

use super::data::{Place, file};
use super::{CliError, InitArgs, random};
use crate::app::admin::{Founded, Founding, UnitFile};
use crate::app::staff::{Passwords, first_password};
use crate::app::{Effects as _, SystemEffects};
use crate::config::Config;

/// Makes keys, log, units, people, and the accounts of those who have a login.
pub(super) fn init(config: &Config, args: &InitArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let place = Place::new(config);
    let _held = place.hold()?;
    let text = std::fs::read_to_string(&args.units).map_err(file("reading", &args.units))?;
    let founding = UnitFile::parse(&text)?.founding(SystemEffects.now())?;
    let (login, person) = first_administrator(&founding)?;
    let passwords = Passwords::strong()?;
    let given = args.password.clone();
    let password = given.map_or_else(|| Ok(first_password(&random()?)), Ok::<_, CliError>)?;
    let hash = passwords.hash(&password, &random()?)?;

    let founded = place.found(&founding)?;
    for (login, person) in &founding.logins {
        founded
            .centre
            .set_password(login, *person, Passwords::none())?;
    }
    founded.centre.set_password(&login, person, hash)?;
    founded.centre.stop();
    tell(out, &founded, &login, &password)
}

/// The first person of the file who is an administrator and has a login.
fn first_administrator(founding: &Founding) -> Result<(String, PersonId), CliError> {
    let is_administrator = |person: PersonId| {
        let mut posts = founding.memberships.iter();
        posts.any(|post| post.person == person && post.role == Role::Administrator)
    };
    let mut logins = founding.logins.iter();
    let first = logins.find(|(_, person)| is_administrator(*person));
    first.cloned().ok_or_else(|| {
        let words = "the unit file names no administrator with a login";
        CliError::Argument(words.to_owned())
    })
}

fn tell(
    out: &mut dyn Write,
    founded: &Founded,
    login: &str,
    password: &str,
) -> Result<(), CliError> {
    let eights: Vec<&str> = (0..founded.root_secret.len())
        .step_by(8)
        .filter_map(|at| founded.root_secret.get(at..at + 8))
        .collect();
    let told = writeln!(
        out,
        "The centre is founded.\n\n\
         Root key, shown this once. Write it down, check it, and lock it away; it is not stored:\n\n  {}\n\n\
         Root fingerprint: {}\n\
         First administrator: {login}\n\
         Password: {password}",
        eights.join(" "),
        founded.root_fingerprint
    );
    told.map_err(CliError::Print)
}
