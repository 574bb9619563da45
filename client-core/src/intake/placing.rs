//! Where an arriving envelope stands in its feed.

use tala_protocol::envelope::Envelope;
use tala_protocol::feed::{FeedHead, FeedKey, Placement, place};
use tala_protocol::hash::Digest;

use super::{Intake, Origin};
use crate::engine::{ALL, EngineError};
use crate::store::{Delivery, EnvelopeRow, FeedRow, Pick, Place, Store, Write};

impl<S: Store> Intake<'_, S> {
    /// Places an envelope and moves the feed's head over it and over what waited behind it.
    pub(super) fn place(&mut self, envelope: &Envelope) -> Result<Place, EngineError> {
        let (header, id) = (envelope.header(), envelope.id());
        let (key, seq) = (header.feed, header.seq);
        let at = self.at(&key, seq)?.map(|(id, _)| id);
        let before = self.at(&key, seq.wrapping_sub(1))?.map(|(id, _)| id);
        let after = self
            .at(&key, seq.saturating_add(1))?
            .and_then(|(_, prev)| prev);
        let feed = self.feed(&key)?;
        let head = feed.map(|feed| feed.head);
        let placement = place(head, header, id, at, before, after);
        if self.is_overtaken(&key, seq, id)? {
            return self.overtake(&key, envelope);
        }
        if let Placement::Fork { .. } | Placement::Known = placement {
            return Ok(Place::Fork);
        }
        self.fresh.insert((key, seq), (id, header.prev));
        let Some(feed) = feed else {
            // Older ones may have been let go before we came: what comes first is where we begin.
            self.feeds.insert(key, self.first(key, seq, id));
            return Ok(Place::InFeed);
        };
        if seq < feed.first_seq {
            if seq.saturating_add(1) != feed.first_seq {
                return Ok(Place::Ahead);
            }
            self.retreat(feed, seq, header.prev)?;
            return Ok(Place::InFeed);
        }
        if let Placement::Ahead { .. } = placement {
            return Ok(Place::Ahead);
        }
        self.advance(feed, FeedHead { seq, hash: id })?;
        Ok(Place::InFeed)
    }

    /// Whether the centre shows another envelope where this phone holds one of its own that the centre never
    /// showed: then the centre's was first there, and ours is the second branch, kept apart. It happens to a
    /// backup that is put back after an older one of the same run was in use.
    fn is_overtaken(&self, key: &FeedKey, seq: u64, id: Digest) -> Result<bool, EngineError> {
        if !matches!(self.from, Origin::Centre(_)) || key.device != self.me {
            return Ok(false);
        }
        let held = self.store.at(key, seq)?;
        if !held.is_some_and(|row| row.id != id && never_shown(&row)) {
            return Ok(false);
        }
        // What the office let in comes second, whatever is here.
        let ruled_now = |write: &Write| matches!(write, Write::Ruling(row) if row.envelope == id);
        Ok(self.store.ruling(&id)?.is_none() && !self.writes.iter().any(ruled_now))
    }

    /// Puts the centre's envelope where ours stood, and ours from there on beside the feed: kept, sent, and
    /// held back here as it is at the centre, so that what is written from now on rests on what stands.
    fn overtake(&mut self, key: &FeedKey, envelope: &Envelope) -> Result<Place, EngineError> {
        let (header, id) = (envelope.header(), envelope.id());
        let from = header.seq;
        let ours = self
            .store
            .envelopes(&Pick::OfFeed { feed: *key, from }, ALL)?;
        for row in ours.into_iter().filter(never_shown) {
            self.judged.push(row.id);
            self.touched.insert(row.object());
            self.writes.push(Write::Place {
                id: row.id,
                place: Place::Fork,
            });
        }
        self.fresh.insert((*key, from), (id, header.prev));
        let Some(feed) = self.feed(key)? else {
            return Ok(Place::InFeed);
        };
        let head = FeedHead {
            seq: from,
            hash: id,
        };
        self.feeds.insert(*key, FeedRow { head, ..feed });
        Ok(Place::InFeed)
    }

    /// Moves the head to `head` and on over everything that waited right behind it.
    fn advance(&mut self, feed: FeedRow, mut head: FeedHead) -> Result<(), EngineError> {
        while let Some((id, prev)) = self.at(&feed.key, head.seq.saturating_add(1))? {
            if prev != Some(head.hash) {
                break;
            }
            head = FeedHead {
                seq: head.seq.saturating_add(1),
                hash: id,
            };
            self.writes.push(Write::Place {
                id,
                place: Place::InFeed,
            });
        }
        self.feeds.insert(feed.key, FeedRow { head, ..feed });
        Ok(())
    }

    /// Moves the beginning to `first` and on over everything that waited right before it.
    fn retreat(
        &mut self,
        feed: FeedRow,
        mut first_seq: u64,
        mut prev: Option<Digest>,
    ) -> Result<(), EngineError> {
        while let Some((id, before)) = self.at(&feed.key, first_seq.saturating_sub(1))? {
            if prev != Some(id) {
                break;
            }
            (first_seq, prev) = (first_seq.saturating_sub(1), before);
            self.writes.push(Write::Place {
                id,
                place: Place::InFeed,
            });
        }
        self.feeds.insert(feed.key, FeedRow { first_seq, ..feed });
        Ok(())
    }

    fn first(&self, key: FeedKey, seq: u64, id: Digest) -> FeedRow {
        FeedRow {
            key,
            first_seq: seq,
            head: FeedHead { seq, hash: id },
            own: key.device == self.me,
            closed: false,
        }
    }

    fn feed(&self, key: &FeedKey) -> Result<Option<FeedRow>, EngineError> {
        match self.feeds.get(key) {
            Some(row) => Ok(Some(*row)),
            None => Ok(self.store.feed(key)?),
        }
    }

    /// Id and previous hash of what stands at a place, stored or taken in just now.
    fn at(&self, key: &FeedKey, seq: u64) -> Result<Option<(Digest, Option<Digest>)>, EngineError> {
        if let Some(found) = self.fresh.get(&(*key, seq)) {
            return Ok(Some(*found));
        }
        let row = self.store.at(key, seq)?;
        Ok(row.map(|row| (row.id, row.header.prev)))
    }
}

/// Written here, and not come back from the centre's lists, which hold only what stands.
fn never_shown(row: &EnvelopeRow) -> bool {
    row.own && !matches!(row.delivery, Delivery::Fetched(_))
}
