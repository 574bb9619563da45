//! What phones will say: written, signed and framed before the clock runs.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Envelope, Kind, Lane};
use tala_protocol::id::{LogId, ObjectId};
use tala_protocol::sync::http_signature::content_digest;
use tala_protocol::sync::{Cursor, SyncRequest, Versions, frame};
use tala_protocol::track::SEGMENT_FIXES_MAX;
use tala_server::store::{Lsn, Reads, read};

use super::author::Author;
use super::fill::CHANGES_MAX;
use super::home::BenchHome;
use super::sheet::Sheet;
use super::{BenchError, Options, ride};

/// Bytes that a phone on a good link lets an answer have.
const BUDGET_BYTES: u32 = 256 * 1024;
/// Patrols whose segments are encoded afresh for a run.
const PATROLS: usize = 16;
/// Threads that prepare.
const THREADS: usize = 2;

/// A request, but for its own signature.
pub(super) struct Prepared {
    /// Its body.
    pub(super) body: Vec<u8>,
    /// Value of `Content-Digest`.
    pub(super) digest: String,
    /// Envelopes in it.
    pub(super) envelopes: u32,
    /// Where the phone's list ends when all of it is stored.
    pub(super) position: u64,
}

/// A phone with what it will say, in order.
pub(super) struct Phone {
    /// Who signs.
    pub(super) author: Author,
    /// What it sends.
    pub(super) requests: Vec<Prepared>,
    position: u64,
}

/// Everything that is to be said in a part.
pub(super) struct Stock {
    /// Who says it.
    pub(super) phones: Vec<Phone>,
    /// Fixes in one envelope; 0 for changes.
    pub(super) fixes_each: usize,
}

/// A phone while its requests are made.
struct Making {
    phone: Phone,
    log: LogId,
    per_push: usize,
}

impl Stock {
    /// Segments of new patrols.
    pub(super) fn segments(
        home: &BenchHome,
        options: &Options,
        count: usize,
    ) -> Result<Self, BenchError> {
        let (rides, notes) = (ride::patrols(PATROLS)?, home.notes()?);
        let makings = makings(home, options.segments_per_push)?;
        let each = count.div_ceil(makings.len().max(1));
        let phones = at_once(makings, |making| {
            let number = making.phone.author.number();
            let patrol = notes.patrols.get(number).and_then(|id| id.parse().ok());
            let patrol: ObjectId = patrol.ok_or(BenchError::Prepared("no patrol"))?;
            let mut bodies = rides.iter().cycle().skip(number % PATROLS).flatten();
            let author = |author: &mut Author| {
                let body = bodies.next().cloned().unwrap_or_default();
                author.says(Lane::Track, Kind::Track, Some(patrol), body)
            };
            making.say(each, author)
        })?;
        Ok(Self {
            phones,
            fixes_each: SEGMENT_FIXES_MAX,
        })
    }

    /// Changes of the incidents that are there; one that has grown to its full size gives way to a new one.
    pub(super) fn changes(
        home: &BenchHome,
        options: &Options,
        count: usize,
    ) -> Result<Self, BenchError> {
        let notes = home.notes()?;
        let makings = makings(home, options.changes_per_push)?;
        let each = count.div_ceil(makings.len().max(1));
        let store = home.store()?;
        let phones = at_once(makings, |making| {
            let number = making.phone.author.number();
            let mut rng = ChaCha8Rng::seed_from_u64(u64::try_from(number).unwrap_or(0) + 1_000_000);
            let incidents = notes.incidents.get(number).into_iter().flatten();
            let sheets = incidents.map(|id| {
                let id = id.parse().map_err(BenchError::protocol)?;
                sheet(&store, &making.phone.author, id)
            });
            let mut sheets: Vec<Sheet> = sheets.collect::<Result<_, _>>()?;
            making.say(each, |author| {
                let at = rng.random_range(0..sheets.len().max(1));
                let sheet = sheets
                    .get_mut(at)
                    .ok_or(BenchError::Prepared("a phone without incidents"))?;
                if sheet.changes() >= CHANGES_MAX {
                    *sheet = Sheet::default();
                }
                sheet.write(author, &mut rng)
            })
        })?;
        Ok(Self {
            phones,
            fixes_each: 0,
        })
    }

