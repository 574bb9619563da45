//! A run: steps in which anything may happen, a quiet phase, and the judgement.

use std::collections::BTreeSet;

use tala_protocol::body::MediaBody;
use tala_protocol::envelope::{Audience, Header, Kind};
use tala_protocol::id::UnitId;
use tala_protocol::sync::Scope;
use tala_server::store::{QuarantineReason, Standing, read};

use super::SimError;
use super::centre::station;
use super::clock::Jump;
use super::office::Revoked;
use super::phone::Called;
use super::plants::Plant;
use super::replay::{LogHead, replay};
use super::report::{Counts, Failure, Report};
use super::world::World;
use crate::oracle::books::{self, Books};
use crate::oracle::replicas::{Expected, Replica};
use crate::oracle::{Violation, Way};

/// Rounds of everybody syncing once, after which all must be quiet.
const ROUNDS_MAX: usize = 8;
/// Time between two rounds: longer than anything is put off.
const ROUND_MS: i64 = 20 * 60_000;
/// Most findings that a run reports.
const FINDINGS_MAX: usize = 12;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// What happened, counted.
    pub counts: Counts,
    /// What was noticed, if anything.
    pub failure: Option<Failure>,
    /// A digest of everything that happened.
    pub digest: Option<tala_protocol::hash::Digest>,
    /// Everything that happened, line by line.
    pub lines: Vec<String>,
}

/// Makes one run.
pub fn run(seed: u64, steps: u64, plant: Option<Plant>) -> Result<Ended, SimError> {
    let mut world = World::new(seed, steps, plant)?;
    for step in 0..steps {
        world.step()?;
        world.counts.steps += 1;
        if !world.violations.is_empty() {
            return Ok(world.end(step));
        }
    }
    world.calm_down()?;
    if world.violations.is_empty() {
        world.judge()?;
    }
    Ok(world.end(steps))
}

/// Makes runs with these seeds, on as many threads as the machine has cores.
pub fn run_all(seeds: &[u64], steps: u64, plant: Option<Plant>) -> Report {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let results = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(seed) =
                    seeds.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    let ended =
                        run(*seed, steps, plant).map_err(|error| super::exchange::in_full(&error));
                    results
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push((*seed, ended));
                }
            });
        }
    });
    let mut results = results
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(seed, _)| *seed);
    let mut report = Report {
        plant: plant.map(Plant::name),
        ..Report::default()
    };
    for (seed, ended) in results {
        report.seeds += 1;
        match ended {
            Ok(ended) => {
                report.counts.add(&ended.counts);
                report.failures.extend(ended.failure);
            }
            Err(error) => {
                report.broken.insert(seed, error);
            }
        }
    }
    report
}

impl World {
    /// Faults off: the network is whole, clocks are right, patrols end, and everybody syncs until nobody
    /// has anything to say.
    fn calm_down(&mut self) -> Result<(), SimError> {
        self.net.heal();
        self.pass(60_000);
        let now_ms = self.now_ms;
        for n in 0..self.phones.len() {
            let phone = self.phone(n)?;
            phone.session = None;
            phone.tap().borrow_mut().fuse = None;
            phone.clock.jump(Jump::Right, now_ms);
            if phone.engine()?.snapshot().is_some() {
                let stopped = phone.call(now_ms, |hands| hands.engine.stop_patrol(hands.times))?;
                if let Called::Refused(error) = &stopped {
                    self.log.line(format!("phone {n} cannot stop: {error}"));
                }
                self.outcome(n, "stop", stopped, Way::Centre)?;
            }
        }
        for round in 0..ROUNDS_MAX {
            let mut moved = 0;
            // What was put off is due again.
            self.pass(ROUND_MS);
            for n in 0..self.phones.len() {
                let summary = self.sync_well(n)?.unwrap_or_default();
                moved += summary.handed_over
                    + summary.fetched
                    + summary.proved
                    + summary.uploaded
                    + usize::from(summary.moved);
                moved += self.fetch_well(n)?;
            }
            self.log.line(format!("quiet round {round}: {moved}"));
            if moved == 0 || !self.violations.is_empty() {
                return Ok(());
            }
        }
        let detail = format!("not quiet after {ROUNDS_MAX} rounds");
        self.violations.push(Violation::new("liveness", detail));
        Ok(())
    }

    /// Everything that must be true in the end.
    fn judge(&mut self) -> Result<(), SimError> {
        let books = self.centre.books()?;
        self.log_quarantine()?;
        self.count(&books);
        let mut found = books.check(self.centre.app(), &self.ledger);
        found.extend(self.cuts(&books));
        found.extend(self.rebuilt(&books)?);
        found.extend(self.honest_apart()?);
        for n in 0..self.swarm.stations {
            let unit = station(u8::try_from(n).unwrap_or(0));
            found.extend(self.judge_unit(unit, &books)?);
        }
        self.violations.extend(found);
        Ok(())
    }

