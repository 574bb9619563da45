//! The verbs as JSON messages, for a web view and whatever stands behind it.
//!
//! A message is an object whose `do` names the verb; the other members are its arguments. The answer is
//! `{"ok": ...}` or `{"error": {"code", "message"}}`: never a panic, and nothing that is not JSON. Bytes
//! of files do not travel here.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask::{FixIn, IncidentIn, OffsetIn, PatrolIn, Place, ShapeIn};
use super::{Handset, HandsetError, Platform};
use crate::drafts::DraftError;
use crate::engine::EngineError;
use crate::messages::MessageError;
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
    /// [`Handset::patrols`].
    Patrols,
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
    /// [`Handset::withdraw_file`].
    WithdrawFile {
        /// Of which incident.
        id: String,
        /// Its hash.
        hash: String,
        /// Why it does not count.
        reason: String,
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
    /// [`Handset::measure`].
    Measure {
        /// What is to be measured.
        shape: ShapeIn,
    },
    /// [`Handset::offset_place`].
    OffsetPlace {
        /// From where, in what direction, how far.
        offset: OffsetIn,
    },
    /// [`Handset::save_draft`].
    SaveDraft {
        /// Its name.
        key: String,
        /// What is to be kept.
        #[serde(default)]
        value: Value,
    },
    /// [`Handset::drafts`].
    Drafts,
    /// [`Handset::drop_draft`].
    DropDraft {
        /// Its name.
        key: String,
    },
    /// [`Handset::people`].
    People,
    /// [`Handset::team`].
    Team,
    /// [`Handset::messages`].
    Messages,
    /// [`Handset::send_message`].
    SendMessage {
        /// What is said.
        text: String,
        /// The message that it answers.
        #[serde(default)]
        reply_to: Option<String>,
    },
    /// [`Handset::ack_message`].
    AckMessage {
        /// Which.
        id: String,
        /// `seen`, `taken` or `done`.
        what: String,
        /// A word with it.
        #[serde(default)]
        note: Option<String>,
    },
    /// [`Handset::plans`].
    Plans,
    /// [`Handset::task_done`].
    TaskDone {
        /// Which plan.
        plan: String,
        /// Which task of it.
        task: String,
        /// What came of it.
        #[serde(default)]
        outcome: Option<String>,
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
    /// [`Handset::sos_calls`].
    SosCalls,
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
        HandsetError::Unproved(_) => "unproved",
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
            EngineError::Draft(DraftError::Key) | EngineError::Message(MessageError::Text) => {
                "input"
            }
            EngineError::Draft(DraftError::TooLong) => "too_long",
            EngineError::Draft(DraftError::TooMany) => "full",
            EngineError::Message(MessageError::Unknown(_)) => "unknown",
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
        Message::Patrols => json!(handset.patrols()?),
        Message::Report { incident } => json!(handset.report(&incident)?),
        Message::EditIncident { id, incident } => json!(handset.edit_incident(&id, &incident)?),
        Message::WithdrawFile { id, hash, reason } => {
            json!(handset.withdraw_file(&id, &hash, &reason)?)
        }
        Message::Incidents => json!(handset.incidents()?),
        Message::Incident { id } => json!(handset.incident(&id)?),
        Message::Choose { id, field, choice } => json!(handset.choose(&id, &field, choice)?),
        Message::Measure { shape } => json!(handset.measure(&shape)?),
        Message::OffsetPlace { offset } => json!(handset.offset_place(&offset)?),
        Message::SaveDraft { key, value } => json!(handset.save_draft(&key, &value)?),
        Message::Drafts => json!(handset.drafts()?),
        Message::DropDraft { key } => json!(handset.drop_draft(&key)?),
        Message::Categories => json!(handset.categories()?),
        Message::Livestock => json!(handset.livestock()?),
        Message::Transports => json!(handset.transports()?),
        Message::Zones => json!(handset.zones()?),
        Message::ZonesAt { place } => json!(handset.zones_at(place)?),
        Message::HandOver => json!(handset.hand_over()?),
        Message::Sos { note, repeat } => json!(handset.sos(note, repeat)?),
        Message::SosState { id } => json!(handset.sos_state(&id)?),
        Message::SosCalls => json!(handset.sos_calls()?),
        Message::People => json!(handset.people()?),
        Message::Team => json!(handset.team()?),
        Message::Messages => json!(handset.messages()?),
        Message::SendMessage { text, reply_to } => {
            json!(handset.send_message(&text, reply_to.as_deref())?)
        }
        Message::AckMessage { id, what, note } => json!(handset.ack_message(&id, &what, note)?),
        Message::Plans => json!(handset.plans()?),
        Message::TaskDone {
            plan,
            task,
            outcome,
        } => json!(handset.task_done(&plan, &task, outcome)?),
    })
}

fn error(code: &str, message: &str) -> String {
    json!({ "error": { "code": code, "message": message } }).to_string()
}
