//! `tala patrol`: setting out, pausing, changing horse for foot, coming back.

use serde_json::{Value, json};
use tala_client::recorder::Snapshot;
use tala_client::store::PatrolState;
use tala_protocol::doc::{PatrolEdit, Set};
use tala_protocol::time::UnixMs;
use tala_protocol::transport::Transport;

use crate::args::{PatrolCommand, StartArgs};
use crate::fault::{Fault, Outcome};
use crate::home::{Phone, SystemEntropy, now};
use crate::say::{Say, rfc3339};

/// Runs one of the commands.
pub(crate) fn run(command: &PatrolCommand, phone: &mut Phone, say: &Say) -> Outcome {
    let snapshot = match command {
        PatrolCommand::Start(args) => start(args, phone)?,
        PatrolCommand::Pause => phone.engine.pause(now())?,
        PatrolCommand::Resume => phone.engine.resume(now())?,
        PatrolCommand::Leg { transport } => {
            let transport = transport_of(transport)?;
            phone
                .engine
                .change_leg(transport, now(), &mut SystemEntropy)?
        }
        PatrolCommand::Stop => phone.engine.stop_patrol(now())?,
    };
    phone.sign()?;
    phone.engine.rest()?;
    say.answer(&snapshot_json(&snapshot), &human(&snapshot, say))
}

/// What the recorder shows, as JSON.
pub(crate) fn snapshot_json(snapshot: &Snapshot) -> Value {
    json!({
        "patrol": snapshot.patrol.to_string(),
        "state": state_word(snapshot.state),
        "leg": snapshot.leg,
        "transport": snapshot.transport.word(),
        "fixes": snapshot.fixes,
        "doubtful": snapshot.doubtful,
        "gaps": snapshot.gaps,
        "distance_mm": snapshot.distance_mm,
        "duration_ms": snapshot.duration_ms,
        "unsealed": snapshot.unsealed,
        "saved_at": rfc3339(snapshot.saved_at),
        "version": snapshot.version,
    })
}

/// What the recorder shows, in a line.
pub(crate) fn human(snapshot: &Snapshot, say: &Say) -> String {
    let state = match snapshot.state {
        PatrolState::Recording => say.text("记录中", "recording"),
        PatrolState::Paused => say.text("已暂停", "paused"),
        PatrolState::Ended => say.text("已结束", "ended"),
    };
    let metres = snapshot.distance_mm / 1_000;
    format!(
        "{} {} {state}: {} {} ({} {}), {}.{:03} km",
        say.text("巡逻", "patrol"),
        short(&snapshot.patrol.to_string()),
        snapshot.fixes,
        say.text("个定位点", "fixes"),
        snapshot.gaps,
        say.text("处中断", "gaps"),
        metres / 1_000,
        metres % 1_000,
    )
}

/// The beginning of an id, as people use it.
pub(crate) fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

fn start(args: &StartArgs, phone: &mut Phone) -> Outcome<Snapshot> {
    let now = now();
    let back = args.back_in_h.map(|hours| {
        UnixMs(
            now.wall
                .0
                .saturating_add(i64::from(hours).saturating_mul(3_600_000)),
        )
    });
    let edit = PatrolEdit {
        title: set(args.title.clone()),
        purpose: set(args.purpose.clone()),
        declared_return_at: set(back),
        ..PatrolEdit::default()
    };
    let transport = transport_of(&args.transport)?;
    Ok(phone
        .engine
        .start_patrol(edit, transport, now, &mut SystemEntropy)?)
}

/// What was given is written, what was not is left.
pub(crate) fn set<T>(value: Option<T>) -> Set<T> {
    value.map_or(Set::Keep, Set::To)
}

fn transport_of(word: &str) -> Outcome<Transport> {
    Transport::from_word(word).ok_or_else(|| Fault::new(format!("{word} is no transport")))
}

const fn state_word(state: PatrolState) -> &'static str {
    match state {
        PatrolState::Recording => "recording",
        PatrolState::Paused => "paused",
        PatrolState::Ended => "ended",
    }
}
