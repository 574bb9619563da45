//! Files between phones and the centre: handed over and fetched by the product, cut, and gone on with.
//!
//! The centre decides who may read ([`super::files`]); what goes wrong on the way is decided here and done by
//! the [`super::link`].

use rand::RngExt as _;
use tala_client::engine::EngineError;
use tala_client::media::{Blobs as _, Fetched, MediaError, fetch, upload};
use tala_client::store::{MediaRow, Pick, Store as _};
use tala_client::sync::drive::DriveError;
use tala_client::sync::hold::Alone;
use tala_client::sync::{Step, SyncSession};
use tala_client::testing::block_on;
use tala_protocol::body::MediaBody;
use tala_protocol::envelope::Kind;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, UnitId};

use super::SimError;
use super::link::{FileLink, Trouble};
use super::world::World;
use crate::oracle::{Violation, Way};

/// Chance that a piece of a file is lost, beside what packets suffer: files take long.
const LOSS: f64 = 0.2;
/// Of those losses, how many are the program's death.
const DEATH: f64 = 0.25;
/// Most pieces of a file that are looked at for trouble.
const PIECES_MAX: usize = 8;

impl World {
    /// What will go wrong with the next file.
    pub fn trouble_on_the_way(&mut self) -> Trouble {
        let loss = (self.swarm.loss + LOSS).min(1.0);
        let cut_after = (0..PIECES_MAX).find(|_| self.rng.random_bool(loss));
        Trouble {
            cut_after,
            kills: cut_after.is_some() && self.rng.random_bool(DEATH),
        }
    }

    /// Hands over what the centre lacks of a file and says what is next; none where the sync is over.
    pub fn hand_over_file(
        &mut self,
        n: usize,
        session: &mut SyncSession,
        hash: Digest,
        trouble: Trouble,
    ) -> Result<Option<Step>, SimError> {
        let now_ms = self.now_ms;
        let phones = &mut self.phones;
        let phone = phones.get_mut(n).ok_or(SimError::Lacking("phone"))?;
        let mut link = FileLink::new(&mut self.centre, phone.device, trouble);
        let called = phone.call(now_ms, |hands| {
            let hold = Alone::new(&mut *hands.engine);
            let sent = block_on(upload(&hold, &mut link, &*hands.blobs, hash));
            Ok::<_, DriveError>(match sent {
                Ok((sent, whole)) => {
                    Some(session.on_uploaded(hands.engine, hash, sent, whole, hands.times)?)
                }
                Err(DriveError::Transport(error)) if error.retry.is_about_one() => {
                    Some(session.on_put_off(hands.engine, hash, hands.times)?)
                }
                Err(DriveError::Transport(_)) => None,
                Err(error) => return Err(error),
            })
        })?;
        let (is_cut, is_whole) = (link.is_cut, link.is_whole);
        if let Some(fault) = link.fault {
            return Err(fault);
        }
        self.counts.uploads_cut += u64::from(is_cut);
        self.counts.files_handed_over += u64::from(is_whole);
        let next = self.outcome(n, "upload", called, Way::Centre)?.flatten();
        if is_cut && trouble.kills {
            self.die(n, "handing over", &hash)?;
            return Ok(None);
        }
        Ok(next)
    }

