//! Appending to the feeds that this phone writes.
//!
//! Sequence number, previous hash and body are fixed together with whatever they are about, in one
//! transaction; the signature comes later ([`crate::signer`]).

use std::collections::BTreeMap;

use tala_protocol::envelope::{Audience, Header, Kind, Lane, Unsigned};
use tala_protocol::feed::{FeedHead, FeedKey};
use tala_protocol::hash::Digest;
use tala_protocol::id::{ObjectId, UnitId};
use tala_protocol::time::DeviceTimes;

use crate::engine::{Engine, EngineError};
use crate::identity::Identity;
use crate::store::{EnvelopeRow, FeedRow, Store, Write};

/// Collects envelopes of one transaction.
pub(crate) struct Appender<'a, S> {
    store: &'a S,
    me: &'a Identity,
    now: DeviceTimes,
    feeds: BTreeMap<FeedKey, FeedRow>,
    writes: Vec<Write>,
}

/// What an envelope is to say.
pub(crate) struct Saying {
    pub(crate) audience: Audience,
    pub(crate) kind: Kind,
    pub(crate) object: Option<ObjectId>,
    pub(crate) body: Vec<u8>,
}

/// In which lane a kind goes.
pub(crate) const fn lane_of(kind: Kind) -> Lane {
    match kind {
        Kind::Sos | Kind::Ack => Lane::Urgent,
        Kind::Track => Lane::Track,
        Kind::Media => Lane::Media,
        _ => Lane::Record,
    }
}

impl<'a, S: Store> Appender<'a, S> {
    pub(crate) fn new(engine: &'a Engine<S>, now: DeviceTimes) -> Self {
        Self {
            store: &engine.store,
            me: &engine.me,
            now,
            feeds: BTreeMap::new(),
            writes: Vec::new(),
        }
    }

    /// Fixes the bytes of one more envelope.
    pub(crate) fn say(&mut self, saying: Saying) -> Result<Unsigned, EngineError> {
        let key = FeedKey {
            unit: self.me.unit,
            audience: saying.audience,
            device: self.me.device,
            epoch: self.me.epoch,
            lane: lane_of(saying.kind),
        };
        let before = match self.feeds.get(&key) {
            Some(row) => Some(*row),
            None => self.store.feed(&key)?,
        };
        if before.is_some_and(|row| row.closed) {
            return Err(EngineError::FeedClosed(key.unit));
        }
        let head = before.map(|row| row.head);
        let header = Header {
            feed: key,
            person: self.me.person,
            seq: head.map_or(1, |head| head.seq.saturating_add(1)),
            prev: head.map(|head| head.hash),
            kind: saying.kind,
            object: saying.object,
            times: self.now,
            body_len: 0,
            body_hash: Digest::sha256(b""),
            after: Vec::new(),
            desk: None,
        };
        let unsigned = Unsigned::new(header, saying.body)?;
        let row = FeedRow {
            key,
            first_seq: before.map_or(1, |row| row.first_seq),
            head: FeedHead {
                seq: unsigned.header().seq,
                hash: unsigned.id(),
            },
            own: true,
            closed: false,
        };
        self.feeds.insert(key, row);
        let envelope = EnvelopeRow::unsigned(&unsigned, self.now.wall);
        self.writes.push(Write::Envelope(Box::new(envelope)));
        Ok(unsigned)
    }

    /// Adds a write that belongs to the same transaction.
    pub(crate) fn also(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// Everything to commit.
    pub(crate) fn finish(self) -> Vec<Write> {
        let feeds = self.feeds.into_values().map(Write::Feed);
        self.writes.into_iter().chain(feeds).collect()
    }
}

impl<S: Store> Engine<S> {
    /// The unit that the office moved this phone to, if it is not the one it writes for.
    pub fn moved_to(&self, now: DeviceTimes) -> Option<UnitId> {
        let assigned = self.directory.assignment(self.me.device, now.wall)?.unit;
        (assigned != self.me.unit).then_some(assigned)
    }

    /// Closes the feeds of the old unit and begins to write for the new one, where it goes on with the feeds
    /// of an earlier stay, once everything of the old unit was handed over. Returns whether it did.
    pub fn change_unit(&mut self, now: DeviceTimes) -> Result<bool, EngineError> {
        let Some(unit) = self.moved_to(now) else {
            return Ok(false);
        };
        if self.patrol.is_some() || self.has_own_unsent()? {
            return Ok(false);
        }
        let person = self
            .directory
            .assignment(self.me.device, now.wall)
            .and_then(|a| a.person);
        let me = Identity {
            unit,
            person,
            ..self.me.clone()
        };
        let mut batch = vec![Write::Set(crate::engine::IDENTITY, me.to_bytes())];
        for feed in self.store.feeds()?.into_iter().filter(|feed| feed.own) {
            let closed = feed.key.unit != unit;
            batch.push(Write::Feed(FeedRow { closed, ..feed }));
        }
        self.store.commit(&batch)?;
        self.me = me;
        Ok(true)
    }

    /// Whether something this phone wrote is on this phone only.
    pub fn has_own_unsent(&self) -> Result<bool, EngineError> {
        if self.journal_len > 0 || self.waiting_for_key()? > 0 {
            return Ok(true);
        }
        for lane in Lane::ALL {
            let next = self.store.envelopes(&crate::store::Pick::ToSend(lane), 1)?;
            if next.first().is_some_and(|row| row.own) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
