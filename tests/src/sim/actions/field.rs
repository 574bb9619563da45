//! What officers do: ride, report, edit, photograph.

use rand::RngExt as _;
use tala_client::media::FileFacts;
use tala_client::recorder::Recorded;
use tala_client::store::{PatrolState, Store as _};
use tala_protocol::doc::{DocType, IncidentEdit, PatrolEdit, Set};
use tala_protocol::envelope::Audience;
use tala_protocol::fix::{Fix, TimedFix};
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::time::UnixMs;
use tala_protocol::transport::Transport;

use super::super::SimError;
use super::super::builds::Build;
use super::super::centre::BEGIN_MS;
use super::super::exchange::in_full;
use super::super::phone::{Called, Hands};
use super::super::world::World;
use crate::oracle::Way;

impl World {
    /// Something about the track of a phone's patrol; a patrol begins if there is none.
    pub(super) fn track(&mut self, n: usize) -> Result<(), SimError> {
        let state = self
            .phone(n)?
            .engine()?
            .snapshot()
            .map(|snapshot| snapshot.state);
        let chance = self.rng.random_range(0..20);
        match (state, chance) {
            (None | Some(PatrolState::Ended), _) => self.set_out(n),
            (Some(PatrolState::Paused), _) => {
                self.simply(n, "resume", |hands| hands.engine.resume(hands.times))
            }
            (Some(_), 0) => self.simply(n, "pause", |hands| hands.engine.pause(hands.times)),
            (Some(_), 1) => self.simply(n, "leg", |hands| {
                let mut entropy = || hands.rng.random();
                hands
                    .engine
                    .change_leg(Transport::Motorcycle, hands.times, &mut entropy)
            }),
            (Some(_), 2) => self.simply(n, "stop", |hands| hands.engine.stop_patrol(hands.times)),
            (Some(_), 3) => self.simply(n, "seal", |hands| hands.engine.seal(hands.times)),
            (Some(_), _) => (0..3).try_for_each(|_| self.record(n)),
        }
    }

    fn set_out(&mut self, n: usize) -> Result<(), SimError> {
        self.simply(n, "set out", |hands| {
            let mut entropy = || hands.rng.random();
            let edit = PatrolEdit {
                title: Set::To("patrol".into()),
                ..PatrolEdit::default()
            };
            hands
                .engine
                .start_patrol(edit, Transport::Horse, hands.times, &mut entropy)
        })
    }

    /// Records one fix, each a little further on and with a time of its own.
    fn record(&mut self, n: usize) -> Result<(), SimError> {
        let phone = self.phone(n)?;
        phone.fixes += 1;
        let fix = phone.fixes;
        self.record_fix(n, fix)
    }

