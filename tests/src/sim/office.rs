//! What the office does: moves people and units, hands records over, revokes, releases.

use std::collections::BTreeSet;

use rand::RngExt as _;
use tala_protocol::body::{Grant, Ruling, VerdictBody};
use tala_protocol::cert::{Cut, Revocation, Statement, UnitLevel, UnitStatement};
use tala_protocol::envelope::{Audience, Kind};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, UnitId};
use tala_protocol::time::UnixMs;
use tala_server::app::commit::Draft;
use tala_server::store::{QuarantineRow, read};

use super::SimError;
use super::centre::{BANNERS, station, unit};
use super::plants::Plant;
use super::world::{World, assignment, membership};

/// A revocation, as it was meant.
#[derive(Debug, Clone)]
pub struct Revoked {
    /// Whom.
    pub device: DeviceId,
    /// Up to where it stands.
    pub revocation: Revocation,
}

impl World {
    /// The office says things. What a restored centre has lost of them it says again.
    fn office_says(&mut self, drafts: Vec<Draft>) -> Result<(), SimError> {
        let said = self.centre.say(drafts.clone())?;
        let ids = said.iter().map(|said| said.id);
        self.decisions.extend(drafts.into_iter().zip(ids));
        Ok(())
    }

    /// Says again what the books have lost.
    pub fn say_again(&mut self, books: &BTreeSet<Digest>) -> Result<(), SimError> {
        let all = std::mem::take(&mut self.decisions);
        let (kept, lost): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, id)| books.contains(id));
        self.decisions = kept;
        for (draft, _) in lost {
            self.office_says(vec![draft])?;
        }
        Ok(())
    }

    fn office_states(&mut self, unit: UnitId, statements: &[Statement]) -> Result<(), SimError> {
        let drafts = statements.iter();
        let drafts = drafts.map(|s| Draft::statement(unit, Kind::Certificate, s.to_bytes()));
        self.office_says(drafts.collect())
    }

    /// Any station.
    pub fn any_station(&mut self) -> UnitId {
        let n = self.rng.random_range(0..self.swarm.stations);
        station(u8::try_from(n).unwrap_or(0))
    }

    /// Moves an officer and the phone to another unit, whatever is still unsent.
    pub fn move_officer(&mut self) -> Result<(), SimError> {
        let (n, to) = (self.any_phone(), self.any_station());
        let phone = self.phone(n)?;
        let (device, person, revoked) = (phone.device, phone.person, phone.revoked);
        let now = UnixMs(self.now_ms);
        let Some(from) = self
            .centre
            .app()
            .directory()
            .assignment(device, now)
            .map(|a| a.unit)
        else {
            return Ok(());
        };
        if from == to || revoked {
            return Ok(());
        }
        let begun = self.centre.app().directory();
        let begun = begun
            .memberships(person, now)
            .find(|m| m.unit == from)
            .map_or(now, |m| m.from);
        let statements = [
            Statement::Assignment(assignment(device, to, person, now)),
            Statement::Membership(membership(person, from, begun, Some(now))),
            Statement::Membership(membership(person, to, now, None)),
        ];
        self.office_states(to, &statements)?;
        self.access.put(device, BTreeSet::from([to]));
        self.counts.moves += 1;
        let unsent = self.phone(n)?.unacknowledged()?;
        self.counts.moves_with_unsent += u64::from(unsent);
        self.log.line(format!("move phone {n} to {to}"));
        Ok(())
    }

    /// Puts a station below the other banner.
    pub fn reparent(&mut self) -> Result<(), SimError> {
        let which = self.any_station();
        let banner = BANNERS.get(usize::from(self.rng.random_bool(0.5))).copied();
        let statement = UnitStatement {
            from: UnixMs(self.now_ms),
            ..unit(which, banner, UnitLevel::Station)
        };
        self.office_states(which, &[Statement::Unit(statement)])?;
        self.counts.reparentings += 1;
        self.log.line(format!("unit {which} moves"));
        Ok(())
    }

    /// Hands an incident over to another unit.
    pub fn hand_over(&mut self) -> Result<(), SimError> {
        if self.incidents.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..self.incidents.len());
        let (Some(object), to) = (self.incidents.get(at).copied(), self.any_station()) else {
            return Ok(());
        };
        let about = read(self.centre.store(), |reads| {
            reads.envelopes_about(object, tala_server::store::Lsn(0), 1)
        })?;
        let Some(of) = about
            .first()
            .map(|stored| stored.envelope.header().feed.unit)
        else {
            return Ok(());
        };
        if of == to {
            return Ok(());
        }
        let grant = Grant {
            object,
            unit: to,
            audience: Audience::Field,
            hand_over: true,
        };
        let draft = Draft {
            object: Some(object),
            ..Draft::statement(of, Kind::Grant, grant.to_bytes())
        };
        self.office_says(vec![draft])?;
        self.access.grant(object, to);
        self.counts.hand_overs += 1;
        self.log.line(format!("hand {object} over to {to}"));
        Ok(())
    }

    /// Revokes a device, with cuts at or before what the centre has of it.
    pub fn revoke(&mut self) -> Result<(), SimError> {
        let left = self.phones.iter().filter(|phone| !phone.revoked).count();
        let n = self.any_phone();
        if left <= 2 || self.phone(n)?.revoked {
            return Ok(());
        }
        let device = self.phone(n)?.device;
        let feeds = read(self.centre.store(), |reads| reads.feeds_of(device))?;
        let mut cuts = Vec::new();
        for (feed, row) in feeds {
            let last = row.head.map_or(0, |head| head.seq);
            let back = self.rng.random_range(0..=3);
            cuts.push(Cut {
                feed,
                last_seq: last.saturating_sub(back),
            });
        }
        let meant = Revocation {
            device,
            at: UnixMs(self.now_ms),
            reason: "simulated".into(),
            cuts,
        };
        let mut said = meant.clone();
        if self.plant == Some(Plant::IgnoreRevocationCut) {
            said.cuts
                .iter_mut()
                .for_each(|cut| cut.last_seq = u64::MAX >> 12);
        }
        let unit = self.access.units(device).first().copied();
        let unit = unit.unwrap_or(station(0));
        self.office_says(vec![Draft::statement(
            unit,
            Kind::Revocation,
            said.to_bytes(),
        )])?;
        self.access.put(device, BTreeSet::new());
        self.phone(n)?.revoked = true;
        self.revoked.push(Revoked {
            device,
            revocation: meant,
        });
        self.counts.revocations += 1;
        self.log.line(format!("revoke phone {n}"));
        Ok(())
    }

    /// Releases something from quarantine, if policy holds it there.
    pub fn release(&mut self) -> Result<(), SimError> {
        let stations = (0u8..).take(self.swarm.stations).map(station);
        let stations: Vec<UnitId> = stations.collect();
        let rows = read(self.centre.store(), |reads| {
            reads.quarantine(&stations, None, 100)
        })?;
        let held = rows
            .iter()
            .filter(|row| row.released_at.is_none() && row.reason.releasable());
        let held: Vec<_> = held.collect();
        if held.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..held.len());
        let Some(row) = held.get(at) else {
            return Ok(());
        };
        self.release_row(row)?;
        self.counts.releases += 1;
        self.log
            .line(format!("release {} ({})", row.envelope, row.reason.word()));
        Ok(())
    }

    /// Releases one row.
    pub fn release_row(&mut self, row: &QuarantineRow) -> Result<(), SimError> {
        let verdict = VerdictBody {
            envelope: row.envelope,
            ruling: Ruling::Release,
            reason: 0,
            note: "simulated".into(),
        };
        let draft = Draft {
            object: Some(row.object),
            ..Draft::statement(row.unit, Kind::Verdict, verdict.to_bytes())
        };
        self.centre.say(vec![draft])?;
        Ok(())
    }
}
