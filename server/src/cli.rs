//! The command line of a centre.
//!
//! You are here because you run a centre or add a command. A command gets its configuration and a place to
//! write to, and says how it went; only `main` touches standard output and exit codes. `serve` holds the
//! data folder's lock, because the running process alone knows what its feeds said last: commands that make
//! statements leave it an order ([`order`]) and do it themselves only where no centre runs. Accounts and
//! codes are written beside it; founding and rebuilding need it stopped.

mod admin;
mod data;
mod founding;
mod log;
mod order;
mod registry;
mod serve;
mod upkeep;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use tala_protocol::id::RowId;

use crate::app::AppError;
use crate::app::staff::PasswordError;
use crate::config::{Config, ConfigError};
use crate::http::serve::ServeError;
use crate::media::MediaError;
use crate::store::StoreError;
use crate::store_door::DoorStoreError;

/// The centre of Tala.
#[derive(Debug, Parser)]
#[command(name = "tala-server", version, about)]
pub struct Cli {
    /// Configuration file; `tala.toml` where it exists. Every value also by environment: TALA_SERVER_*.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves phones and desks until it is told to stop.
    Serve,
    /// Drops lists and maps and makes them again from the envelopes. The centre must not run.
    Rebuild,
    /// Copies everything to a folder and verifies the copy. The centre may run.
    Backup {
        /// The folder.
        to: PathBuf,
    },
    /// Recomputes the transparency log and compares it with every checkpoint. The centre may run.
    VerifyLog,
    /// Founds a centre, looks after people and devices. All but `init` work while the centre runs.
    #[command(subcommand)]
    Admin(AdminCommand),
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Founds a centre: root, office and log keys, units, people. Prints the root key once.
    Init(InitArgs),
    /// Adds a person with a first role, and a login if one is given.
    AddPerson(AddPersonArgs),
    /// Gives a login a password.
    SetPassword(SetPasswordArgs),
    /// Publishes zones from a GeoJSON file.
    ImportZones(ImportZonesArgs),
    /// Publishes versions of registries, signed by the office, and lists them.
    #[command(subcommand)]
    Registry(RegistryCommand),
    /// Gives out a one-time code for a phone.
    Enrol(EnrolArgs),
    /// Cuts a device off, by a signed revocation.
    Revoke(RevokeArgs),
}

#[derive(Debug, Subcommand)]
enum RegistryCommand {
    /// Publishes a version. The same version again changes nothing.
    Publish {
        /// The file, JSON.
        file: PathBuf,
    },
    /// Lists what was published: kind, number, first day, hash.
    List,
}

#[derive(Debug, Args)]
struct InitArgs {
    /// The file of units and people.
    #[arg(long)]
    units: PathBuf,
    /// Password of the first administrator; made and printed when not given.
    #[arg(long, env = "TALA_SERVER_ADMIN_PASSWORD", hide_env_values = true)]
    password: Option<String>,
}

#[derive(Debug, Args)]
struct AddPersonArgs {
    /// The person's name.
    #[arg(long)]
    name: String,
    /// Id of the unit.
    #[arg(long)]
    unit: String,
    /// Role: officer, auxiliary, station_chief, duty_officer, investigator, supervisor, administrator.
    #[arg(long)]
    role: String,
    /// Login name; its first password is printed.
    #[arg(long)]
    login: Option<String>,
}

#[derive(Debug, Args)]
struct SetPasswordArgs {
    /// Login name.
    login: String,
    /// Whose login it is, where it is new.
    #[arg(long)]
    person: Option<String>,
    /// The password; made and printed when not given.
    #[arg(long, env = "TALA_SERVER_NEW_PASSWORD", hide_env_values = true)]
    password: Option<String>,
}

#[derive(Debug, Args)]
struct ImportZonesArgs {
    /// The file.
    file: PathBuf,
}

#[derive(Debug, Args)]
struct EnrolArgs {
    /// Id of the unit.
    #[arg(long)]
    unit: String,
    /// Id of the person who will carry the device.
    #[arg(long)]
    person: Option<String>,
    /// Name of the device.
    #[arg(long, default_value = "phone")]
    name: String,
    /// Prints the text of the code and nothing else.
    #[arg(long)]
    text_only: bool,
}