    fn record_fix(&mut self, n: usize, number: i64) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        let device = self.phone(n)?.device;
        let at = BEGIN_MS.saturating_add(number.saturating_mul(1_000));
        let step = i32::try_from(number % 10_000).unwrap_or(0) * 10_000;
        let Ok(fix) = Fix::at(UnixMs(at), 440_000_000 + step, 1_160_000_000) else {
            return Ok(());
        };
        self.ledger.doubt((device, at));
        let called = self.phone(n)?.call(now_ms, |hands| {
            let timed = TimedFix {
                fix,
                wall: hands.times.wall,
                mono: hands.times.mono,
                boot: hands.times.boot,
            };
            hands.engine.record(timed, hands.times)
        })?;
        if let Some(Recorded::Durable(_)) = self.outcome(n, "record", called, Way::Centre)? {
            self.ledger.record((device, at));
        }
        Ok(())
    }

    /// The bug that writes what had no answer again as new.
    pub(in super::super) fn record_again(&mut self, n: usize) -> Result<(), SimError> {
        let last = self.phone(n)?.fixes;
        if last == 0 {
            Ok(())
        } else {
            self.record_fix(n, last)
        }
    }

    /// A new incident; one in ten is for the crime unit's eyes only.
    pub(super) fn report(&mut self, n: usize) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        let secret = self.rng.random_ratio(1, 10);
        let audience = if secret {
            Audience::Crime
        } else {
            Audience::Field
        };
        let title = format!("incident {n} {now_ms}");
        let called = self.phone(n)?.call(now_ms, |hands| {
            let mut entropy = || hands.rng.random();
            let edit = IncidentEdit {
                title: Set::To(title),
                ..IncidentEdit::default()
            };
            let change = |document: &_, actor, at| edit.change(document, actor, at);
            hands.engine.create(
                DocType::Incident,
                audience,
                change,
                hands.times,
                &mut entropy,
            )
        })?;
        if let Some(object) = self.outcome(n, "report", called, Way::Centre)? {
            self.log.line(format!("phone {n} reports {object}"));
            if !secret {
                self.incidents.push(object);
            }
        }
        Ok(())
    }

    /// An edit of something that the phone holds, of few fields so that people meet in them.
    pub(super) fn edit(&mut self, n: usize) -> Result<(), SimError> {
        let Some(object) = self.any_incident(n)? else {
            return Ok(());
        };
        let now_ms = self.now_ms;
        let build = self.phone(n)?.build;
        let edit = build.edit(&mut self.rng, n);
        let called = self.phone(n)?.call(now_ms, |hands| {
            let change = |document: &_, actor, at| edit.change(document, actor, at);
            hands.engine.edit(object, change, hands.times)
        })?;
        if matches!(called, Called::Done(..)) {
            match build {
                Build::Older => self.counts.edits_by_older += 1,
                Build::Present => self.counts.edits_by_present += 1,
                Build::Newer => self.counts.edits_by_newer += 1,
            }
        }
        if let Called::Refused(error) = &called {
            let why = in_full(error);
            self.counts.newer_kept += u64::from(why.contains("from a newer version"));
        }
        self.outcome(n, "edit", called, Way::Centre)?;
        Ok(())
    }

    /// A photo of something that the phone holds.
    pub(super) fn photo(&mut self, n: usize) -> Result<(), SimError> {
        let Some(object) = self.any_incident(n)? else {
            return Ok(());
        };
        let bytes = self.picture(n)?;
        self.note_file(n, Digest::sha256(&bytes), object)?;
        self.simply(n, "photograph", |hands| {
            let facts = FileFacts {
                bytes: &bytes,
                media_type: "application/octet-stream",
                taken_at: None,
                place_e7: None,
            };
            hands.engine.attach(object, facts, hands.blobs, hands.times)
        })
    }

    /// A picture of up to four pieces; one in eight is a file that the phone has already.
    fn picture(&mut self, n: usize) -> Result<Vec<u8>, SimError> {
        if self.rng.random_ratio(1, 8) {
            let files = self.access.files();
            let at = self.rng.random_range(0..files.len().max(1));
            if let Some(hash) = files.get(at)
                && let Some(bytes) = self.file_on(n, hash)?
            {
                return Ok(bytes);
            }
        }
        let seed: [u8; 32] = self.rng.random();
        let len = self.rng.random_range(1..=150_000_usize);
        Ok(seed.iter().copied().cycle().take(len).collect())
    }

    fn any_incident(&mut self, n: usize) -> Result<Option<ObjectId>, SimError> {
        let engine = self.phone(n)?.engine()?;
        let docs = engine
            .store()
            .docs()
            .map_err(tala_client::engine::EngineError::from)?;
        let incidents = docs
            .iter()
            .filter(|row| row.doc_type == DocType::Incident.code());
        let incidents: Vec<ObjectId> = incidents.map(|row| row.object).collect();
        if incidents.is_empty() {
            return Ok(None);
        }
        let at = self.rng.random_range(0..incidents.len());
        Ok(incidents.get(at).copied())
    }

    /// A call whose answer is of no further interest.
    pub(super) fn simply<T>(
        &mut self,
        n: usize,
        what: &str,
        call: impl FnOnce(Hands<'_>) -> Result<T, tala_client::engine::EngineError>,
    ) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        let called = self.phone(n)?.call(now_ms, call)?;
        self.outcome(n, what, called, Way::Centre)?;
        Ok(())
    }
}
