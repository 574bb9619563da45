//! What goes wrong: programs die, backups come back, clocks jump, people forge.

use std::collections::BTreeSet;

use rand::RngExt as _;
use tala_client::store::Store as _;
use tala_protocol::envelope::{Audience, Lane, Realm};
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_server::store::{Lsn, read};

use super::super::SimError;
use super::super::centre::{BEGIN_MS, station};
use super::super::clock::Jump;
use super::super::phone::key_of;
use super::super::plants::Plant;
use super::super::rogue::{Trick, forge, handing_over};
use super::super::store::Fuse;
use super::super::world::World;

impl World {
    /// A phone's program dies now, or at one of its next commits.
    pub(super) fn crash(&mut self, n: usize) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        if self.rng.random_bool(0.3) {
            self.counts.crashes += 1;
            self.counts.phone_deaths += 1;
            self.log.line(format!("phone {n} dies"));
            return self.phone(n)?.kill(now_ms);
        }
        let fuse = Fuse {
            commits: self.rng.random_range(0..4),
            after: self.rng.random_bool(0.5),
        };
        self.phone(n)?.tap().borrow_mut().fuse = Some(fuse);
        Ok(())
    }

    /// A phone is backed up, or goes back to its backup.
    pub(super) fn restore_phone(&mut self, n: usize) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        let Some(backup) = self.phone(n)?.backup.take() else {
            return self.phone(n)?.back_up();
        };
        let books = self.book_ids()?;
        let before: Vec<Digest> = self.promised_on(n)?;
        let (device, fixes) = (self.phone(n)?.device, backup.fixes);
        self.phone(n)?.go_back(backup, now_ms)?;
        // It knows again what it knew then, until the centre tells it otherwise.
        let cursors = self.phone(n)?.engine()?.store().cursors();
        let cursors = cursors.map_err(tala_client::engine::EngineError::from)?;
        let told = cursors
            .into_iter()
            .map(|cursor| cursor.scope.unit)
            .collect();
        self.access.contact(device, told);
        let mut gone = BTreeSet::new();
        for id in before {
            if !self.phone(n)?.holds(&id)? && !self.held_elsewhere(&id, Some(n), &books) {
                gone.insert(id);
            }
        }
        self.ledger.went_back(|id| gone.contains(id));
        let since = BEGIN_MS.saturating_add(fixes.saturating_add(1).saturating_mul(1_000));
        self.ledger.doubt_since(device, since);
        self.counts.restores += 1;
        self.counts.phone_restores += 1;
        self.log.line(format!("phone {n} goes back to a backup"));
        Ok(())
    }

    fn promised_on(&mut self, n: usize) -> Result<Vec<Digest>, SimError> {
        let promised: Vec<Digest> = self.ledger.promised().copied().collect();
        let phone = self.phone(n)?;
        let mut held = Vec::new();
        for id in promised {
            if phone.holds(&id)? {
                held.push(id);
            }
        }
        Ok(held)
    }

    /// The centre dies, is backed up, or goes back to its backup.
    pub(super) fn trouble_centre(&mut self) -> Result<(), SimError> {
        match self.rng.random_range(0..4) {
            0 | 1 => {
                self.centre.crash()?;
                self.counts.crashes += 1;
                self.counts.centre_deaths += 1;
                self.log.line("the centre dies".into());
            }
            2 => self.centre.back_up()?,
            _ => {
                let before = self.book_ids()?;
                let are_files_gone = self.rng.random_ratio(1, 4);
                if !self.centre.restore(are_files_gone)? {
                    return self.centre.back_up();
                }
                // One in three goes wrong: an older backup is taken, and some phones hear of both at once.
                if self.rng.random_ratio(1, 3) {
                    let back = self.rng.random_range(0..20);
                    self.centre.find_older_backup(back)?;
                    self.centre.restore(false)?;
                    self.counts.restores += 1;
                    self.counts.centre_restores += 1;
                    self.log.line("and to an older one".into());
                }
                let after = self.book_ids()?;
                let lost = before
                    .difference(&after)
                    .filter(|id| !self.held_elsewhere(id, None, &after));
                let lost: BTreeSet<Digest> = lost.copied().collect();
                self.ledger.went_back(|id| lost.contains(id));
                self.say_again(&after)?;
                self.counts.restores += 1;
                self.counts.centre_restores += 1;
                self.counts.files_lost_at_centre += u64::from(are_files_gone);
                self.log.line("the centre goes back to a backup".into());
            }
        }
        Ok(())
    }

    /// A phone's clock goes wrong, or right.
    pub(super) fn jump_clock(&mut self, n: usize) -> Result<(), SimError> {
        let jumps = [
            Jump::Years(-20),
            Jump::Years(10),
            Jump::Hours(-1),
            Jump::Hours(24),
            Jump::Epoch,
            Jump::Frozen,
            Jump::Right,
        ];
        let at = self.rng.random_range(0..jumps.len());
        let jump = jumps.get(at).copied().unwrap_or(Jump::Right);
        let now_ms = self.now_ms;
        self.phone(n)?.clock.jump(jump, now_ms);
        self.counts.clock_jumps += 1;
        self.log.line(format!("clock of phone {n}: {jump:?}"));
        Ok(())
    }

    /// A phone has no network for a while.
    pub(super) fn partition(&mut self, n: usize) -> Result<(), SimError> {
        self.counts.partitions += 1;
        let hours = self.rng.random_range(1..=48);
        self.net
            .cut(n, self.now_ms.saturating_add(hours * 3_600_000));
        self.log.line(format!("phone {n} is cut off for {hours} h"));
        Ok(())
    }

    /// Somebody with a key does a trick, or somebody without one forges.
    pub(super) fn dishonesty(&mut self, n: usize) -> Result<(), SimError> {
        if self.rng.random_bool(0.4) {
            return self.forgery(n);
        }
        let Some(object) = self.incident_of_rogue()? else {
            return Ok(());
        };
        self.counts.tricks += 1;
        let tricks = [Trick::Fork, Trick::Foreign, Trick::Garbage, Trick::Stolen];
        let trick = tricks[self.rng.random_range(0..tricks.len())];
        let stolen = read(self.centre.store(), |reads| {
            let about = reads.envelopes_about(object, Lsn(0), 8)?;
            let last = about.last().and_then(|stored| stored.envelope.body());
            Ok(last.map(<[u8]>::to_vec))
        })?;
        let elsewhere = station(1);
        let said = self
            .rogue
            .trick(trick, elsewhere, object, stolen, self.now_ms)?;
        for envelope in &said {
            self.ledger.offer(envelope.id());
        }
        let device = self.rogue.device;
        self.centre
            .answer(device, &handing_over(&said), &mut self.rng)?;
        self.log
            .line(format!("the rogue does {trick:?} about {object}"));
        Ok(())
    }

    /// The newest incident of the rogue's own unit: what it says of others is a gap named elsewhere.
    fn incident_of_rogue(&self) -> Result<Option<ObjectId>, SimError> {
        let incidents = self.incidents.iter().rev().copied();
        let found = read(self.centre.store(), |reads| {
            for object in incidents.clone() {
                let about = reads.envelopes_about(object, Lsn(0), 1)?;
                let first = about
                    .first()
                    .map(|stored| stored.envelope.header().feed.unit);
                if first == Some(station(0)) {
                    return Ok(Some(object));
                }
            }
            Ok(None)
        })?;
        Ok(found)
    }

    /// An envelope with a phone's name and a stranger's signature; with the bug, with the phone's own.
    fn forgery(&mut self, n: usize) -> Result<(), SimError> {
        let (device, person) = (self.phone(n)?.device, self.phone(n)?.person);
        let feed = FeedKey {
            unit: self
                .access
                .units(device)
                .first()
                .copied()
                .unwrap_or(station(0)),
            audience: Audience::Field,
            device,
            epoch: 0,
            lane: Lane::Urgent,
        };
        let realm = Realm::of(&self.centre.root());
        let stranger = key_of(self.rng.random());
        let key = match self.plant {
            Some(Plant::SkipSignatureCheck) => self.phone(n)?.key().clone(),
            _ => stranger,
        };
        let envelope = forge(feed, None, person, &realm, &key, self.now_ms)?;
        self.counts.forgeries += 1;
        let device = self.rogue.device;
        self.centre
            .answer(device, &handing_over(&[envelope]), &mut self.rng)?;
        Ok(())
    }
}
