//! Gaps that the ring has found and bridges for now, so that it can look behind them.
//!
//! Each names what is wrong and where. Whoever mends it takes the bridge away; the ring then has to stay
//! green without it.

use tala_client::engine::EngineError;
use tala_client::store::Store as _;
use tala_protocol::envelope::wire::Run;
use tala_protocol::id::UnitId;
use tala_protocol::sync::SyncReply;
use tala_server::store::{Lsn, QuarantineReason, Standing, read};

use super::SimError;
use super::centre::station;
use super::world::World;

/// A revocation is shown to the units in which the device wrote, not to those that records of it were handed
/// over to: their phones go on believing what stands behind the cut. Bridged by telling every unit.
pub(super) fn units_that_must_hear(stations: usize) -> impl Iterator<Item = UnitId> {
    (0u8..).take(stations).map(station)
}

/// What a phone writes about a record of another unit (handed over to its own, or of the unit it was moved
/// from) goes into its own unit's feed, and the centre shows it in that unit's list only: the record's home
/// unit never gets it, and where the record was not handed over, the new unit gets edits without a document.
/// Bridged by phones that edit only what their own unit made.
pub(super) const EDITS_OF_OTHER_UNITS: bool = false;

/// Projections are not made anew for what a revocation or a verdict takes away or lets in later: segments
/// keep counting, or never begin to. Bridged by comparing with a rebuild only where nothing was decided.
pub(super) fn projections_follow(world: &World) -> bool {
    let counts = &world.counts;
    let decided = counts.revocations + counts.releases + counts.quarantined;
    // Nor are they the same as in one go where a restored centre, or one that hears from officers who have
    // moved, gets things in another order.
    decided == 0 && counts.restores == 0 && counts.moves == 0
}

impl World {
    /// The centre keeps apart what an officer writes for the old unit between the office's decision to move
    /// him and the phone's hearing of it, though the phone cannot know. Bridged by an office that releases
    /// it.
    pub(super) fn release_honest(&mut self) -> Result<usize, SimError> {
        let stations: Vec<UnitId> = (0u8..).take(self.swarm.stations).map(station).collect();
        let rows = read(self.centre.store(), |reads| {
            reads.quarantine(&stations, None, usize::MAX >> 1)
        })?;
        let honest = rows.into_iter().filter(|row| {
            let held = row.released_at.is_none() && row.reason == QuarantineReason::ForeignUnit;
            held && row.device != self.rogue.device
        });
        let honest: Vec<_> = honest.collect();
        for row in &honest {
            self.release_row(row)?;
        }
        Ok(honest.len())
    }

    /// The centre never gives a phone what that phone wrote: a phone that went back to a backup lacks its
    /// own later work for good. Bridged by giving it back.
    pub(super) fn give_own_back(
        &mut self,
        n: usize,
        reply: &mut SyncReply,
    ) -> Result<(), SimError> {
        if !self.phone(n)?.went_back {
            return Ok(());
        }
        let device = self.phone(n)?.device;
        let mut own = Vec::new();
        for cursor in &reply.cursors {
            let entries = read(self.centre.store(), |reads| {
                let entries = reads.delivery_after(&cursor.scope, 0, usize::MAX >> 1)?;
                let own = entries.into_iter().filter(|entry| entry.device == device);
                let mut out = Vec::new();
                for entry in own {
                    out.extend(reads.envelope(Lsn(entry.lsn.0))?);
                }
                Ok(out)
            })?;
            own.extend(entries);
        }
        let store = self.phone(n)?.engine()?.store();
        let mut lacking = Vec::new();
        for stored in own
            .into_iter()
            .filter(|stored| stored.standing != Standing::Quarantined)
        {
            if store
                .envelope(&stored.envelope.id())
                .map_err(EngineError::from)?
                .is_none()
            {
                lacking.push(stored.envelope);
            }
        }
        reply.runs.extend(Run::pack_all(&lacking));
        Ok(())
    }
}
