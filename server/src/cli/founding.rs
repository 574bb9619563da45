//! Founding a centre.

use std::io::Write;
use std::sync::Arc;

use data_encoding::HEXUPPER;
use tala_protocol::cert::Role;
use tala_protocol::id::PersonId;

use super::data::{DataFolder, file};
use super::{CliError, InitArgs, random};
use crate::app::admin::{Founding, UnitFile, found};
use crate::app::staff::{Passwords, first_password};
use crate::app::{Effects as _, Signer as _, SoftwareKey, SystemEffects};
use crate::config::Config;

/// Makes keys, log, units, people, and the accounts of those who have a login.
pub(super) fn init(config: &Config, args: &InitArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let folder = DataFolder::new(&config.data);
    folder.make()?;
    let _held = folder.hold()?;
    if folder.is_founded() {
        return Err(CliError::Centre(config.data.clone()));
    }
    let text = std::fs::read_to_string(&args.units).map_err(file("reading", &args.units))?;
    let founding = UnitFile::parse(&text)?.founding(SystemEffects.now())?;
    let (login, person) = first_administrator(&founding)?;
    let passwords = Passwords::strong()?;
    let given = args.password.clone();
    let password = given.map_or_else(|| Ok(first_password(&random()?)), Ok::<_, CliError>)?;
    let hash = passwords.hash(&password, &random()?)?;

    let seed: [u8; 32] = random()?;
    let root = SoftwareKey::from_seed(&seed).map_err(crate::app::AppError::from)?;
    let public = root.public().clone();
    let centre = found(folder.parts(public.clone())?, Arc::new(root), &founding)?;
    for (login, person) in &founding.logins {
        centre.set_password(login, *person, Passwords::none())?;
    }
    centre.set_password(&login, person, hash)?;
    centre.stop();
    folder.keep_root(&public)?;
    tell(
        out,
        &seed,
        &public.fingerprint().to_string(),
        &login,
        &password,
    )
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
    seed: &[u8; 32],
    fingerprint: &str,
    login: &str,
    password: &str,
) -> Result<(), CliError> {
    let fours: Vec<String> = HEXUPPER
        .encode(seed)
        .as_bytes()
        .chunks(8)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect();
    let told = writeln!(
        out,
        "The centre is founded.\n\n\
         Root key, shown this once. Write it down, check it, and lock it away; it is not stored:\n\n  {}\n\n\
         Root fingerprint: {fingerprint}\n\
         First administrator: {login}\n\
         Password: {password}",
        fours.join(" ")
    );
    told.map_err(CliError::Print)
}
