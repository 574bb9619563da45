//! The getting half of a sync: pages of delivery lists.

use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Envelope, Kind};
use tala_protocol::id::DeviceId;
use tala_protocol::sync::{Cursor, SyncReply};
use tala_protocol::time::UnixMs;

use super::window_start;
use crate::store::{DeliveryEntry, Reads, StoreError};

/// Entries read in one step.
const STEP: usize = 512;
/// Entries looked at in one page, sent or not: a new phone passes over years in several short pages.
const LOOK_MAX: usize = 16 * 1024;
/// Most envelopes in one page: a reply names at most 4,096 runs.
const ENVELOPES_MAX: usize = 4_000;

/// For whom a page is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader {
    /// Which device.
    pub(super) device: DeviceId,
    /// It came back from a backup and asks for what it wrote itself too.
    pub(super) wants_own: bool,
}

/// Fills the reply with what the lists hold behind the cursors, up to `budget` bytes.
pub(super) fn fill<'a>(
    reads: &dyn Reads,
    reader: Reader,
    cursors: impl Iterator<Item = &'a Cursor>,
    budget: usize,
    now: UnixMs,
    reply: &mut SyncReply,
) -> Result<(), StoreError> {
    let mut page = Page {
        reads,
        reader,
        newest_epoch: None,
        window: window_start(now),
        budget,
        looked: 0,
        envelopes: Vec::new(),
    };
    for cursor in cursors {
        let (position, more) = page.read(cursor)?;
        if position != cursor.position {
            reply.cursors.push(Cursor {
                position,
                ..*cursor
            });
        }
        reply.more |= more;
    }
    by_feed(&mut page.envelopes);
    reply.runs = Run::pack_all(&page.envelopes);
    Ok(())
}

/// Statements first and in their order, because the others are verified with them; then urgent lanes
/// first, feeds together and ascending, so that they pack into few runs.
fn by_feed(envelopes: &mut [Envelope]) {
    envelopes.sort_by_key(|envelope| {
        let header = envelope.header();
        let states = matches!(header.kind, Kind::Certificate | Kind::Revocation);
        (!states).then_some((header.feed.lane, header.feed, header.seq))
    });
}

struct Page<'r> {
    reads: &'r dyn Reads,
    reader: Reader,
    newest_epoch: Option<u32>,
    window: UnixMs,
    budget: usize,
    looked: usize,
    envelopes: Vec<Envelope>,
}

impl Page<'_> {
    /// Reads one list; returns how far and whether there is more.
    fn read(&mut self, cursor: &Cursor) -> Result<(u64, bool), StoreError> {
        let end = self.reads.delivery_end(&cursor.scope)?;
        // A cursor beyond the end is of a list that was longer once; the phone starts again from what is.
        let mut position = cursor.position.min(end);
        while position < end {
            let entries = self.reads.delivery_after(&cursor.scope, position, STEP)?;
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                if !self.has_room(&entry) {
                    return Ok((position, true));
                }
                self.take(&entry)?;
                position = entry.position;
            }
        }
        Ok((position, false))
    }

    fn has_room(&mut self, entry: &DeliveryEntry) -> bool {
        self.looked = self.looked.saturating_add(1);
        let len = usize::try_from(entry.len).unwrap_or(usize::MAX);
        let fits = len <= self.budget && self.envelopes.len() < ENVELOPES_MAX;
        self.looked <= LOOK_MAX && (fits || self.envelopes.is_empty())
    }

    fn take(&mut self, entry: &DeliveryEntry) -> Result<(), StoreError> {
        if self.is_held(entry)? || !self.is_recent(entry)? {
            return Ok(());
        }
        if let Some(stored) = self.reads.envelope(entry.lsn)? {
            let len = usize::try_from(entry.len).unwrap_or(usize::MAX);
            self.budget = self.budget.saturating_sub(len);
            self.envelopes.push(stored.envelope);
        }
        Ok(())
    }

    /// A phone holds what it wrote itself. One that came back from a backup may lack what it wrote since: it
    /// says so, or shows it by having begun a new epoch.
    fn is_held(&mut self, entry: &DeliveryEntry) -> Result<bool, StoreError> {
        if entry.device != self.reader.device || self.reader.wants_own {
            return Ok(false);
        }
        let newest = match self.newest_epoch {
            Some(newest) => newest,
            None => {
                let feeds = self.reads.feeds_of(entry.device)?.into_iter();
                feeds.map(|(feed, _)| feed.epoch).max().unwrap_or(0)
            }
        };
        self.newest_epoch = Some(newest);
        Ok(entry.epoch >= newest)
    }

    /// Phones hold thirty days; of an object that was touched within them they get all, however old.
    fn is_recent(&self, entry: &DeliveryEntry) -> Result<bool, StoreError> {
        if entry.known_at >= self.window {
            return Ok(true);
        }
        let touched = self.reads.last_touched(entry.object)?;
        Ok(touched.is_some_and(|at| at >= self.window))
    }
}