    /// All phones of a unit, and a new one, hold the same: what the centre lists, and nothing else.
    fn judge_unit(&mut self, unit: UnitId, books: &Books) -> Result<Vec<Violation>, SimError> {
        let (expected, mut found) = self.expected(unit, books)?;
        let newcomer = self.add_phone(unit)?;
        for _ in 0..2 {
            self.sync_well(newcomer)?;
        }
        let reference = Replica::read("the newcomer", self.phone(newcomer)?.engine_mut()?)?;
        self.fetch_well(newcomer)?;
        let files = expected.files.clone();
        found.extend(self.judge_handed_over(unit, &files)?);
        found.extend(self.judge_files(newcomer, &files)?);
        for object in &expected.objects {
            found.extend(self.judge_desk(newcomer, *object)?);
        }
        let apart = books.apart();
        found.extend(reference.check_envelopes(&expected, &apart));
        for object in &expected.objects {
            let conflicts = self.phone(newcomer)?.engine_mut()?.conflicts(*object);
            self.counts.conflicts += conflicts.map_or(0, |c| u64::try_from(c.len()).unwrap_or(0));
        }
        let log = self.centre.app().log_id();
        for n in 0..newcomer {
            let device = self.phone(n)?.device;
            if self.phone(n)?.revoked || !self.access.units(device).contains(&unit) {
                continue;
            }
            if let Some(alarm) = self.phone(n)?.engine()?.centre().alarm {
                let detail = format!("phone {n} raises {alarm:?}");
                found.push(Violation::new("alarm", detail));
            }
            let replica = Replica::read(&format!("phone {n}"), self.phone(n)?.engine_mut()?)?;
            found.extend(replica.check_envelopes(&expected, &apart));
            found.extend(replica.check_documents(&reference, &expected.objects));
            found.extend(self.judge_files(n, &files)?);
            found.extend(replica.check_proofs(log, books.statements.len(), &books.envelopes));
        }
        Ok(found)
    }

    fn expected(
        &self,
        unit: UnitId,
        books: &Books,
    ) -> Result<(Expected, Vec<Violation>), SimError> {
        let scope = Scope {
            unit,
            audience: Audience::Field,
        };
        let (list, mut found) = books::list(self.centre.store(), &scope)?;
        let due = books.due(&scope);
        let mut expected = Expected {
            units: BTreeSet::from([unit]),
            ..Expected::default()
        };
        for lsn in list {
            let at = usize::try_from(lsn.0)
                .ok()
                .and_then(|at| books.envelopes.get(at));
            let Some(stored) = at.filter(|stored| stored.standing != Standing::Quarantined) else {
                continue;
            };
            let header = stored.envelope.header();
            if matches!(header.kind, Kind::Certificate | Kind::Revocation) {
                continue;
            }
            if let Some(fault) = due.unentitled(stored) {
                found.push(fault);
            }
            expected.listed.insert(stored.envelope.id());
            let body = stored.envelope.body().map(MediaBody::from_bytes);
            if let (Kind::Media, Some(Ok(body))) = (header.kind, body) {
                expected.files.push((body.hash, header.device()));
            }
            // A document is one where its genesis stands; edits of one that was cut off make none.
            if header.kind == Kind::Change && stored.envelope.is_genesis() {
                expected.objects.insert(stored.envelope.object());
            }
        }
        found.extend(due.undelivered(&expected.listed));
        Ok((expected, found))
    }

    /// Nothing of a revoked device stands behind its cut.
    fn cuts(&self, books: &Books) -> Vec<Violation> {
        let mut found = Vec::new();
        for revoked in &self.revoked {
            for stored in &books.envelopes {
                let header = stored.envelope.header();
                let behind = header.device() == revoked.device
                    && !revoked.revocation.stands(&header.feed, header.seq);
                if behind && matches!(stored.standing, Standing::Chained | Standing::Ahead) {
                    let detail = format!("{} stands behind its cut", stored.envelope.id());
                    found.push(Violation::new("revocation", detail));
                }
            }
        }
        found
    }

    /// The same envelopes committed again make the same lists, and projections made again are the same.
    fn rebuilt(&self, books: &Books) -> Result<Vec<Violation>, SimError> {
        let head = LogHead {
            id: self.centre.app().log_id(),
            statements: books.statements.clone(),
        };
        let root = self.centre.root();
        let again = replay(&head, &root, &books.envelopes, self.centre.store())?;
        let mut found = Vec::new();
        for n in 0..self.swarm.stations {
            let scope = Scope {
                unit: station(u8::try_from(n).unwrap_or(0)),
                audience: Audience::Field,
            };
            let (kept, _) = books::list(self.centre.store(), &scope)?;
            let (made, _) = books::list(&again, &scope)?;
            if kept != made {
                let detail = format!(
                    "list of unit {}: {} kept, {} made again",
                    scope.unit,
                    kept.len(),
                    made.len()
                );
                found.push(Violation::new("rebuild", detail));
            }
        }
        let remade = Books::read(&again)?;
        if remade.root != books.root {
            found.push(Violation::new("rebuild", "the logs differ"));
        }
        let before = self.centre.app().dump()?;
        self.centre.app().rebuild()?;
        let after = self.centre.app().dump()?;
        if after != before {
            let mut lines = before.lines().zip(after.lines());
            let differs = lines.find(|(before, after)| before != after);
            let detail = match differs {
                Some((before, after)) => {
                    let same = before
                        .chars()
                        .zip(after.chars())
                        .take_while(|(a, b)| a == b)
                        .count();
                    let part = |text: &str| -> String {
                        let name = text.chars().take(42);
                        name.chain(" .. ".chars())
                            .chain(text.chars().skip(same.saturating_sub(30)).take(90))
                            .collect()
                    };
                    format!(
                        "desks read {} before and {} after",
                        part(before),
                        part(after)
                    )
                }
                None => format!(
                    "desks read {} bytes before and {} after",
                    before.len(),
                    after.len()
                ),
            };
            found.push(Violation::new("rebuild", detail));
        }
        Ok(found)
    }

