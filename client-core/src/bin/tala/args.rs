//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tala_protocol::registry::Code;

use crate::track::TrackCommand;

/// A headless phone of Tala.
#[derive(Parser)]
#[command(
    name = "tala",
    version,
    about = "A headless phone of Tala",
    propagate_version = true
)]
pub(crate) struct Cli {
    /// Where and how, for every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where and how, for every command.
#[derive(Args, Clone)]
pub(crate) struct Global {
    /// The phone's folder.
    #[arg(long, env = "TALA_HOME", global = true, default_value = ".tala")]
    pub(crate) home: PathBuf,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Language of the answers.
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Lang>,
}

/// A language of the answers.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// 简体中文
    Zh,
    /// English
    En,
}

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make this phone known to a centre, by the text of the code picture.
    Enrol(EnrolArgs),
    /// Begin, change and end a patrol.
    #[command(subcommand)]
    Patrol(PatrolCommand),
    /// Replay a recorded track through the recorder.
    Record(RecordArgs),
    /// Report an incident.
    Report(ReportArgs),
    /// Attach a file to a record.
    Attach(AttachArgs),
    /// Change an incident.
    Edit(EditArgs),
    /// Hand over and fetch.
    Sync(SyncArgs),
    /// Where every record is: here, acknowledged, at the centre, in quarantine.
    Status,
    /// Show a record, with conflicts and who wrote what.
    Show(IdArg),
    /// Write a track or a bundle of envelopes to a file.
    Export(ExportArgs),
    /// Take in a bundle of envelopes.
    Import(ImportArgs),
    /// Let go of what is safely elsewhere.
    Forget,
    /// Track files: how small they get, into segments, and back.
    #[command(subcommand)]
    Track(TrackCommand),
}

#[derive(Args)]
pub(crate) struct EnrolArgs {
    /// The text of the code picture: `tala:1?u=...`.
    pub(crate) code: String,
    /// A name for people.
    #[arg(long, default_value = "tala")]
    pub(crate) name: String,
    /// The only roots to trust, PEM.
    #[arg(long)]
    pub(crate) roots: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum PatrolCommand {
    /// Set out.
    Start(StartArgs),
    /// Stop recording for a while.
    Pause,
    /// Go on recording.
    Resume,
    /// Go on with another transport.
    Leg {
        /// horse, motorcycle, foot or vehicle.
        transport: String,
    },
    /// Come back.
    Stop,
}

#[derive(Args)]
pub(crate) struct StartArgs {
    /// horse, motorcycle, foot or vehicle.
    #[arg(long, default_value = "horse")]
    pub(crate) transport: String,
    /// What it is called.
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// What it is for.
    #[arg(long)]
    pub(crate) purpose: Option<String>,
    /// Hours until the declared return.
    #[arg(long)]
    pub(crate) back_in_h: Option<u32>,
}

#[derive(Args)]
pub(crate) struct RecordArgs {
    /// GPX, NMEA, GnssLogger or CSV.
    pub(crate) file: PathBuf,
    /// How many times faster than it was ridden; 0: as fast as possible.
    #[arg(long, default_value_t = 0.0)]
    pub(crate) speed: f64,
    /// Write the number of fixes to standard output after each one that is durable.
    #[arg(long)]
    pub(crate) acks: bool,
    /// All in one transaction, as an import.
    #[arg(long, conflicts_with = "acks")]
    pub(crate) batch: bool,
}

#[derive(Args)]
pub(crate) struct ReportArgs {
    /// What is written.
    #[command(flatten)]
    pub(crate) fields: Fields,
    /// Photos.
    #[arg(long)]
    pub(crate) photo: Vec<PathBuf>,
}

/// Fields of an incident.
#[derive(Args, Clone, Default)]
pub(crate) struct Fields {
    /// Code of the incident type, for example `mining`.
    #[arg(long)]
    pub(crate) category: Option<Code>,
    /// A line that says what it is.
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// What was seen.
    #[arg(long)]
    pub(crate) narrative: Option<String>,
    /// low, medium, high or emergency.
    #[arg(long)]
    pub(crate) severity: Option<String>,
    /// Where: `lat,lon` in degrees.
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) at: Option<String>,
    /// A boundary that was walked: a track file; its area is measured.
    #[arg(long, conflicts_with = "at")]
    pub(crate) polygon: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct AttachArgs {
    /// The record: its id or the beginning of it.
    pub(crate) id: String,
    /// The file.
    pub(crate) file: PathBuf,
    /// What it shows.
    #[arg(long)]
    pub(crate) title: Option<String>,
}

#[derive(Args)]
pub(crate) struct EditArgs {
    /// The incident: its id or the beginning of it.
    pub(crate) id: String,
    /// What is written. Writing a field in conflict chooses.
    #[command(flatten)]
    pub(crate) fields: Fields,
}

#[derive(Args)]
pub(crate) struct SyncArgs {
    /// Small batches, for a weak link.
    #[arg(long)]
    pub(crate) weak: bool,
    /// Thumbnails only.
    #[arg(long)]
    pub(crate) no_originals: bool,
    /// A periodic sync: seals only what has waited for more than 15 minutes.
    #[arg(long)]
    pub(crate) periodic: bool,
    /// Attempts of each request.
    #[arg(long, default_value_t = 3)]
    pub(crate) attempts: u32,
    /// The only roots to trust, PEM.
    #[arg(long)]
    pub(crate) roots: Option<PathBuf>,
    /// Another address of the centre, from now on.
    #[arg(long)]
    pub(crate) url: Option<String>,
}

#[derive(Args)]
pub(crate) struct IdArg {
    /// The record: its id or the beginning of it.
    pub(crate) id: String,
}

#[derive(Args)]
pub(crate) struct ExportArgs {
    /// gpx, geojson or bundle.
    #[arg(value_enum)]
    pub(crate) form: ExportForm,
    /// The record; a bundle without one holds everything.
    pub(crate) id: Option<String>,
    /// The file to write.
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportForm {
    /// A track, GPX 1.1.
    Gpx,
    /// A track, GeoJSON.
    Geojson,
    /// Signed envelopes, for a card or another phone.
    Bundle,
}

#[derive(Args)]
pub(crate) struct ImportArgs {
    /// The bundle.
    pub(crate) file: PathBuf,
}
