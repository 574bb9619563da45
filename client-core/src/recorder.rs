//! Recording a track: fixes become durable one by one, and nothing is thrown away for looking odd.
//!
//! [`Engine::record`] returns after the fix is in the store; a kill or a power cut loses at most the fix
//! in flight. What is doubtful is scored ([`Score`]), never dropped. Time without fixes is a gap with a
//! cause; distance and duration never count across it. Fixes wait in the journal until they are sealed
//! ([`crate::seal`]).

mod score;

use tala_protocol::fix::{Fix, GapCause, TimedFix};
use tala_protocol::id::ObjectId;
use tala_protocol::time::{DeviceTimes, UnixMs};
use tala_protocol::track::length_m;
use tala_protocol::transport::{Transport, TransportProfile};

pub use score::Score;

use crate::engine::{Engine, EngineError};
use crate::seal::{SEAL_AFTER_FIXES, Sealed};
use crate::store::{JournalRow, PatrolRow, PatrolState, Store, Write};

/// What the recorder shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// Raised with every change.
    pub version: u64,
    /// Which patrol.
    pub patrol: ObjectId,
    /// Whether fixes are taken.
    pub state: PatrolState,
    /// Current leg, from 1.
    pub leg: u16,
    /// How it is travelled.
    pub transport: Transport,
    /// Fixes recorded.
    pub fixes: u64,
    /// Fixes that carry a doubt.
    pub doubtful: u64,
    /// Gaps.
    pub gaps: u64,
    /// Distance without gaps, mm.
    pub distance_mm: u64,
    /// Time without gaps, ms.
    pub duration_ms: u64,
    /// Fixes that wait to be sealed.
    pub unsealed: u64,
    /// When the last fix became durable, by the device's wall clock.
    pub saved_at: UnixMs,
    /// When it began, by the device's wall clock.
    pub started_at: UnixMs,
}

/// What became of a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is durable. What was sealed on this occasion stands beside it.
    Durable(Sealed),
    /// The transport's profile thins it out: nearer and sooner than it asks for.
    Thinned,
}

impl<S: Store> Engine<S> {
    /// Records one live fix: one transaction, durable when this returns.
    pub fn record(&mut self, fix: TimedFix, now: DeviceTimes) -> Result<Recorded, EngineError> {
        let mut patrol = self.recording()?;
        let profile = self.profile(patrol.transport);
        let Some(row) = step(&mut patrol, fix, profile)? else {
            return Ok(Recorded::Thinned);
        };
        self.store
            .commit(&[Write::Journal(row), Write::Patrol(patrol)])?;
        self.patrol = Some(patrol);
        self.journal_len += 1;
        let sealed = self.seal_if_full(now);
        Ok(Recorded::Durable(sealed))
    }

    /// Records many fixes in one transaction: an import, or what the platform held back. Causes of gaps
    /// that are known stand before the fix they end at, by index.
    pub fn record_batch(
        &mut self,
        fixes: &[TimedFix],
        gaps: &[(usize, GapCause)],
        now: DeviceTimes,
    ) -> Result<Sealed, EngineError> {
        let mut patrol = self.recording()?;
        let profile = self.profile(patrol.transport);
        let mut batch = Vec::with_capacity(fixes.len().saturating_add(1));
        for (index, fix) in fixes.iter().enumerate() {
            if let Some((_, cause)) = gaps.iter().find(|(at, _)| *at == index) {
                patrol.gap = patrol.gap.or(Some(*cause));
            }
            let row = step(&mut patrol, *fix, profile)?;
            batch.extend(row.map(Write::Journal));
        }
        let added = batch.len() as u64;
        batch.push(Write::Patrol(patrol));
        self.store.commit(&batch)?;
        self.patrol = Some(patrol);
        self.journal_len += added;
        Ok(self.seal_if_full(now))
    }

