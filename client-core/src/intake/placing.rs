//! Where an arriving envelope stands in its feed.

use tala_protocol::envelope::Envelope;
use tala_protocol::feed::{FeedHead, FeedKey, Placement, place};
use tala_protocol::hash::Digest;

use super::Intake;
use crate::engine::EngineError;
use crate::store::{FeedRow, Place, Store, Write};

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
