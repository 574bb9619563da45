//! One phone under way: records fix by fix, reports what it finds, syncs when it is time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tala_client::engine::EngineError;
use tala_client::store::Store as _;
use tala_client::sync::Why;
use tala_protocol::doc::{EntryId, PatrolEdit, Set, TeamMemberEdit, TeamRole};
use tala_protocol::fix::{Fix, TimedFix};
use tala_protocol::id::ObjectId;
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};
use tokio::runtime::Runtime;

use super::cast::Member;
use super::course::{Course, Step};
use super::lapse::Lapse;
use super::ledger::{Entry, FixLine, Ledger};
use super::meeting::{Meeting, Side};
use super::report::{disagree, report};
use super::stage::Stage;
use crate::rig::phone::{Phone, fault, random16};
use crate::rig::{RigError, chain};

/// A periodic sync after so long, ms of the phone's time.
const SYNC_EVERY_MS: i64 = 30_000;
/// How long the two who meet wait for each other at the end of their rides.
const MEETING_MAX: Duration = Duration::from_secs(60);
/// How often the last sync of a ride is tried.
const LAST_TRIES: u32 = 20;
/// Time between fixes of a smoke run and of a demonstration, s.
const INTERVALS_S: (f64, f64) = (1.0, 2.0);
/// How long a patrol rests before it sets out again, ms.
const REST_MS: i64 = 20 * 60 * 1_000;

/// How far a phone is, for whoever watches.
#[derive(Debug, Default)]
pub struct Progress {
    /// Whose.
    pub name: String,
    /// Fixes recorded.
    pub fixes: AtomicU64,
    /// Incidents reported.
    pub incidents: AtomicU64,
    /// Photos attached.
    pub photos: AtomicU64,
    /// Syncs that went through.
    pub syncs: AtomicU64,
    /// Syncs that did not.
    pub failed: AtomicU64,
    trouble: Mutex<Option<String>>,
}

/// A phone with its rider.
#[derive(Debug)]
pub struct Rider {
    member: Member,
    side: Option<Side>,
    seed: u64,
    is_smoke: bool,
    phone: Phone,
    ledger: Ledger,
    lapse: Lapse,
    meeting: Arc<Meeting>,
    stop: Arc<AtomicBool>,
    progress: Arc<Progress>,
    runtime: Runtime,
    synced_at: UnixMs,
    /// What the first of the two who meet reported and has yet to hand over.
    to_meet_over: Option<ObjectId>,
}

impl Progress {
    /// What went wrong last, once.
    pub fn take_trouble(&self) -> Option<String> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn add(&self, counter: fn(&Self) -> &AtomicU64, n: u64) {
        counter(self).fetch_add(n, Ordering::Relaxed);
    }
}

impl Rider {
    /// Gets a code, enrols the phone, opens the ledger.
    pub fn prepare(
        stage: &Stage,
        number: usize,
        member: Member,
        lapse: &Lapse,
        meeting: &Arc<Meeting>,
        stop: &Arc<AtomicBool>,
    ) -> Result<Self, RigError> {
        let name = format!("{} {}", member.person_name, member.key);
        let code = stage.home.code(member.plan.unit, member.person, &name)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(fault(&name, "starting a runtime"))?;
        let phone = runtime.block_on(Phone::enrol(&stage.phone(&member.key), &name, &code))?;
        let mut ledger = Ledger::create(stage.ledger(&member.key))?;
        ledger.write(&Entry::Phone {
            name: name.clone(),
            device: phone.engine.identity().device.to_string(),
        })?;
        Ok(Self {
            side: Side::of(number),
            seed: 1_000 + number as u64,
            is_smoke: stage.is_smoke,
            phone,
            ledger,
            lapse: *lapse,
            meeting: Arc::clone(meeting),
            stop: Arc::clone(stop),
            progress: Arc::new(Progress {
                name,
                ..Progress::default()
            }),
            runtime,
            synced_at: UnixMs(0),
            to_meet_over: None,
            member,
        })
    }

    /// Where this phone's progress is told.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Rides: once for a smoke run, else again and again.
    pub fn ride(mut self) -> Result<(), RigError> {
        // Patrols set out one after the other, within the first quarter of an hour.
        let sets_out = i64::from(self.member.plan.departs_min % 60) * 15_000;
        let mut start = UnixMs(self.lapse.start().0 + sets_out);
        loop {
            let end = self.ride_once(start)?;
            if self.is_smoke || self.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            start = UnixMs(end.0 + REST_MS);
            self.seed += 100;
        }
    }

    fn ride_once(&mut self, start: UnixMs) -> Result<UnixMs, RigError> {
        let (smoke_s, demo_s) = INTERVALS_S;
        let interval_s = if self.is_smoke { smoke_s } else { demo_s };
        let course = Course::new(self.member.clone(), self.seed, start, interval_s);
        let mut now = self.clocks(start, None);
        self.wait(start);
        self.set_out(now)?;
        self.synced_at = start;
        for step in course {
            self.wait(step.fix.time);
            if self.stop.load(Ordering::Relaxed) {
                return Ok(now.wall);
            }
            now = self.clocks(step.fix.time, Some(&step.fix));
            self.take(&step, now)?;
            self.meet(now)?;
            if step.fix.time.0 - self.synced_at.0 >= SYNC_EVERY_MS {
                self.synced_at = step.fix.time;
                self.sync(Why::Periodic, now);
            }
        }
        self.come_home(now)?;
        Ok(now.wall)
    }

