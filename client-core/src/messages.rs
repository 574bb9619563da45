//! Messages: what is said to this phone, what it says, and who has heard it.

use tala_protocol::envelope::Kind;
use tala_protocol::event::{AckWhat, MAX_TEXT_BYTES, Message, Recipient};
use tala_protocol::hash::Digest;
use tala_protocol::id::PersonId;
use tala_protocol::time::{DeviceTimes, UnixMs};

use crate::engine::{ALL, Engine, EngineError};
use crate::store::{EnvelopeRow, Pick, Store, Whereabouts};
use crate::urgent::Answer;

/// Why a message is not sent or not answered.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// Nothing is said, or too much.
    #[error("a message has 1 to {MAX_TEXT_BYTES} bytes")]
    Text,
    /// There is no such message here.
    #[error("message {0} is not on this phone")]
    Unknown(Digest),
}

/// A message with what was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Its envelope.
    pub id: Digest,
    /// What it says.
    pub body: Message,
    /// Who wrote it, where the envelope says.
    pub person: Option<PersonId>,
    /// Whether this phone wrote it.
    pub own: bool,
    /// When, by the writer's clock.
    pub at: UnixMs,
    /// Where it is.
    pub whereabouts: Whereabouts,
    /// What others said of it, in order of arrival.
    pub answers: Vec<Answer>,
    /// What this phone said of it last.
    pub answered: Option<AckWhat>,
}

impl<S: Store> Engine<S> {
    /// Messages to this phone's unit or officer, or to everybody, and its own; in order of arrival. One that
    /// names only others is carried and not shown.
    pub fn messages(&self) -> Result<Vec<Heard>, EngineError> {
        let mut heard = Vec::new();
        for row in self.store.envelopes(&Pick::OfKind(Kind::Message), ALL)? {
            let body = row.body.as_deref().map(Message::from_bytes);
            if let Some(Ok(body)) = body
                && self.is_heard(&row)
                && (row.own || self.is_for_us(&body))
            {
                heard.push(of_row(&row, body));
            }
        }
        let said = self.all_answers()?;
        for message in &mut heard {
            let (own, others): (Vec<_>, Vec<_>) = said
                .iter()
                .filter(|answer| answer.body.of == message.id)
                .partition(|answer| answer.own);
            message.answered = own.last().map(|answer| answer.body.what);
            message.answers = others.into_iter().cloned().collect();
        }
        Ok(heard)
    }

    /// Says what became of a message that is here. Saying the same again says nothing.
    pub fn answer_message(
        &mut self,
        id: Digest,
        what: AckWhat,
        note: Option<String>,
        now: DeviceTimes,
    ) -> Result<(), EngineError> {
        self.check_message(id)?;
        let said = self.all_answers()?;
        let mut own = said.iter().filter(|it| it.own && it.body.of == id);
        if own.any(|it| it.body.what == what && it.body.note == note) {
            return Ok(());
        }
        self.acknowledge(id, what, note, now).map(drop)
    }

    /// Whether a message is here.
    pub(crate) fn check_message(&self, id: Digest) -> Result<(), EngineError> {
        let row = self.store.envelope(&id)?;
        match row.is_some_and(|row| row.header.kind == Kind::Message) {
            true => Ok(()),
            false => Err(MessageError::Unknown(id).into()),
        }
    }

    fn is_for_us(&self, message: &Message) -> bool {
        let ours = |to: &Recipient| match to {
            Recipient::Unit(unit) => *unit == self.me.unit,
            Recipient::Person(person) => Some(*person) == self.me.person,
            Recipient::Newer(_) => false,
        };
        message.to.is_empty() || message.to.iter().any(ours)
    }
}

/// Checks what is to be said.
pub(crate) fn checked_text(text: &str) -> Result<&str, MessageError> {
    let text = text.trim();
    match (1..=MAX_TEXT_BYTES).contains(&text.len()) {
        true => Ok(text),
        false => Err(MessageError::Text),
    }
}

fn of_row(row: &EnvelopeRow, body: Message) -> Heard {
    Heard {
        id: row.id,
        body,
        person: row.header.person,
        own: row.own,
        at: row.header.times.shown(),
        whereabouts: Whereabouts::of(row),
        answers: Vec::new(),
        answered: None,
    }
}