#[derive(Debug, Args)]
struct RevokeArgs {
    /// Id of the device.
    device: String,
    /// Why; it stands in the signed revocation.
    #[arg(long)]
    reason: String,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration has faults.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file cannot be read or written.
    #[error("{action} {path}")]
    File {
        /// What was done.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The data folder holds no centre.
    #[error("there is no centre in {0}: run `tala-server admin init --units FILE` first")]
    NoCentre(PathBuf),
    /// The data folder holds a centre already.
    #[error("there is a centre in {0} already")]
    Centre(PathBuf),
    /// Another process works on the data folder.
    #[error("a centre is running on {0}: stop it first, or use its page")]
    Running(PathBuf),
    /// The running centre did not take an order.
    #[error("the process that works on {0} took no order: is it a centre that runs?")]
    NotHeard(PathBuf),
    /// The running centre took an order and did not say what became of it.
    #[error("the centre took the order and did not say what became of it")]
    NotAnswered,
    /// The running centre could not do it.
    #[error("the running centre could not do it: {0}")]
    Refused(String),
    /// An order cannot be written down.
    #[error("writing an order")]
    Order(#[source] serde_json::Error),
    /// The log does not verify.
    #[error("{0} faults were found in the log")]
    Unsound(usize),
    /// A registry cannot be read.
    #[error("reading the registry {path}")]
    Registry {
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: Box<tala_protocol::registry::RegistryError>,
    },
    /// An argument cannot be used.
    #[error("{0}")]
    Argument(String),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The door store failed.
    #[error("the door store failed")]
    Door(#[from] DoorStoreError),
    /// The media folder failed.
    #[error("the media folder failed")]
    Media(#[from] MediaError),
    /// The centre could not do it.
    #[error("the centre could not do it")]
    App(#[from] AppError),
    /// The password cannot be used.
    #[error("the password cannot be used")]
    Password(#[from] PasswordError),
    /// Serving failed.
    #[error("the centre cannot serve")]
    Serve(#[from] ServeError),
    /// No randomness could be had.
    #[error("no randomness")]
    Randomness(#[source] getrandom::Error),
    /// Nothing could be printed.
    #[error("printing")]
    Print(#[source] std::io::Error),
    /// The runtime could not start.
    #[error("starting the runtime")]
    Runtime(#[source] std::io::Error),
    /// The log filter cannot be read, or there is a log already.
    #[error("starting the log: {0}")]
    Log(String),
}

/// Runs what was asked for.
pub fn run(cli: Cli, out: &mut dyn Write) -> Result<(), CliError> {
    let config = Config::load(cli.config.as_deref())?;
    match cli.command {
        Command::Serve => serve::serve(config, out),
        Command::Rebuild => upkeep::rebuild(&config, out),
        Command::Backup { to } => upkeep::backup(&config, &to, out),
        Command::VerifyLog => upkeep::verify_log(&config, out),
        Command::Admin(AdminCommand::ImportZones(args)) => {
            upkeep::import_zones(&config, &args, out)
        }
        Command::Admin(AdminCommand::Init(args)) => founding::init(&config, &args, out),
        Command::Admin(AdminCommand::AddPerson(args)) => admin::add_person(&config, &args, out),
        Command::Admin(AdminCommand::SetPassword(args)) => admin::set_password(&config, &args, out),
        Command::Admin(AdminCommand::Registry(RegistryCommand::Publish { file })) => {
            registry::publish(&config, &file, out)
        }
        Command::Admin(AdminCommand::Registry(RegistryCommand::List)) => {
            registry::list(&config, out)
        }
        Command::Admin(AdminCommand::Enrol(args)) => admin::enrol(&config, &args, out),
        Command::Admin(AdminCommand::Revoke(args)) => admin::revoke(&config, &args, out),
    }
}

fn random<const N: usize>() -> Result<[u8; N], CliError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(CliError::Randomness)?;
    Ok(bytes)
}

fn row_id() -> Result<RowId, CliError> {
    let uuid = uuid::Builder::from_random_bytes(random()?).into_uuid();
    Ok(RowId::from_bytes(*uuid.as_bytes()))
}

fn parsed<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, CliError> {
    let value = text.parse();
    value.map_err(|_malformed| CliError::Argument(format!("--{name} {text} is not an id")))
}
