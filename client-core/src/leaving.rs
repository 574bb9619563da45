//! Leaving a phone: what must be true before anything on it may be wiped.
//!
//! Signing out never deletes what has no receipt. [`Engine::unproved`] counts what stands in the way;
//! [`Engine::leave`] closes the store and gives a [`Proof`], without which no folder is wiped
//! (`folder::wipe`). What the centre has for certain is what a verified receipt covers, or what came from it.

use crate::engine::{ALL, Engine, EngineError};
use crate::store::{Delivery, Pick, Store, Whereabouts};

/// What is on this phone and not known to be anywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, thiserror::Error)]
#[error(
    "without a receipt: {envelopes} envelopes, {fixes} fixes, {files} files, {drafts} drafts; recording: {recording}"
)]
pub struct Unproved {
    /// Whether a patrol is going on.
    pub recording: bool,
    /// Fixes that are not sealed.
    pub fixes: u64,
    /// Envelopes that no verified receipt covers: own ones, and those carried for others. What the centre
    /// refused of others does not count: who wrote it keeps it.
    pub envelopes: u64,
    /// Files that the centre has not got whole.
    pub files: u64,
    /// Drafts: nobody else has ever seen them.
    pub drafts: u64,
}

/// Nothing on this phone was without a receipt when its store was closed. Only [`Engine::leave`] makes one.
#[derive(Debug)]
pub struct Proof {
    _made_here: (),
}

/// Who wanted to leave and may not.
#[derive(Debug)]
pub struct Stays<T, E> {
    /// As it was; none where it was broken before.
    pub held: Option<T>,
    /// What stands in the way.
    pub why: E,
}

/// Why nobody may leave.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// Something has no receipt.
    #[error(transparent)]
    Unproved(#[from] Unproved),
    /// It could not be found out.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Unproved {
    /// Whether nothing stands in the way.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl<S: Store> Engine<S> {
    /// What this phone alone has, as far as anybody could prove. Counted by the store, not read.
    pub fn unproved(&self) -> Result<Unproved, EngineError> {
        let tallies = self.store.tallies()?;
        let safe = Whereabouts::AtCentre;
        let unsafe_ones = tallies
            .values()
            .flat_map(|tally| &tally.envelopes)
            .filter(|(at, _)| **at != safe);
        let (mut envelopes, mut refused) = (0usize, 0usize);
        for (at, count) in unsafe_ones {
            envelopes = envelopes.saturating_add(*count);
            if *at == Whereabouts::Refused {
                refused = refused.saturating_add(*count);
            }
        }
        if refused > 0 {
            envelopes = envelopes.saturating_sub(self.refused_of_others()?);
        }
        let files = self.store.media_all()?;
        let files = files.iter().filter(|file| file.held && !file.complete);
        Ok(Unproved {
            recording: self.patrol.is_some(),
            fixes: tallies.values().map(|tally| tally.unsealed).sum(),
            envelopes: u64::try_from(envelopes).unwrap_or(u64::MAX),
            files: u64::try_from(files.count()).unwrap_or(u64::MAX),
            drafts: u64::try_from(self.store.drafts()?.len()).unwrap_or(u64::MAX),
        })
    }

    /// Closes the store for good, if the centre has everything; otherwise nothing happened.
    pub fn leave(self) -> Result<Proof, Box<Stays<Self, Why>>> {
        let why = match self.unproved() {
            Ok(unproved) if unproved.is_nothing() => return Ok(Proof { _made_here: () }),
            Ok(unproved) => unproved.into(),
            Err(error) => Why::Engine(error),
        };
        Err(Box::new(Stays {
            held: Some(self),
            why,
        }))
    }

    fn refused_of_others(&self) -> Result<usize, EngineError> {
        let rows = self.store.envelopes(&Pick::After(0), ALL)?;
        let carried = rows.iter().filter(|row| !row.own && row.signed.is_some());
        let refused = carried.filter(|row| matches!(row.delivery, Delivery::Refused(_)));
        Ok(refused.count())
    }
}