    /// The patrol that is being recorded, as it stands.
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.patrol.map(|patrol| self.snapshot_of(&patrol))
    }

    /// Says that recording stops for a reason that the platform knows (battery low, switched off).
    pub fn note_gap(&mut self, cause: GapCause, now: DeviceTimes) -> Result<(), EngineError> {
        let patrol = self.recording()?;
        self.put_patrol(PatrolRow {
            gap: patrol.last.and(Some(cause)),
            saved_at: now.wall,
            ..patrol
        })
    }

    /// Pauses: what waits is sealed, and the next fix ends a gap.
    pub fn pause(&mut self, now: DeviceTimes) -> Result<Snapshot, EngineError> {
        self.recording()?;
        self.seal(now)?;
        let patrol = self.recording()?;
        self.put_patrol(PatrolRow {
            state: PatrolState::Paused,
            gap: patrol.last.and(Some(GapCause::Paused)),
            saved_at: now.wall,
            ..patrol
        })?;
        self.snapshot().ok_or(EngineError::NoPatrol)
    }

    /// Goes on after a pause.
    pub fn resume(&mut self, now: DeviceTimes) -> Result<Snapshot, EngineError> {
        let patrol = self.patrol.ok_or(EngineError::NoPatrol)?;
        self.put_patrol(PatrolRow {
            state: PatrolState::Recording,
            saved_at: now.wall,
            ..patrol
        })?;
        self.snapshot().ok_or(EngineError::NoPatrol)
    }

    /// The last fix of the patrol that goes on.
    pub fn last_fix(&self) -> Option<Fix> {
        Some(self.patrol.as_ref()?.last?.fix)
    }

    /// An orderly end of the program: the next opening will not take it for a kill.
    pub fn rest(&mut self) -> Result<(), EngineError> {
        self.save_caches()?;
        match self.patrol {
            Some(patrol) => self.put_patrol(PatrolRow {
                run: None,
                ..patrol
            }),
            None => Ok(()),
        }
    }

    /// Seals a full journal. The fixes are durable whether that works or not, so a failure is no answer to
    /// whoever recorded; the next fix tries again.
    fn seal_if_full(&mut self, now: DeviceTimes) -> Sealed {
        if self.journal_len < SEAL_AFTER_FIXES {
            return Sealed::default();
        }
        self.seal(now).unwrap_or_else(|error| {
            tracing::warn!(%error, "the journal is full and could not be sealed");
            Sealed::default()
        })
    }

    /// After an opening: whether a recording was cut off, and why.
    pub(crate) fn take_up_recording(
        &mut self,
        now: DeviceTimes,
    ) -> Result<Option<GapCause>, EngineError> {
        let Some(patrol) = self.patrol else {
            return Ok(None);
        };
        let cut_off = patrol.run.is_some() && patrol.state == PatrolState::Recording;
        let cause = match (cut_off, patrol.boot == now.boot) {
            (false, _) => None,
            (true, true) => Some(GapCause::Killed),
            (true, false) => Some(GapCause::Off),
        };
        self.put_patrol(PatrolRow {
            gap: patrol.gap.or(patrol.last.and(cause)),
            run: Some(self.run),
            boot: now.boot,
            ..patrol
        })?;
        Ok(cause)
    }

    pub(crate) fn put_patrol(&mut self, patrol: PatrolRow) -> Result<(), EngineError> {
        let patrol = PatrolRow {
            version: patrol.version.saturating_add(1),
            ..patrol
        };
        self.store.commit(&[Write::Patrol(patrol)])?;
        self.patrol = patrol.is_open().then_some(patrol);
        Ok(())
    }

    pub(crate) fn snapshot_of(&self, patrol: &PatrolRow) -> Snapshot {
        Snapshot {
            version: patrol.version,
            patrol: patrol.object,
            state: patrol.state,
            leg: patrol.leg,
            transport: patrol.transport,
            fixes: patrol.fixes,
            doubtful: patrol.doubtful,
            gaps: patrol.gaps,
            distance_mm: patrol.distance_mm,
            duration_ms: patrol.duration_ms,
            unsealed: self.journal_len,
            saved_at: patrol.saved_at,
            started_at: patrol.started_at,
        }
    }

    fn recording(&self) -> Result<PatrolRow, EngineError> {
        let patrol = self.patrol.ok_or(EngineError::NoPatrol)?;
        match patrol.state {
            PatrolState::Recording => Ok(patrol),
            PatrolState::Paused | PatrolState::Ended => Err(EngineError::Paused),
        }
    }

    /// What is asked of fixes on a transport.
    pub fn profile(&self, transport: Transport) -> TransportProfile {
        TransportProfile::builtin(transport)
    }
}

/// Takes a fix into the counters; the journal row, unless the profile thins it out.
fn step(
    patrol: &mut PatrolRow,
    fix: TimedFix,
    profile: TransportProfile,
) -> Result<Option<JournalRow>, EngineError> {
    fix.fix.checked()?;
    let since = patrol.last.map(|last| Since::between(&last, &fix));
    if since.is_some_and(|since| patrol.gap.is_none() && since.is_thinned_by(&profile)) {
        return Ok(None);
    }
    let silent = since.is_some_and(|since| since.elapsed_ms.abs() > profile.gap_after_ms);
    let gap_before = patrol.gap.or(silent.then_some(GapCause::NoFix));
    let step = since.filter(|_| gap_before.is_none());
    let score = Score::of(
        &fix.fix,
        step.map(|s| (s.distance_mm, s.elapsed_ms)),
        &profile,
    );
    patrol.fixes += 1;
    patrol.doubtful += u64::from(score != Score::default());
    patrol.gaps += u64::from(gap_before.is_some());
    if let Some(step) = step {
        patrol.distance_mm = patrol.distance_mm.saturating_add(step.distance_mm);
        let elapsed = u64::try_from(step.elapsed_ms).unwrap_or(0);
        patrol.duration_ms = patrol.duration_ms.saturating_add(elapsed);
    }
    patrol.gap = None;
    patrol.last = Some(fix);
    patrol.saved_at = fix.wall;
    patrol.unsealed_since = patrol.unsealed_since.or(Some((fix.wall, fix.mono)));
    patrol.version = patrol.version.saturating_add(1);
    Ok(Some(JournalRow {
        n: 0,
        patrol: patrol.object,
        leg: patrol.leg,
        transport: patrol.transport,
        gap_before,
        score: score.bits(),
        fix,
    }))
}

/// What lies between two fixes.
#[derive(Debug, Clone, Copy)]
struct Since {
    /// By the monotonic counter where it compares, else by the fixes' own times.
    elapsed_ms: i64,
    distance_mm: u64,
}

impl Since {
    fn between(last: &TimedFix, fix: &TimedFix) -> Self {
        let elapsed_ms = if last.boot == fix.boot {
            fix.mono.0.saturating_sub(last.mono.0)
        } else {
            fix.fix.time.0.saturating_sub(last.fix.time.0)
        };
        let metres = length_m(&[last.fix, fix.fix], &[]).0;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "two places on the globe are at most 2e10 mm apart; saturates"
        )]
        let distance_mm = (metres * 1_000.0).round() as u64;
        Self {
            elapsed_ms,
            distance_mm,
        }
    }

    fn is_thinned_by(self, profile: &TransportProfile) -> bool {
        let near = u64::try_from(profile.min_distance_dm)
            .unwrap_or(0)
            .saturating_mul(100);
        self.distance_mm < near && (0..profile.interval_ms).contains(&self.elapsed_ms)
    }
}
