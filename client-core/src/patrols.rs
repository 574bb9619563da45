//! Starting, changing and ending a patrol: its document and its recording together.

use tala_protocol::doc::{DocType, EntryId, LegEdit, PatrolEdit, Set};
use tala_protocol::envelope::Audience;
use tala_protocol::id::ObjectId;
use tala_protocol::time::DeviceTimes;
use tala_protocol::transport::Transport;

use crate::engine::{Engine, EngineError};
use crate::entropy::Entropy;
use crate::recorder::Snapshot;
use crate::store::{PatrolRow, PatrolState, Store, Write};

impl<S: Store> Engine<S> {
    /// Starts a patrol: its document and its recording, in one transaction.
    pub fn start_patrol(
        &mut self,
        edit: PatrolEdit,
        transport: Transport,
        now: DeviceTimes,
        entropy: &mut impl Entropy,
    ) -> Result<Snapshot, EngineError> {
        if let Some(patrol) = self.patrol {
            return Err(EngineError::PatrolOpen(patrol.object));
        }
        let leg = LegEdit {
            number: Set::To(1),
            transport: Set::To(transport),
            started_at: Set::To(now.shown()),
            ended_at: Set::Keep,
        };
        let mut edit = PatrolEdit {
            transport: Set::To(transport),
            started_at: Set::To(now.shown()),
            ..edit
        };
        edit.legs
            .insert(EntryId::from_bytes(entropy.bytes16()), leg);
        let unit = self.me.unit;
        let (run, boot) = (Some(self.run), now.boot);
        let mut started = None;
        let made = self.create_with(
            DocType::Patrol,
            Audience::Field,
            |document, actor, at| edit.change(document, actor, at),
            now,
            entropy,
            |object| {
                let row = fresh(object, unit, transport, now, run, boot);
                started = Some(row);
                vec![Write::Patrol(row)]
            },
        )?;
        self.patrol = started;
        self.journal_len = 0;
        tracing::debug!(patrol = %made, "patrol started");
        self.snapshot().ok_or(EngineError::NoPatrol)
    }

    /// Begins a new leg with another transport: what waits is sealed first.
    pub fn change_leg(
        &mut self,
        transport: Transport,
        now: DeviceTimes,
        entropy: &mut impl Entropy,
    ) -> Result<Snapshot, EngineError> {
        self.seal(now)?;
        let patrol = self.patrol.ok_or(EngineError::NoPatrol)?;
        let leg = patrol.leg.saturating_add(1);
        let mut edit = PatrolEdit::default();
        self.end_leg(&patrol, &mut edit, now)?;
        let entry = LegEdit {
            number: Set::To(leg),
            transport: Set::To(transport),
            started_at: Set::To(now.shown()),
            ended_at: Set::Keep,
        };
        edit.legs
            .insert(EntryId::from_bytes(entropy.bytes16()), entry);
        let row = PatrolRow {
            leg,
            transport,
            saved_at: now.wall,
            version: patrol.version.saturating_add(1),
            ..patrol
        };
        self.edit_with(
            patrol.object,
            |document, actor, at| edit.change(document, actor, at),
            now,
            vec![Write::Patrol(row)],
        )?;
        self.patrol = Some(row);
        self.snapshot().ok_or(EngineError::NoPatrol)
    }

    /// Ends the patrol: what waits is sealed.
    pub fn stop_patrol(&mut self, now: DeviceTimes) -> Result<Snapshot, EngineError> {
        self.seal(now)?;
        let patrol = self.patrol.ok_or(EngineError::NoPatrol)?;
        let mut edit = PatrolEdit {
            ended_at: Set::To(now.shown()),
            ..PatrolEdit::default()
        };
        self.end_leg(&patrol, &mut edit, now)?;
        let row = PatrolRow {
            state: PatrolState::Ended,
            run: None,
            saved_at: now.wall,
            version: patrol.version.saturating_add(1),
            ..patrol
        };
        self.edit_with(
            patrol.object,
            |document, actor, at| edit.change(document, actor, at),
            now,
            vec![Write::Patrol(row)],
        )?;
        self.patrol = None;
        Ok(self.snapshot_of(&row))
    }

    /// Writes the end of the current leg into an edit.
    fn end_leg(
        &mut self,
        patrol: &PatrolRow,
        edit: &mut PatrolEdit,
        now: DeviceTimes,
    ) -> Result<(), EngineError> {
        let (view, _) = self.patrol_view(patrol.object)?;
        let current = view.legs.iter().find(|(_, leg)| {
            leg.number.as_ref().and_then(|number| number.get()) == Some(&patrol.leg)
        });
        if let Some((id, _)) = current {
            let ended = LegEdit {
                ended_at: Set::To(now.shown()),
                ..LegEdit::default()
            };
            edit.legs.insert(*id, ended);
        }
        Ok(())
    }
}

fn fresh(
    object: ObjectId,
    unit: tala_protocol::id::UnitId,
    transport: Transport,
    now: DeviceTimes,
    run: Option<[u8; 16]>,
    boot: tala_protocol::time::BootId,
) -> PatrolRow {
    PatrolRow {
        object,
        unit,
        leg: 1,
        transport,
        state: PatrolState::Recording,
        started_at: now.wall,
        saved_at: now.wall,
        fixes: 0,
        doubtful: 0,
        gaps: 0,
        distance_mm: 0,
        duration_ms: 0,
        last: None,
        gap: None,
        run,
        boot,
        unsealed_since: None,
        version: 1,
    }
}
