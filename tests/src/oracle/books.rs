//! The centre's books, read through the store and reckoned again from nothing.

use std::collections::{BTreeMap, BTreeSet};

use tala_protocol::body::{ChangeBody, Grant, TrackBody};
use tala_protocol::cert::Holder;
use tala_protocol::doc::ActorId;
use tala_protocol::envelope::{Kind, signed};
use tala_protocol::feed::FeedKey;
use tala_protocol::gate;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::log::{Frontier, leaf_hash};
use tala_protocol::sync::Scope;
use tala_server::app::Centre;
use tala_server::store::{Lsn, Reads, Standing, Store, StoreError, StoredEnvelope, read};

use super::{Ledger, Violation};

/// Entries read at once.
const STEP: usize = 1_024;

/// Everything that a centre holds, as far as the rules here ask for it.
#[derive(Debug)]
pub struct Books {
    /// Every envelope, by number.
    pub envelopes: Vec<StoredEnvelope>,
    /// The restore statements at the head of the log.
    pub statements: Vec<Vec<u8>>,
    /// The root that the store keeps, with its size.
    pub root: (u64, [u8; 32]),
}

/// What a list is to hold, reckoned from the envelopes alone.
#[derive(Debug, Default)]
pub struct Due {
    standing: BTreeSet<ObjectId>,
    objects: BTreeSet<ObjectId>,
    envelopes: BTreeSet<Digest>,
}

impl Due {
    /// What the list does not hold.
    pub fn undelivered(&self, listed: &BTreeSet<Digest>) -> Vec<Violation> {
        let lacking = self.envelopes.difference(listed);
        lacking
            .map(|id| Violation::new("undelivered", format!("no list of its reader has {id}")))
            .collect()
    }

    /// What the list holds and is not to. What is about an object whose genesis was taken away is not
    /// judged, nor what the office says of other envelopes.
    pub fn unentitled(&self, stored: &StoredEnvelope) -> Option<Violation> {
        let (envelope, kind) = (&stored.envelope, stored.envelope.header().kind);
        let by_office = matches!(kind, Kind::Verdict | Kind::Grant | Kind::Erasure);
        let judged = !by_office && self.standing.contains(&envelope.object());
        let foreign = judged && !self.envelopes.contains(&envelope.id());
        foreign.then(|| Violation::new("unentitled", format!("{} is listed", envelope.id())))
    }
}

impl Books {
    /// Reads them at one moment.
    pub fn read(store: &dyn Store) -> Result<Self, StoreError> {
        read(store, |reads| {
            let log = reads.log()?.ok_or(StoreError::Damaged("log"))?;
            let frontier = Frontier::from_bytes(&log.frontier);
            let frontier = frontier.ok().ok_or(StoreError::Damaged("log frontier"))?;
            Ok(Self {
                envelopes: all(reads)?,
                statements: reads.restore_statements()?,
                root: (log.size, frontier.root()),
            })
        })
    }

    /// Ids that the centre keeps apart.
    pub fn apart(&self) -> BTreeSet<Digest> {
        let apart = self
            .envelopes
            .iter()
            .filter(|stored| stored.standing == Standing::Quarantined);
        apart.map(|stored| stored.envelope.id()).collect()
    }

    /// Changes that were made upon several others: somebody had merged.
    pub fn merges(&self) -> usize {
        let changes = self
            .envelopes
            .iter()
            .filter(|stored| stored.envelope.header().kind == Kind::Change);
        changes
            .filter(|stored| deps(stored).is_some_and(|deps| deps > 1))
            .count()
    }

    /// What a list is to hold: what stands about the objects whose home it is or that were granted to it.
    pub fn due(&self, scope: &Scope) -> Due {
        let mut due = Due::default();
        let stands = |stored: &&StoredEnvelope| stored.standing != Standing::Quarantined;
        for stored in self.envelopes.iter().filter(stands) {
            let (envelope, header) = (&stored.envelope, stored.envelope.header());
            if envelope.is_genesis() && !is_statement(header.kind) {
                due.standing.insert(envelope.object());
                if (header.feed.unit, header.feed.audience) == (scope.unit, scope.audience) {
                    due.objects.insert(envelope.object());
                }
            }
            let grant = envelope.body().map(Grant::from_bytes);
            if let (Kind::Grant, Some(Ok(grant))) = (header.kind, grant)
                && (grant.unit, grant.audience) == (scope.unit, scope.audience)
            {
                due.objects.insert(grant.object);
            }
        }
        for stored in self.envelopes.iter().filter(stands) {
            let object = stored.envelope.object();
            let shown = due.standing.contains(&object) && due.objects.contains(&object);
            if shown && !is_statement(stored.envelope.header().kind) {
                due.envelopes.insert(stored.envelope.id());
            }
        }
        due
    }

    /// Every rule about the books.
    pub fn check(&self, centre: &Centre, ledger: &Ledger) -> Vec<Violation> {
        let mut found = self.numbers();
        found.extend(self.promises(centre, ledger));
        found.extend(self.chains());
        found.extend(self.log());
        found.extend(self.fixes(ledger));
        found
    }

