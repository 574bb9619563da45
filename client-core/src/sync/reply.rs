//! Taking a reply in: one transaction for everything it says.

use std::collections::BTreeMap;

use tala_protocol::hash::Digest;
use tala_protocol::id::LogId;
use tala_protocol::log::NodeHash;
use tala_protocol::sync::{Cursor, LIST_CLOSED, LeafRange, Outcome, Scope, Span, SyncReply};
use tala_protocol::time::DeviceTimes;

use super::SyncError;
use super::proof::{self, Proofs};
use super::restored;
use super::session::Sent;
use crate::engine::{ALL, CENTRE, Engine, EngineError};
use crate::identity::Centre;
use crate::install;
use crate::intake::{Intake, Origin};
use crate::store::{Delivery, LeafAt, MediaRow, Pick, Store, Write};

/// What a reply did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Took {
    pub(super) handed_over: usize,
    pub(super) proved: usize,
    pub(super) fetched: usize,
    pub(super) refused: usize,
    pub(super) later: bool,
    pub(super) restored: bool,
    pub(super) moved_on: bool,
    /// Whether lists are to be read again, because somebody is known now who was not.
    pub(super) again: bool,
}

/// Where the envelopes of a push came to lie.
pub(super) struct Landed {
    /// Id by leaf.
    pub(super) leaves: BTreeMap<u64, Digest>,
    refused: Vec<(Digest, u8)>,
    later: bool,
}

impl<S: Store> Engine<S> {
    /// Takes a reply in.
    pub(super) fn take_reply(
        &mut self,
        reply: SyncReply,
        sent: &Sent,
        now: DeviceTimes,
    ) -> Result<Took, SyncError> {
        let landed = land(&reply.spans, &sent.ids)?;
        // A log that is not named is the one that the request named.
        let log = reply.log.or(self.centre.log).ok_or(SyncError::Misfit)?;
        let mut centre = self.centre.clone();
        let mut intake = Intake::new(self, Origin::Centre(log), now.wall);
        intake.runs(reply.runs)?;
        let directory = intake.directory().clone();
        let other_log = centre.log.is_some_and(|known| known != log);
        let from = page_began(&reply.cursors, &sent.cursors, other_log);
        let (again, waiting) = intake.awaited(&from)?;
        let touched = intake.touched();
        let (mut batch, effects) = intake.finish();
        batch.append(&mut self.listings_after(&batch, &touched, &directory)?);

        let mut took = Took {
            refused: landed.refused.len(),
            later: landed.later,
            moved_on: !reply.cursors.is_empty(),
            ..Took::default()
        };
        if centre.log != Some(log) {
            took.restored = centre.log.is_some();
            let statements = reply.restored.iter().chain(&reply.restored_before);
            let statements: Vec<&[u8]> = statements.map(Vec::as_slice).collect();
            batch.extend(self.on_other_log(&mut centre, log, &directory, &statements, now)?);
        }
        batch.extend(waiting);
        let proofs = Proofs {
            keys: proof::log_keys(&directory, log),
            ack: reply.ack.as_deref(),
            receipts: &reply.receipts,
            consistency: reply.consistency.as_ref(),
        };
        let proved = self.prove(&proofs, &landed, &mut centre, log)?;
        took.proved = proved.count;
        if !took.restored {
            batch.extend(self.unproved_claims(&sent.prove, log)?);
        }
        batch.extend(landed.deliveries(log, &proved.acknowledged));
        batch.extend(proved.writes);
        took.handed_over = landed.leaves.len();
        if sent.own && self.shows_epoch(&landed)? {
            batch.push(install::has_own());
        }
        batch.extend(reply.cursors.into_iter().map(Write::Cursor));
        batch.extend(self.scopes(reply.scopes, took.restored)?);
        took.again = !again.is_empty();
        batch.extend(self.read_again(again)?);
        batch.extend(self.wanted(&reply.wanted)?);
        let backed_up_to = reply.backed_up_to.unwrap_or(0);
        centre.backed_up_to = centre.backed_up_to.max(backed_up_to);
        centre.synced_at = Some(now.wall);
        if let Some(time) = reply.server_time {
            centre.clock_ahead_ms = Some(now.wall.0.saturating_sub(time.0));
        }
        batch.push(Write::Set(CENTRE, centre.to_bytes()));
        self.store.commit(&batch).map_err(EngineError::from)?;
        self.centre = centre;
        let taken = self.settle(effects);
        took.fetched = taken.new;
        took.moved_on |= taken.new > 0;
        Ok(took)
    }

