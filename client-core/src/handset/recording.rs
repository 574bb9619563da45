//! The recording screen: setting out, delivering fixes, pausing, changing the transport, coming back.

use tala_protocol::doc::{DocType, EntryId, PatrolEdit, Set, TeamMemberEdit};
use tala_protocol::fix::{Fix, GapCause, Provider, TimedFix};
use tala_protocol::id::ObjectId;
use tala_protocol::time::{MonoMs, UnixMs};
use tala_protocol::transport::Transport;

use super::answer::{At, Delivered, PatrolLine, Recording, TrackPart};
use super::ask::{FixIn, PatrolIn, Place};
use super::edit::{degrees_e7, input, object_id, scaled, set};
use super::{Handset, HandsetError, Platform};
use crate::documents::LISTING_VERSION;
use crate::engine::{Engine, EngineError};
use crate::entropy::Entropy as _;
use crate::recorder::{Recorded, Snapshot};
use crate::status::RecordStatus;
use crate::store::{PatrolState, Store};

impl<S: Store, P: Platform> Handset<S, P> {
    /// What the recording screen shows; none where no patrol is going on.
    pub fn recording(&self) -> Result<Option<Recording>, HandsetError> {
        self.read(|engine| {
            let snapshot = engine.snapshot();
            snapshot.map(|it| shown(engine, &it)).transpose()
        })
    }

    /// Sets out.
    pub fn start_patrol(&self, patrol: &PatrolIn) -> Result<Recording, HandsetError> {
        let transport = transport(&patrol.transport)?;
        let mut edit = PatrolEdit {
            title: set(patrol.title.clone()),
            purpose: set(patrol.purpose.clone()),
            campaign: set(optional_id("campaign", patrol.campaign.as_deref())?),
            plan: set(optional_id("plan", patrol.plan.as_deref())?),
            declared_return_at: set(patrol.declared_return_ms.map(UnixMs)),
            ..PatrolEdit::default()
        };
        let mut random = self.random();
        for name in &patrol.team {
            let member = TeamMemberEdit {
                name: Set::To(name.clone()),
                ..TeamMemberEdit::default()
            };
            let entry = EntryId::from_bytes(random.bytes16());
            edit.team.insert(entry, member);
        }
        let now = self.platform().now();
        self.write(|engine, _| {
            let snapshot = engine.start_patrol(edit, transport, now, &mut random)?;
            shown(engine, &snapshot)
        })
    }

    /// Takes a fix. It is durable when this returns.
    pub fn deliver(&self, fix: &FixIn) -> Result<Delivered, HandsetError> {
        let now = self.platform().now();
        let fix = timed(fix, now.wall, now.mono, now.boot)?;
        self.write(|engine, _| {
            let durable = matches!(engine.record(fix, now)?, Recorded::Durable(_));
            Ok(Delivered {
                durable: u64::from(durable),
                thinned: u64::from(!durable),
            })
        })
    }

    /// Takes many fixes of the past at once: an import, or what a receiver kept while the phone slept.
    /// All of them or none.
    pub fn deliver_batch(&self, fixes: &[FixIn]) -> Result<Delivered, HandsetError> {
        let now = self.platform().now();
        let timed: Result<Vec<TimedFix>, HandsetError> = fixes
            .iter()
            .map(|fix| timed(fix, now.wall, now.mono, now.boot))
            .collect();
        let timed = timed?;
        self.write(|engine, _| {
            let before = engine.snapshot().map_or(0, |snapshot| snapshot.fixes);
            engine.record_batch(&timed, &[], now)?;
            let after = engine.snapshot().map_or(0, |snapshot| snapshot.fixes);
            let durable = after.saturating_sub(before);
            let all = u64::try_from(timed.len()).unwrap_or(u64::MAX);
            Ok(Delivered {
                durable,
                thinned: all.saturating_sub(durable),
            })
        })
    }

    /// Says that there are no fixes since the last one, and why: `no_fix`, `low_battery`, `killed`, `off`.
    pub fn note_gap(&self, cause: &str) -> Result<(), HandsetError> {
        let cause = match cause {
            "no_fix" => GapCause::NoFix,
            "low_battery" => GapCause::LowBattery,
            "killed" => GapCause::Killed,
            "off" => GapCause::Off,
            _ => return Err(input("cause", "a cause of gaps")),
        };
        let now = self.platform().now();
        self.write(|engine, _| Ok(engine.note_gap(cause, now)?))
    }

    /// Pauses.
    pub fn pause(&self) -> Result<Recording, HandsetError> {
        let now = self.platform().now();
        self.step(|engine| Ok(engine.pause(now)?))
    }

    /// Goes on.
    pub fn resume(&self) -> Result<Recording, HandsetError> {
        let now = self.platform().now();
        self.step(|engine| Ok(engine.resume(now)?))
    }

    /// Goes on by another transport.
    pub fn change_leg(&self, word: &str) -> Result<Recording, HandsetError> {
        let transport = transport(word)?;
        let now = self.platform().now();
        let mut random = self.random();
        self.step(|engine| Ok(engine.change_leg(transport, now, &mut random)?))
    }

    /// Comes back.
    pub fn stop_patrol(&self) -> Result<Recording, HandsetError> {
        let now = self.platform().now();
        self.step(|engine| Ok(engine.stop_patrol(now)?))
    }