    /// A phone fetches some of what it lacks; the network and the phone itself may fail at every piece.
    pub fn fetch(&mut self, n: usize) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        if self.net.is_cut(n, now_ms) {
            return Ok(());
        }
        for hash in self.lacking(n)?.into_iter().take(3) {
            let trouble = self.trouble_on_the_way();
            if self.fetch_file(n, hash, trouble)?.is_none() && self.cut.contains(&(n, hash)) {
                return Ok(());
            }
        }
        self.pry(n)
    }

    /// Fetches all that a phone lacks and may have, when nothing goes wrong. How many files became whole.
    pub fn fetch_well(&mut self, n: usize) -> Result<usize, SimError> {
        let mut whole = 0;
        for hash in self.lacking(n)? {
            whole += usize::from(self.fetch_file(n, hash, Trouble::NONE)?.is_some());
        }
        Ok(whole)
    }

    /// Fetches a file; none where it did not become whole.
    fn fetch_file(
        &mut self,
        n: usize,
        hash: Digest,
        trouble: Trouble,
    ) -> Result<Option<Fetched>, SimError> {
        let now_ms = self.now_ms;
        let phones = &mut self.phones;
        let phone = phones.get_mut(n).ok_or(SimError::Lacking("phone"))?;
        let device = phone.device;
        let mut link = FileLink::new(&mut self.centre, device, trouble);
        let called = phone.call(now_ms, |hands| {
            let hold = Alone::new(hands.engine);
            match block_on(fetch(&hold, &mut link, hands.blobs, hash)) {
                Ok(fetched) => Ok(Some(fetched)),
                Err(DriveError::Transport(_)) => Ok(None),
                Err(error) => Err(error),
            }
        })?;
        let (is_cut, has_given) = (link.is_cut, link.has_given);
        if let Some(fault) = link.fault {
            return Err(fault);
        }
        if has_given {
            self.check_given(device, &hash);
        }
        let fetched = self.outcome(n, "fetch", called, Way::Centre)?.flatten();
        if is_cut {
            self.counts.pieces_lost += 1;
            self.cut.insert((n, hash));
            if trouble.kills {
                self.die(n, "fetching", &hash)?;
            }
        }
        if let Some(Fetched::Came(before)) = fetched {
            let was_cut = self.cut.remove(&(n, hash));
            self.counts.files_fetched += 1;
            self.counts.files_resumed += u64::from(was_cut && before > 0);
            self.log.line(format!("phone {n} has file {hash}"));
        }
        Ok(fetched)
    }

    fn die(&mut self, n: usize, doing: &str, hash: &Digest) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        self.counts.phone_deaths += 1;
        self.counts.crashes += 1;
        self.log.line(format!("phone {n} dies {doing} {hash}"));
        self.phone(n)?.kill(now_ms)
    }

    /// Files that a phone knows of and does not have.
    pub fn lacking(&mut self, n: usize) -> Result<Vec<Digest>, SimError> {
        let mut lacking = Vec::new();
        for hash in self.described_on(n)? {
            if self.file_on(n, &hash)?.is_none() && !lacking.contains(&hash) {
                lacking.push(hash);
            }
        }
        Ok(lacking)
    }

    fn described_on(&mut self, n: usize) -> Result<Vec<Digest>, SimError> {
        let store = self.phone(n)?.engine()?.store();
        let rows = store.envelopes(&Pick::OfKind(Kind::Media), usize::MAX >> 1);
        let rows = rows.map_err(EngineError::from)?;
        let bodies = rows.iter().filter_map(|row| row.body.as_deref());
        let bodies = bodies.filter_map(|body| MediaBody::from_bytes(body).ok());
        Ok(bodies.map(|body| body.hash).collect())
    }

    /// A whole file on a phone.
    pub fn file_on(&mut self, n: usize, hash: &Digest) -> Result<Option<Vec<u8>>, SimError> {
        let file = self.phone(n)?.blobs.get(hash);
        Ok(file.map_err(MediaError::from).map_err(EngineError::from)?)
    }

    /// Whoever was given a byte must be entitled to it.
    fn check_given(&mut self, device: DeviceId, hash: &Digest) {
        if self.access.may_read_file(device, hash) {
            return;
        }
        let whose = self.phones.iter().find(|phone| phone.device == device);
        let detail = format!(
            "the centre gave device {device} (phone {:?}) bytes of file {hash}: {}",
            whose.map(|phone| phone.n),
            self.access.why(device, hash)
        );
        self.violations.push(Violation::new("leak", detail));
    }

    /// Somebody asks for a file that is known by its name only.
    fn pry(&mut self, n: usize) -> Result<(), SimError> {
        let files = self.access.files();
        if files.is_empty() {
            return Ok(());
        }
        let hash = files.get(self.rng.random_range(0..files.len())).copied();
        let device = match self.rng.random_bool(0.3) {
            true => self.rogue.device,
            false => self.phone(n)?.device,
        };
        let Some(hash) = hash else {
            return Ok(());
        };
        if self.centre.give_file(device, &hash, 0, 1)?.is_some() {
            self.check_given(device, &hash);
        } else {
            self.counts.files_refused += 1;
        }
        Ok(())
    }

    /// Every file of a list that its describer has handed over is on a phone of the unit.
    pub fn judge_files(
        &mut self,
        n: usize,
        files: &[(Digest, DeviceId)],
    ) -> Result<Vec<Violation>, SimError> {
        let mut found = Vec::new();
        for (hash, by) in files {
            let file = self.file_on(n, hash)?;
            let is_right = file.as_ref().map(|file| Digest::sha256(file) == *hash);
            if is_right == Some(false) {
                let detail = format!("phone {n} has other bytes for {hash}");
                found.push(Violation::new("file", detail));
            }
            if is_right.is_none() && self.centre.has_file(*by, hash)? {
                let detail = format!("phone {n} lacks file {hash}");
                found.push(Violation::new("file", detail));
            }
        }
        Ok(found)
    }

    /// Files of a unit's list that a living phone described, has, and never handed over; and files that it
    /// has no more and does not call lost. One that reads this list no more may not know of them.
    pub fn judge_handed_over(
        &mut self,
        unit: UnitId,
        files: &[(Digest, DeviceId)],
    ) -> Result<Vec<Violation>, SimError> {
        let mut found = Vec::new();
        for (hash, by) in files {
            let describer = self.phones.iter().position(|phone| phone.device == *by);
            let Some(n) = describer.filter(|n| self.phones.get(*n).is_some_and(|it| !it.revoked))
            else {
                continue;
            };
            let knows = self.described_on(n)?.contains(hash);
            let reads = self.access.units(*by).contains(&unit);
            if self.centre.has_file(*by, hash)? || !(knows || reads) {
                continue;
            }
            let row = self.phone(n)?.engine()?.store().media(hash);
            let row = row.map_err(EngineError::from)?;
            let is_lost = row.as_ref().is_some_and(MediaRow::is_lost);
            if self.file_on(n, hash)?.is_some() {
                let detail = format!("phone {n} never handed over file {hash}: {row:?}");
                found.push(Violation::new("file", detail));
            } else if !is_lost {
                let detail = format!("phone {n} does not say that {hash} is lost: {row:?}");
                found.push(Violation::new("file", detail));
            }
            self.counts.files_known_lost += u64::from(is_lost);
        }
        Ok(found)
    }

    /// Notes who described a file and about what, before the phone does.
    pub fn note_file(&mut self, n: usize, hash: Digest, object: ObjectId) -> Result<(), SimError> {
        let device = self.phone(n)?.device;
        self.access.describe(hash, device, object);
        Ok(())
    }
}