    /// Nothing that an honest phone wrote is kept apart for what it says: a field, a value or a shape that
    /// only a newer build knows is no reason.
    fn honest_apart(&self) -> Result<Vec<Violation>, SimError> {
        let stations: Vec<UnitId> = (0u8..).take(self.swarm.stations).map(station).collect();
        let rows = read(self.centre.store(), |reads| {
            reads.quarantine(&stations, None, usize::MAX >> 1)
        })?;
        let by_content =
            |reason| matches!(reason, QuarantineReason::Gate(_) | QuarantineReason::Body);
        let honest = rows
            .into_iter()
            .filter(|row| row.device != self.rogue.device && by_content(row.reason));
        let described = honest.map(|row| format!("{} ({})", row.envelope, row.reason.word()));
        Ok(described
            .map(|detail| Violation::new("apart", detail))
            .collect())
    }

    /// What is kept apart and why, for whoever reads a run.
    fn log_quarantine(&mut self) -> Result<(), SimError> {
        let stations: Vec<UnitId> = (0u8..).take(self.swarm.stations).map(station).collect();
        let rows = read(self.centre.store(), |reads| {
            reads.quarantine(&stations, None, usize::MAX >> 1)
        })?;
        for row in rows {
            let phone = self.phones.iter().find(|phone| phone.device == row.device);
            let whose = phone.map_or("the rogue".to_owned(), |phone| format!("phone {}", phone.n));
            let released = if row.released_at.is_some() {
                ", released"
            } else {
                ""
            };
            let line = format!(
                "apart: {} of {whose} about {} ({}{released})",
                row.envelope,
                row.object,
                row.reason.word()
            );
            self.log.line(line);
        }
        Ok(())
    }

    fn count(&mut self, books: &Books) {
        self.counts.envelopes = u64::try_from(books.envelopes.len()).unwrap_or(0);
        self.counts.quarantined = u64::try_from(books.apart().len()).unwrap_or(0);
        self.counts.merges = u64::try_from(books.merges()).unwrap_or(0);
        self.counts.packets_lost = self.net.lost;
        self.counts.packets_doubled = self.net.doubled;
        self.counts.packets_overtaken = self.net.overtaken;
        let behind = |revoked: &Revoked, header: &Header| {
            header.device() == revoked.device
                && !revoked.revocation.stands(&header.feed, header.seq)
        };
        let cut = books.envelopes.iter().map(|it| it.envelope.header());
        let cut = cut.filter(|header| self.revoked.iter().any(|it| behind(it, header)));
        self.counts.behind_cuts = u64::try_from(cut.count()).unwrap_or(0);
    }

    fn end(mut self, step: u64) -> Ended {
        self.violations.truncate(FINDINGS_MAX);
        let violations = std::mem::take(&mut self.violations);
        let failure = (!violations.is_empty()).then_some(Failure {
            seed: self.seed,
            step,
            violations,
        });
        Ended {
            counts: self.counts.clone(),
            failure,
            digest: self.log.digest(),
            lines: self.log.lines().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs within which everything that the ring is about must happen.
    const SEEDS: u64 = 30;

    #[test]
    fn everything_the_ring_is_about_happens_and_holds() {
        let seeds: Vec<u64> = (0..SEEDS).collect();
        let report = run_all(&seeds, 200, None);
        assert!(
            report.is_clean(),
            "{:?} {:?}",
            report.failures,
            report.broken
        );
        assert_eq!(report.counts.never(), Vec::<&str>::new());
    }

    #[test]
    fn the_same_seed_is_the_same_run() {
        for seed in [3, 11] {
            let [first, second] = [(); 2].map(|()| run(seed, 120, None).expect("runs"));
            assert_eq!(first.lines, second.lines);
            assert_eq!(first.digest, second.digest);
            assert_eq!(first.counts, second.counts);
        }
        let other = run(4, 120, None).expect("runs");
        assert_ne!(run(3, 120, None).expect("runs").digest, other.digest);
    }
}
