//! The verbs as JSON messages, for a web view and whatever stands behind it.
//!
//! A message is an object whose `do` names the verb; the other members are its arguments. The answer is
//! `{"ok": ...}` or `{"error": {"code", "message"}}`: never a panic, and nothing that is not JSON. Bytes
//! of files do not travel here.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask::{FixIn, IncidentIn, PatrolIn, Place};
use super::{Handset, HandsetError, Platform};
use crate::engine::EngineError;
use crate::store::Store;

/// Longest message that is read, bytes.
pub const MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A verb with its arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Message {
    /// [`Handset::version`].
    Version,
    /// [`Handset::recording`].
    Recording,
    /// [`Handset::start_patrol`].
    StartPatrol {
        /// How it sets out.
        patrol: PatrolIn,
    },
    /// [`Handset::deliver`].
    Deliver {
        /// The fix.
        fix: FixIn,
    },
    /// [`Handset::deliver_batch`].
    DeliverBatch {
        /// The fixes.
        fixes: Vec<FixIn>,
    },
    /// [`Handset::note_gap`].
    NoteGap {
        /// Why.
        cause: String,
    },
    /// [`Handset::pause`].
    Pause,
    /// [`Handset::resume`].
    Resume,
    /// [`Handset::change_leg`].
    ChangeLeg {
        /// By what.
        transport: String,
    },
    /// [`Handset::stop_patrol`].
    StopPatrol,
    /// [`Handset::track`].
    Track {
        /// Which patrol.
        patrol: String,
    },
    /// [`Handset::report`].
    Report {
        /// What is known.
        incident: IncidentIn,
    },
    /// [`Handset::edit_incident`].
    EditIncident {
        /// Which.
        id: String,
        /// What is to be written.
        incident: IncidentIn,
    },
    /// [`Handset::incidents`].
    Incidents,
    /// [`Handset::incident`].
    Incident {
        /// Which.
        id: String,
    },
    /// [`Handset::choose`].
    Choose {
        /// Which record.
        id: String,
        /// Which field.
        field: String,
        /// Which of the values, from 0.
        choice: usize,
    },
    /// [`Handset::categories`].
    Categories,
    /// [`Handset::livestock`].
    Livestock,
    /// [`Handset::transports`].
    Transports,
    /// [`Handset::zones`].
    Zones,
    /// [`Handset::zones_at`].
    ZonesAt {
        /// Where.
        place: Place,
    },
    /// [`Handset::hand_over`].
    HandOver,
    /// [`Handset::sos`].
    Sos {
        /// What is the matter.
        #[serde(default)]
        note: Option<String>,
        /// How often it was sent before.
        #[serde(default)]
        repeat: u32,
    },
    /// [`Handset::sos_state`].
    SosState {
        /// Which call.
        id: String,
    },
}

/// Reads a message, does it, and writes the answer.
pub fn handle<S: Store, P: Platform>(handset: &Handset<S, P>, message: &str) -> String {
    if message.len() > MESSAGE_BYTES_MAX {
        return error("too_long", "the message is too long");
    }
    let read: Result<Message, _> = serde_json::from_str(message);
    match read {
        Ok(message) => match answer(handset, message) {
            Ok(ok) => json!({ "ok": ok }).to_string(),
            Err(failed) => error(code(&failed), &chain(&failed)),
        },
        Err(unread) => error("unread", &unread.to_string()),
    }
}

/// The word for an error, by which a screen chooses what to say.
pub const fn code(error: &HandsetError) -> &'static str {
    match error {
        HandsetError::Input { .. } => "input",
        HandsetError::Unknown(_) => "unknown",
        HandsetError::Broken => "broken",
        HandsetError::NoConflict(_) => "no_conflict",
        HandsetError::Sync(_) => "sync",
        HandsetError::Engine(engine) => match engine {
            EngineError::Store(_) => "store",
            EngineError::NotEnrolled => "not_enrolled",
            EngineError::NoPatrol => "no_patrol",
            EngineError::PatrolOpen(_) => "patrol_open",
            EngineError::Paused => "paused",
            EngineError::FeedClosed(_) => "feed_closed",
            EngineError::Fix(_) => "fix",
            EngineError::Document(_) => "document",
            EngineError::Media(_) => "file",
            EngineError::Gone(_) => "broken",
            EngineError::Damaged { .. }
            | EngineError::Marker(_)
            | EngineError::Envelope(_)
            | EngineError::Statement(_)
            | EngineError::Segment(_) => "damaged",
        },
    }
}

/// An error with everything below it, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        below = cause.source();
    }
    text
}

fn answer<S: Store, P: Platform>(
    handset: &Handset<S, P>,
    message: Message,
) -> Result<Value, HandsetError> {
    Ok(match message {
        Message::Version => json!(handset.version()?),
        Message::Recording => json!(handset.recording()?),
        Message::StartPatrol { patrol } => json!(handset.start_patrol(&patrol)?),
        Message::Deliver { fix } => json!(handset.deliver(&fix)?),
        Message::DeliverBatch { fixes } => json!(handset.deliver_batch(&fixes)?),
        Message::NoteGap { cause } => json!(handset.note_gap(&cause)?),
        Message::Pause => json!(handset.pause()?),
        Message::Resume => json!(handset.resume()?),
        Message::ChangeLeg { transport } => json!(handset.change_leg(&transport)?),
        Message::StopPatrol => json!(handset.stop_patrol()?),
        Message::Track { patrol } => json!(handset.track(&patrol)?),
        Message::Report { incident } => json!(handset.report(&incident)?),
        Message::EditIncident { id, incident } => json!(handset.edit_incident(&id, &incident)?),
        Message::Incidents => json!(handset.incidents()?),
        Message::Incident { id } => json!(handset.incident(&id)?),
        Message::Choose { id, field, choice } => json!(handset.choose(&id, &field, choice)?),
        Message::Categories => json!(handset.categories()?),
        Message::Livestock => json!(handset.livestock()?),
        Message::Transports => json!(handset.transports()?),
        Message::Zones => json!(handset.zones()?),
        Message::ZonesAt { place } => json!(handset.zones_at(place)?),
        Message::HandOver => json!(handset.hand_over()?),
        Message::Sos { note, repeat } => json!(handset.sos(note, repeat)?),
        Message::SosState { id } => json!(handset.sos_state(&id)?),
    })
}

fn error(code: &str, message: &str) -> String {
    json!({ "error": { "code": code, "message": message } }).to_string()
}
