//! Phone to phone: the same kind of machine, for two that meet on the steppe.
//!
//! Both sides start a [`PeerSession`] and give each other's messages to it until both are done. Only what
//! the field may read is offered; what is received is carried to the centre by whoever gets there first.

use tala_protocol::cbor::CborError;
use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Audience, Envelope};
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::sync::Scope;
use tala_protocol::sync::Versions;
use tala_protocol::sync::frame::{self, FrameError};
use tala_protocol::sync::peer::{
    FeedProgress, PEER_LEN_MAX, PeerFrontier, PeerHello, PeerOffer, frontier_hash,
};
use tala_protocol::time::UnixMs;

use crate::engine::{ALL, Engine, EngineError};
use crate::intake::Taken;
use crate::store::{Pick, Place, Store};

/// Bytes of bodies in one offer, about.
const OFFER_BYTES: usize = 64 * 1024;

/// Why a meeting ended early. What was taken in stays.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The frame is damaged.
    #[error("opening the other phone's message")]
    Frame(#[from] FrameError),
    /// The message cannot be read, or is not the one that comes next.
    #[error("reading the other phone's message")]
    Form(#[from] CborError),
    /// The other phone belongs to another bureau.
    #[error("the other phone belongs to another bureau")]
    OtherBureau,
    /// No version in common.
    #[error("the other phone speaks no version that this one does")]
    Version,
    /// It is over already.
    #[error("nothing more was expected")]
    Over,
    /// The engine could not.
    #[error("the phone could not do it")]
    Engine(#[from] EngineError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Hello,
    Frontier,
    Offers,
    Nothing,
}

/// A meeting with another phone.
#[derive(Debug)]
pub struct PeerSession {
    expect: Expect,
    ours: Vec<(Scope, Digest)>,
    differing: Vec<Scope>,
    taken: Taken,
}

impl PeerSession {
    /// Begins; send the message.
    pub fn start<S: Store>(engine: &Engine<S>) -> Result<(Self, Vec<u8>), PeerError> {
        let mut ours = Vec::new();
        for scope in engine.field_scopes()? {
            ours.push((scope, frontier_hash(&engine.progress(&[scope])?)));
        }
        let hello = PeerHello {
            versions: Versions::CURRENT,
            root: engine.realm().root,
            scopes: ours.clone(),
        };
        let session = Self {
            expect: Expect::Hello,
            ours,
            differing: Vec::new(),
            taken: Taken::default(),
        };
        Ok((session, frame::close(&hello.to_bytes())))
    }

    /// Takes a message in; returns what to send.
    pub fn on_message<S: Store>(
        &mut self,
        engine: &mut Engine<S>,
        message: &[u8],
        now: UnixMs,
    ) -> Result<Vec<Vec<u8>>, PeerError> {
        let message = frame::open(message, PEER_LEN_MAX)?;
        match self.expect {
            Expect::Hello => self.on_hello(engine, &PeerHello::from_bytes(&message)?),
            Expect::Frontier => self.on_frontier(engine, &PeerFrontier::from_bytes(&message)?),
            Expect::Offers => self.on_offer(engine, PeerOffer::from_bytes(&message)?, now),
            Expect::Nothing => Err(PeerError::Over),
        }
    }

    /// Whether nothing more is expected.
    pub fn is_done(&self) -> bool {
        self.expect == Expect::Nothing
    }

    /// What was taken in so far.
    pub fn taken(&self) -> &Taken {
        &self.taken
    }

    fn on_hello<S: Store>(
        &mut self,
        engine: &Engine<S>,
        hello: &PeerHello,
    ) -> Result<Vec<Vec<u8>>, PeerError> {
        if hello.root != engine.realm().root {
            return Err(PeerError::OtherBureau);
        }
        Versions::CURRENT
            .common(hello.versions)
            .ok_or(PeerError::Version)?;
        let theirs = |scope: &Scope| hello.scopes.iter().find(|(s, _)| s == scope);
        let differing = self
            .ours
            .iter()
            .filter(|(scope, hash)| theirs(scope).is_some_and(|(_, theirs)| theirs != hash));
        self.differing = differing.map(|(scope, _)| *scope).collect();
        if self.differing.is_empty() {
            self.expect = Expect::Nothing;
            return Ok(Vec::new());
        }
        self.expect = Expect::Frontier;
        let feeds = engine.progress(&self.differing)?;
        Ok(vec![frame::close(&PeerFrontier { feeds }.to_bytes())])
    }

    fn on_frontier<S: Store>(
        &mut self,
        engine: &mut Engine<S>,
        theirs: &PeerFrontier,
    ) -> Result<Vec<Vec<u8>>, PeerError> {
        self.expect = Expect::Offers;
        let (mut pages, mut newest): (Vec<Vec<Envelope>>, u64) = (vec![Vec::new()], 0);
        let mut room = OFFER_BYTES;
        for ours in engine.progress(&self.differing)? {
            let held = theirs.feeds.iter().find(|feed| feed.feed == ours.feed);
            let from = held.map_or(ours.first_seq, |held| held.last_seq.saturating_add(1));
            for (arrived, envelope) in engine.contiguous(&ours.feed, from, ours.last_seq)? {
                if engine.is_own(&envelope) {
                    newest = newest.max(arrived);
                }
                let cost = envelope.body().map_or(0, <[u8]>::len).saturating_add(128);
                if cost > room {
                    pages.push(Vec::new());
                    room = OFFER_BYTES;
                }
                room = room.saturating_sub(cost);
                if let Some(page) = pages.last_mut() {
                    page.push(envelope);
                }
            }
        }
        engine.before_leaving(newest)?;
        let last_page = pages.len().saturating_sub(1);
        let offers = pages.iter().enumerate().map(|(n, page)| PeerOffer {
            runs: Run::pack_all(page),
            last: n == last_page,
        });
        Ok(offers
            .map(|offer| frame::close(&offer.to_bytes()))
            .collect())
    }

    fn on_offer<S: Store>(
        &mut self,
        engine: &mut Engine<S>,
        offer: PeerOffer,
        now: UnixMs,
    ) -> Result<Vec<Vec<u8>>, PeerError> {
        let taken = engine.take_in(offer.runs, now)?;
        self.taken.new += taken.new;
        self.taken.known += taken.known;
        self.taken.refused += taken.refused;
        self.taken.forks += taken.forks;
        self.taken.objects.extend(taken.objects);
        if offer.last {
            self.expect = Expect::Nothing;
        }
        Ok(Vec::new())
    }
}

impl<S: Store> Engine<S> {
    /// The lists of the field that this phone may read.
    fn field_scopes(&self) -> Result<Vec<Scope>, EngineError> {
        let scopes = self.store.cursors()?.into_iter().map(|cursor| cursor.scope);
        Ok(scopes
            .filter(|scope| scope.audience == Audience::Field)
            .collect())
    }

    /// How far the feeds of some scopes are held; what waits for the key is not counted.
    fn progress(&self, scopes: &[Scope]) -> Result<Vec<FeedProgress>, EngineError> {
        let mut out = Vec::new();
        for row in self.store.feeds()? {
            let key = row.key;
            let scope = Scope {
                unit: key.unit,
                audience: key.audience,
            };
            if !scopes.contains(&scope) {
                continue;
            }
            let mut last_seq = row.head.seq;
            if row.own {
                let signed = self.contiguous(&key, row.first_seq, last_seq)?;
                last_seq = signed.last().map_or(0, |(_, last)| last.header().seq);
            }
            if last_seq >= row.first_seq {
                out.push(FeedProgress {
                    feed: key,
                    first_seq: row.first_seq,
                    last_seq,
                });
            }
        }
        out.sort_unstable();
        Ok(out)
    }

    fn is_own(&self, envelope: &Envelope) -> bool {
        envelope.header().device() == self.me.device
    }

    /// Signed envelopes of the contiguous part of a feed, up to the first that waits for the key, each with
    /// its order of arrival.
    fn contiguous(
        &self,
        feed: &FeedKey,
        from: u64,
        until: u64,
    ) -> Result<Vec<(u64, Envelope)>, EngineError> {
        let rows = self
            .store
            .envelopes(&Pick::OfFeed { feed: *feed, from }, ALL)?;
        let mut out = Vec::new();
        for row in rows {
            if row.header.seq > until || row.place != Place::InFeed {
                break;
            }
            let Some(envelope) = row.envelope()? else {
                break;
            };
            out.push((row.arrived, envelope));
        }
        Ok(out)
    }
}