    fn set_out(&mut self, now: DeviceTimes) -> Result<(), RigError> {
        let plan = &self.member.plan;
        let mut edit = PatrolEdit {
            title: Set::To(plan.title_zh.clone()),
            purpose: Set::To("日常巡护".to_owned()),
            campaign: plan.campaign.map_or(Set::Keep, Set::To),
            declared_return_at: Set::To(UnixMs(now.wall.0 + 8 * 3_600_000)),
            ..PatrolEdit::default()
        };
        let leader = TeamMemberEdit {
            person: Set::To(self.member.person),
            role: Set::To(TeamRole::Leader),
            ..TeamMemberEdit::default()
        };
        edit.team.insert(EntryId::from_bytes(random16()), leader);
        let mut entropy: fn() -> [u8; 16] = random16;
        let started = self
            .phone
            .engine
            .start_patrol(edit, plan.transport, now, &mut entropy);
        started.map_err(self.fault("setting out"))?;
        Ok(())
    }

    /// Ledger first, then the recorder; then what is found there.
    fn take(&mut self, step: &Step, now: DeviceTimes) -> Result<(), RigError> {
        self.ledger.write(&Entry::Fix(FixLine::from(&step.fix)))?;
        let timed = TimedFix {
            fix: step.fix,
            wall: now.wall,
            mono: now.mono,
            boot: now.boot,
        };
        let recorded = self.phone.engine.record(timed, now);
        recorded.map_err(self.fault("recording"))?;
        self.progress.add(|p| &p.fixes, 1);
        for number in &step.finds {
            let Some((_, scenario)) = self.member.finds.get(*number) else {
                continue;
            };
            let (object, photos) =
                report(&mut self.phone, scenario, &step.fix, now, &mut self.ledger)?;
            self.progress.add(|p| &p.incidents, 1);
            self.progress.add(|p| &p.photos, photos);
            if self.side == Some(Side::First) && self.meeting.object().is_none() {
                self.to_meet_over = self.to_meet_over.or(Some(object));
            }
            self.sync(Why::Officer, now);
        }
        Ok(())
    }

    /// The second side looks whether it holds the incident; each edits when it is its turn.
    fn meet(&mut self, now: DeviceTimes) -> Result<(), RigError> {
        let (Some(side), Some(object)) = (self.side, self.meeting.object()) else {
            return Ok(());
        };
        if side == Side::Second && !self.meeting.is_over() {
            let held = self
                .phone
                .engine
                .store()
                .doc(object)
                .map_err(EngineError::from);
            if held.map_err(self.fault("looking"))?.is_some() {
                self.meeting.fetched();
            }
        }
        if self.meeting.is_turn(side) {
            let key = "lake-reclaim";
            disagree(
                &mut self.phone,
                object,
                key,
                side.opinion(),
                now,
                &mut self.ledger,
            )?;
            self.meeting.has_edited(side);
        }
        Ok(())
    }

    /// Ends the patrol and hands everything over.
    fn come_home(&mut self, now: DeviceTimes) -> Result<(), RigError> {
        let since = Instant::now();
        while self.side.is_some() && !self.meeting.is_over() && since.elapsed() < MEETING_MAX {
            self.sync(Why::Periodic, now);
            self.meet(now)?;
            std::thread::sleep(Duration::from_millis(50));
        }
        let stopped = self.phone.engine.stop_patrol(now);
        stopped.map_err(self.fault("coming home"))?;
        for _ in 0..LAST_TRIES {
            let is_through = self.sync(Why::PatrolEnd, now);
            let has_unsent = self
                .phone
                .engine
                .has_unsent()
                .map_err(self.fault("looking"))?;
            if is_through && !has_unsent {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        Err(RigError::World(format!(
            "{} cannot hand everything over",
            self.progress.name
        )))
    }

    /// Whether it went through. Without signal the phone rides on.
    fn sync(&mut self, why: Why, now: DeviceTimes) -> bool {
        if self.side.is_some() && self.meeting.is_apart() {
            return false;
        }
        match self.runtime.block_on(self.phone.sync(why, now)) {
            Ok(summary) if summary.refused > 0 => {
                self.trouble(format!("{} envelopes were refused", summary.refused));
                false
            }
            Ok(_) => {
                self.progress.add(|p| &p.syncs, 1);
                if let Some(object) = self.to_meet_over.take() {
                    self.meeting.handed_over(object);
                }
                true
            }
            Err(error) => {
                self.progress.add(|p| &p.failed, 1);
                self.trouble(chain(&error));
                false
            }
        }
    }

    fn trouble(&self, what: String) {
        *self
            .progress
            .trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(what);
    }

    fn wait(&self, at: UnixMs) {
        loop {
            let left = self.lapse.wait_for(at);
            if left.is_zero() || self.stop.load(Ordering::Relaxed) {
                return;
            }
            std::thread::sleep(left.min(Duration::from_millis(500)));
        }
    }

    /// The phone's clocks: it was switched on as the day began, and its wall clock is right.
    fn clocks(&self, at: UnixMs, fix: Option<&Fix>) -> DeviceTimes {
        DeviceTimes {
            wall: at,
            mono: MonoMs(at.0 - self.lapse.start().0),
            boot: BootId(u32::try_from(self.seed % 100).unwrap_or(0)),
            gnss: fix.map(|fix| fix.time),
        }
    }

    fn fault<E: std::error::Error + Send + Sync + 'static>(
        &self,
        doing: &'static str,
    ) -> impl FnOnce(E) -> RigError + use<E> {
        fault(&self.progress.name, doing)
    }
}