    /// Whether the centre has something of the present epoch now: from then on it knows by itself what this
    /// phone may lack, also of what others hand over later.
    fn shows_epoch(&self, landed: &Landed) -> Result<bool, EngineError> {
        for id in landed.leaves.values() {
            let row = self.store.envelope(id)?;
            if row.is_some_and(|row| row.own && row.header.feed.epoch == self.me.epoch) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The centre has another log than the one we know.
    fn on_other_log(
        &self,
        centre: &mut Centre,
        log: LogId,
        directory: &tala_protocol::cert::Directory,
        statements: &[&[u8]],
        now: DeviceTimes,
    ) -> Result<Vec<Write>, EngineError> {
        let steps = restored::explained(statements, directory, centre.log, log);
        restored::begin(&self.store, centre, log, steps.as_deref(), now.wall)
    }

    /// What was claimed to lie on these leaves and was not proved when asked for: an unsigned word that did
    /// not hold. It is on this phone only, and goes out again. Writes that follow put right what was proved.
    fn unproved_claims(&self, asked: &[LeafRange], log: LogId) -> Result<Vec<Write>, EngineError> {
        let mut batch = Vec::new();
        for range in asked {
            let pick = Pick::Leaves {
                log,
                first: range.first,
                count: range.count,
            };
            let rows = self.store.envelopes(&pick, ALL)?.into_iter();
            let claimed = rows.filter(|row| matches!(row.delivery, Delivery::Claimed(_)));
            batch.extend(claimed.map(|row| Write::Deliver {
                id: row.id,
                delivery: Delivery::Here,
            }));
        }
        Ok(batch)
    }

    /// Lists that may be read from now on, and lists that may not be read any more. Only changes are named,
    /// except under another log, where all lists are.
    fn scopes(
        &self,
        changed: Option<Vec<Cursor>>,
        other_log: bool,
    ) -> Result<Vec<Write>, EngineError> {
        let Some(changed) = changed else {
            return Ok(Vec::new());
        };
        let held = self.store.cursors()?;
        let named = |scope: &Scope| changed.iter().any(|c| c.scope == *scope);
        let unnamed = held.iter().filter(|h| other_log && !named(&h.scope));
        let mut writes: Vec<_> = unnamed.map(|h| Write::DropCursor(h.scope)).collect();
        for cursor in &changed {
            if cursor.position == LIST_CLOSED {
                writes.push(Write::DropCursor(cursor.scope));
            } else if !held.iter().any(|h| h.scope == cursor.scope) {
                writes.push(Write::Cursor(*cursor));
            }
        }
        Ok(writes)
    }

    /// Files whose bytes the centre lacks, whatever we thought. What was let go of is asked for too: either
    /// it is here after all, or it is lost.
    fn wanted(&self, wanted: &[Digest]) -> Result<Vec<Write>, EngineError> {
        let mut batch = Vec::new();
        for hash in wanted {
            match self.store.media(hash)? {
                Some(row) if row.complete => batch.push(Write::Media(MediaRow {
                    complete: false,
                    uploaded: 0,
                    held: true,
                    ..row
                })),
                Some(_) => {}
                None => batch.extend(self.own_row(hash)?.map(Write::Media)),
            }
        }
        Ok(batch)
    }
}

/// Where the lists of a page stood before it.
fn page_began(moved: &[Cursor], asked: &[Cursor], other_log: bool) -> Vec<Cursor> {
    let began = |cursor: &Cursor| {
        let asked = asked.iter().find(|asked| asked.scope == cursor.scope);
        let position = asked
            .filter(|_| !other_log)
            .map_or(0, |asked| asked.position);
        Cursor {
            position,
            ..*cursor
        }
    };
    moved.iter().map(began).collect()
}

/// Fits the spans to what was sent.
fn land(spans: &[Span], sent: &[Digest]) -> Result<Landed, SyncError> {
    let mut landed = Landed {
        leaves: BTreeMap::new(),
        refused: Vec::new(),
        later: false,
    };
    let mut rest = sent;
    for span in spans {
        let count = usize::try_from(span.count).unwrap_or(usize::MAX);
        let (these, after) = rest.split_at_checked(count).ok_or(SyncError::Misfit)?;
        rest = after;
        match span.outcome {
            Outcome::Stored { first_leaf } | Outcome::Known { first_leaf } => {
                for (n, id) in (0u64..).zip(these) {
                    let leaf = first_leaf.checked_add(n).ok_or(SyncError::Misfit)?;
                    landed.leaves.insert(leaf, *id);
                }
            }
            Outcome::Refused(why) => {
                landed
                    .refused
                    .extend(these.iter().map(|id| (*id, why.code())));
            }
            Outcome::Later => landed.later = true,
        }
    }
    // What the reply does not speak of was not taken.
    landed.later |= !rest.is_empty();
    Ok(landed)
}

impl Landed {
    fn deliveries(&self, log: LogId, acknowledged: &[u64]) -> Vec<Write> {
        let stored = self.leaves.iter().map(|(leaf, id)| {
            let at = LeafAt { log, leaf: *leaf };
            let delivery = if acknowledged.contains(leaf) {
                Delivery::Acknowledged(at)
            } else {
                Delivery::Claimed(at)
            };
            Write::Deliver { id: *id, delivery }
        });
        let refused = self.refused.iter().map(|(id, why)| Write::Deliver {
            id: *id,
            delivery: Delivery::Refused(*why),
        });
        stored.chain(refused).collect()
    }

    /// Ids on these leaves, if all of them are of this push.
    pub(super) fn on(&self, first: u64, count: u64) -> Option<Vec<Digest>> {
        let end = first.checked_add(count)?;
        let ids: Vec<Digest> = self.leaves.range(first..end).map(|(_, id)| *id).collect();
        (ids.len() as u64 == count).then_some(ids)
    }
}

/// The hash of an envelope's leaf: over its whole signed form.
pub(super) fn leaf_of(envelope: &tala_protocol::envelope::Envelope) -> NodeHash {
    tala_protocol::log::leaf_hash(&tala_protocol::envelope::signed::encode(envelope))
}