    /// Takes the last phone out, with what it would have said.
    pub(super) fn split_last(&mut self) -> Option<Phone> {
        self.phones.pop()
    }
}

impl Making {
    /// Has the phone say `count` things, and frames them.
    fn say(
        mut self,
        count: usize,
        mut next: impl FnMut(&mut Author) -> Result<Envelope, BenchError>,
    ) -> Result<Phone, BenchError> {
        let mut left = count;
        while left > 0 {
            let some = left.min(self.per_push.max(1));
            let said: Result<Vec<Envelope>, _> =
                (0..some).map(|_| next(&mut self.phone.author)).collect();
            self.frame(&said?);
            left -= some;
        }
        Ok(self.phone)
    }

    fn frame(&mut self, said: &[Envelope]) {
        let phone = &mut self.phone;
        let request = SyncRequest {
            versions: Versions::CURRENT,
            features: 0,
            log: Some(self.log),
            cursors: vec![Cursor {
                scope: phone.author.scope(),
                position: phone.position,
            }],
            runs: Run::pack_all(said),
            prove: Vec::new(),
            proof_from: None,
            budget_bytes: BUDGET_BYTES,
            beacon: None,
        };
        let body = frame::close(&request.to_bytes());
        let envelopes = u32::try_from(said.len()).unwrap_or(u32::MAX);
        // Nobody else writes in its station: what it said is all that its list grows by.
        phone.position = phone.position.saturating_add(envelopes.into());
        phone.requests.push(Prepared {
            digest: content_digest(&body),
            body,
            envelopes,
            position: phone.position,
        });
    }
}

/// Every phone where its feeds and its list end in the store.
fn makings(home: &BenchHome, per_push: usize) -> Result<Vec<Making>, BenchError> {
    let realm = *home.directory()?.realm();
    let store = home.store()?;
    let notes = home.notes()?;
    let log = read(&store, |reads| reads.log())?;
    let log = log.ok_or(BenchError::Prepared("a store without a log"))?.id;
    let phones = (0..notes.phones).map(|number| {
        let mut author = Author::new(number, realm)?;
        let feeds = read(&store, |reads| reads.feeds_of(author.device()))?;
        for (feed, row) in feeds {
            if let Some(head) = row.head {
                author.go_on(&feed, head);
            }
        }
        let position = read(&store, |reads| reads.delivery_end(&author.scope()))?;
        let phone = Phone {
            author,
            requests: Vec::new(),
            position,
        };
        Ok(Making {
            phone,
            log,
            per_push,
        })
    });
    phones.collect()
}

/// An incident as its author left it.
fn sheet(
    store: &tala_server::store::sqlite::SqliteStore,
    author: &Author,
    id: ObjectId,
) -> Result<Sheet, BenchError> {
    let about = |reads: &dyn Reads| reads.envelopes_about(id, Lsn(0), 10 * CHANGES_MAX);
    let mut sheet = Sheet::default();
    for stored in read(store, about)? {
        let envelope = &stored.envelope;
        if envelope.header().kind == Kind::Change {
            sheet.reads(author, envelope)?;
        }
    }
    Ok(sheet)
}

/// Prepares several phones at once.
fn at_once(
    makings: Vec<Making>,
    prepare: impl Fn(Making) -> Result<Phone, BenchError> + Sync,
) -> Result<Vec<Phone>, BenchError> {
    let mut shares: Vec<Vec<Making>> = Vec::new();
    shares.resize_with(THREADS, Vec::new);
    for (at, making) in makings.into_iter().enumerate() {
        if let Some(share) = shares.get_mut(at % THREADS) {
            share.push(making);
        }
    }
    let prepare = &prepare;
    let made = std::thread::scope(|scope| {
        let threads: Vec<_> = shares
            .into_iter()
            .map(|share| {
                scope.spawn(move || {
                    share
                        .into_iter()
                        .map(prepare)
                        .collect::<Result<Vec<_>, _>>()
                })
            })
            .collect();
        let joined = threads.into_iter().map(|thread| {
            let lost = BenchError::Prepared("a preparing thread was lost");
            thread.join().unwrap_or(Err(lost))
        });
        joined.collect::<Result<Vec<_>, _>>()
    })?;
    Ok(made.into_iter().flatten().collect())
}