    /// The track of a patrol as this phone has it, a part for each stretch between gaps.
    pub fn track(&self, patrol: &str) -> Result<Vec<TrackPart>, HandsetError> {
        let patrol = object_id("patrol", patrol)?;
        self.read(|engine| {
            let track = engine.track(patrol)?;
            let parts = crate::export::parts(&track).into_iter().map(|part| {
                let (lat_e7, lon_e7) = part.into_iter().unzip();
                TrackPart { lat_e7, lon_e7 }
            });
            Ok(parts.collect())
        })
    }

    /// Every patrol on this phone, the latest first.
    pub fn patrols(&self) -> Result<Vec<PatrolLine>, HandsetError> {
        self.read(|engine| {
            let mut all = engine.status()?;
            all.retain(|record| record.doc_type == DocType::Patrol);
            all.sort_by_key(|record| std::cmp::Reverse(record.listing.from));
            Ok(all.into_iter().map(line).collect())
        })
    }

    fn step(
        &self,
        work: impl FnOnce(&mut Engine<S>) -> Result<Snapshot, HandsetError>,
    ) -> Result<Recording, HandsetError> {
        self.write(|engine, _| {
            let snapshot = work(engine)?;
            shown(engine, &snapshot)
        })
    }
}

fn shown<S: Store>(engine: &mut Engine<S>, snapshot: &Snapshot) -> Result<Recording, HandsetError> {
    let state = match snapshot.state {
        PatrolState::Recording => "recording",
        PatrolState::Paused => "paused",
        PatrolState::Ended => "ended",
    };
    Ok(Recording {
        version: snapshot.version,
        patrol: snapshot.patrol.to_string(),
        state: state.to_owned(),
        leg: snapshot.leg,
        transport: snapshot.transport.word().to_owned(),
        fixes: snapshot.fixes,
        doubtful: snapshot.doubtful,
        gaps: snapshot.gaps,
        distance_m: f64::from(u32::try_from(snapshot.distance_mm / 10).unwrap_or(u32::MAX)) / 100.0,
        duration_ms: snapshot.duration_ms,
        unsealed: snapshot.unsealed,
        saved_ms: snapshot.saved_at.0,
        started_ms: snapshot.started_at.0,
        declared_return_ms: declared_return(engine, snapshot.patrol)?,
        last: engine.last_fix().map(|fix| At {
            lat: f64::from(fix.lat_e7) / 1e7,
            lon: f64::from(fix.lon_e7) / 1e7,
            acc_m: fix.acc_dm.map(|acc_dm| f64::from(acc_dm) / 10.0),
            time_ms: fix.time.0,
        }),
    })
}

/// From the listing, which is a row; from the document only where that was taken away.
fn declared_return<S: Store>(
    engine: &mut Engine<S>,
    patrol: ObjectId,
) -> Result<Option<i64>, HandsetError> {
    let row = engine.store().doc(patrol).map_err(EngineError::from)?;
    let listing = row.and_then(|row| row.listing);
    if let Some(listing) = listing.filter(|it| it.version == LISTING_VERSION) {
        return Ok(listing.due.map(|at| at.0));
    }
    let (view, _) = engine.patrol_view(patrol)?;
    let due = view.declared_return_at.as_ref();
    Ok(due.and_then(|due| due.get()).map(|at| at.0))
}

fn line(record: RecordStatus) -> PatrolLine {
    let listing = record.listing;
    let transport = listing.transport.map(Transport::from_code);
    PatrolLine {
        id: record.object.to_string(),
        title: listing.title,
        transport: transport.map(|transport| transport.word().to_owned()),
        own: record.own,
        started_ms: listing.from.map(|at| at.0),
        ended_ms: listing.until.map(|at| at.0),
        whereabouts: record.whereabouts.word().to_owned(),
    }
}

fn transport(word: &str) -> Result<Transport, HandsetError> {
    Transport::from_word(word).ok_or_else(|| input("transport", "a way to travel"))
}

fn optional_id(field: &'static str, text: Option<&str>) -> Result<Option<ObjectId>, HandsetError> {
    text.map(|text| object_id(field, text)).transpose()
}

fn timed(
    given: &FixIn,
    wall: UnixMs,
    mono: MonoMs,
    boot: tala_protocol::time::BootId,
) -> Result<TimedFix, HandsetError> {
    let FixIn { lat, lon, .. } = *given;
    let (lat_e7, lon_e7) = degrees_e7("fix", Place { lat, lon })?;
    let part = |field, value: Option<f64>, factor| {
        value.map(|value| scaled(field, value, factor)).transpose()
    };
    let bearing_deg = match given.bearing_deg {
        Some(degrees) if degrees.is_finite() => {
            // A receiver rounds 359.6 to 360, which is north.
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and 360 after the remainder"
            )]
            let whole = degrees.rem_euclid(360.0).round() as u16;
            Some(whole % 360)
        }
        Some(_) => return Err(input("bearing_deg", "a number")),
        None => None,
    };
    let fix = Fix {
        time: UnixMs(given.time_ms),
        lat_e7,
        lon_e7,
        alt_dm: part("alt_m", given.alt_m, 10.0)?,
        acc_dm: part("acc_m", given.acc_m, 10.0)?,
        speed_cms: part("speed_ms", given.speed_ms, 100.0)?,
        bearing_deg,
        provider: Provider::from_code(given.provider),
        satellites: given.satellites,
        mock: given.mock,
    };
    Ok(TimedFix {
        fix,
        wall,
        mono: given.mono_ms.map_or(mono, MonoMs),
        boot,
    })
}