    /// Numbers without holes, nothing twice.
    fn numbers(&self) -> Vec<Violation> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for (n, stored) in (0u64..).zip(&self.envelopes) {
            if stored.lsn != Lsn(n) {
                found.push(Violation::new(
                    "numbers",
                    format!("{:?} stands at {n}", stored.lsn),
                ));
            }
            if !seen.insert(stored.envelope.id()) {
                found.push(Violation::new(
                    "doubled",
                    format!("envelope {}", stored.envelope.id()),
                ));
            }
        }
        found
    }

    /// What was promised is stored; what is stored was offered.
    fn promises(&self, centre: &Centre, ledger: &Ledger) -> Vec<Violation> {
        let directory = centre.directory();
        let held: BTreeSet<Digest> = self.envelopes.iter().map(|s| s.envelope.id()).collect();
        let mut found = Vec::new();
        for id in ledger.promised().filter(|id| !held.contains(*id)) {
            found.push(Violation::new(
                "lost",
                format!("envelope {id} was promised"),
            ));
        }
        for stored in &self.envelopes {
            let device = stored.envelope.header().device();
            let phone = directory.holder(device) == Some(Holder::Phone);
            if phone && !ledger.was_offered(&stored.envelope.id()) {
                let id = stored.envelope.id();
                found.push(Violation::new(
                    "invented",
                    format!("{id} of device {device}"),
                ));
            }
        }
        found
    }

    /// What stands in a feed's chain is linked and without holes.
    fn chains(&self) -> Vec<Violation> {
        let mut feeds: BTreeMap<FeedKey, BTreeMap<u64, (Digest, Option<Digest>)>> = BTreeMap::new();
        for stored in &self.envelopes {
            let header = stored.envelope.header();
            if stored.standing == Standing::Chained {
                let place = (stored.envelope.id(), header.prev);
                feeds
                    .entry(header.feed)
                    .or_default()
                    .insert(header.seq, place);
            }
        }
        let mut found = Vec::new();
        for (feed, places) in feeds {
            let mut before = None;
            for (expected, (seq, (id, prev))) in (1u64..).zip(places) {
                if seq != expected || prev != before {
                    let detail = format!("device {} lane {:?} at {seq}", feed.device, feed.lane);
                    found.push(Violation::new("chain", detail));
                    break;
                }
                before = Some(id);
            }
        }
        found
    }

    /// The log's root is that of its leaves.
    fn log(&self) -> Vec<Violation> {
        let mut frontier = Frontier::new();
        for statement in &self.statements {
            frontier.push(leaf_hash(statement));
        }
        for stored in &self.envelopes {
            frontier.push(leaf_hash(&signed::encode(&stored.envelope)));
        }
        if (frontier.size(), frontier.root()) == self.root {
            return Vec::new();
        }
        let detail = format!("{} leaves kept, {} reckoned", self.root.0, frontier.size());
        vec![Violation::new("log", detail)]
    }

    /// Every fix that a phone called saved is there, once per life of the phone, and no other is.
    fn fixes(&self, ledger: &Ledger) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut there = BTreeSet::new();
        for stored in &self.envelopes {
            let header = stored.envelope.header();
            if header.kind != Kind::Track {
                continue;
            }
            let Some(times) = stored.envelope.body().and_then(fix_times) else {
                found.push(Violation::new(
                    "track",
                    format!("{} unreadable", stored.envelope.id()),
                ));
                continue;
            };
            for at in times {
                let fix = (header.device(), at);
                if !seen.insert((fix, header.feed.epoch)) {
                    found.push(Violation::new("doubled", format!("fix {at} of {}", fix.0)));
                }
                if !ledger.may_exist(&fix) {
                    found.push(Violation::new("invented", format!("fix {at} of {}", fix.0)));
                }
                there.insert(fix);
            }
        }
        for (device, at) in ledger.recorded().difference(&there) {
            found.push(Violation::new(
                "lost",
                format!("fix {at} of {device} was called saved"),
            ));
        }
        found
    }
}

/// A delivery list: numbers in order, and whatever stands in it twice. What was cut off by a revocation and
/// released again may: it was shown, and is shown anew.
pub fn list(store: &dyn Store, scope: &Scope) -> Result<(Vec<Lsn>, Vec<Violation>), StoreError> {
    let (entries, released) = read(store, |reads| {
        let end = reads.delivery_end(scope)?;
        let entries = reads.delivery_after(scope, 0, usize::try_from(end).unwrap_or(usize::MAX))?;
        let mut released = BTreeSet::new();
        for entry in &entries {
            let row = reads.quarantined(entry.lsn)?;
            released.extend(row.and_then(|row| row.released_at).map(|_| entry.lsn));
        }
        Ok((entries, released))
    })?;
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for entry in &entries {
        if !seen.insert(entry.lsn) && !released.contains(&entry.lsn) {
            let detail = format!("{:?} twice in the list of unit {}", entry.lsn, scope.unit);
            found.push(Violation::new("doubled", detail));
        }
    }
    Ok((entries.into_iter().map(|entry| entry.lsn).collect(), found))
}

fn all(reads: &dyn Reads) -> Result<Vec<StoredEnvelope>, StoreError> {
    let mut out: Vec<StoredEnvelope> = Vec::new();
    loop {
        let from = out.last().map_or(0, |last| last.lsn.0.saturating_add(1));
        let page = reads.envelopes_from(Lsn(from), STEP)?;
        if page.is_empty() {
            return Ok(out);
        }
        out.extend(page);
    }
}

fn fix_times(body: &[u8]) -> Option<Vec<i64>> {
    let body = TrackBody::from_bytes(body).ok()?;
    let segment = tala_protocol::track::decode(&body.segment).ok()?;
    Some(segment.fixes.iter().map(|fix| fix.time.0).collect())
}

fn deps(stored: &StoredEnvelope) -> Option<usize> {
    let feed = &stored.envelope.header().feed;
    let actor = ActorId::derive(feed.device, feed.unit, feed.epoch, None);
    let body = ChangeBody::from_bytes(stored.envelope.body()?).ok()?;
    let examined = gate::examine(&body.change, actor, None).ok()?;
    Some(examined.deps().len())
}

const fn is_statement(kind: Kind) -> bool {
    matches!(kind, Kind::Certificate | Kind::Revocation)
}
