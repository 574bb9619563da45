//! Files between phones and the centre: handed over and fetched piece by piece, cut, and gone on with.
//!
//! The centre decides who may read ([`super::files`]). Fetching on phones is no part of the
//! engine: what stands
//! here is the least that a phone must do, a piece after the other with what it has kept on its disk.

use rand::RngExt as _;
use tala_client::engine::EngineError;
use tala_client::media::{Blobs as _, MediaError};
use tala_client::store::{Pick, Store as _};
use tala_protocol::body::MediaBody;
use tala_protocol::envelope::{Audience, Kind};
use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;

use super::SimError;
use super::world::World;
use crate::oracle::Violation;

/// Bytes asked for at once: no multiple of what is handed over at once.
const PIECE_LEN: usize = 40_000;
/// Chance that the program dies while a piece is on its way.
const DEATH: f64 = 0.05;

/// What became of one piece.
enum Piece {
    /// It is on the phone's disk.
    Kept,
    /// The file is whole.
    Whole,
    /// It never came, or the phone died before it was kept.
    Lost,
    /// The centre has nothing for this phone.
    Refused,
}

impl World {
    /// Hands over some pieces of a file. How far it is, and whether that is all; none where the centre does
    /// not take it.
    pub fn hand_over_file(
        &mut self,
        n: usize,
        hash: Digest,
        pieces: usize,
    ) -> Result<Option<(u64, bool)>, SimError> {
        let (device, bytes) = (self.phone(n)?.device, self.file_on(n, &hash)?);
        let Some(bytes) = bytes else {
            return Ok(None);
        };
        let taken = self.centre.take_file(device, hash, &bytes, pieces)?;
        if matches!(taken, Some((_, true))) {
            self.counts.files_handed_over += 1;
        }
        Ok(taken)
    }

    /// A phone fetches some of what it lacks; the network and the phone itself may fail at every piece.
    pub fn fetch(&mut self, n: usize) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        if self.net.is_cut(n, now_ms) {
            return Ok(());
        }
        let mut pieces_left = self.rng.random_range(1..6);
        for hash in self.lacking(n)? {
            while pieces_left > 0 {
                pieces_left -= 1;
                match self.fetch_piece(n, &hash)? {
                    Piece::Kept => {}
                    Piece::Lost => return Ok(()),
                    Piece::Whole | Piece::Refused => break,
                }
            }
        }
        self.pry(n)
    }

    /// Fetches all that a phone lacks and may have, when nothing goes wrong. How many files became whole.
    pub fn fetch_well(&mut self, n: usize) -> Result<usize, SimError> {
        let mut whole = 0;
        for hash in self.lacking(n)? {
            loop {
                let from = self.phone(n)?.parts.get(&hash).map_or(0, Vec::len);
                match self.ask_piece(n, &hash, from)? {
                    None => break,
                    Some(bytes) if self.keep_piece(n, &hash, from, &bytes)? => {
                        whole += 1;
                        break;
                    }
                    Some(bytes) if bytes.is_empty() => break,
                    Some(_) => {}
                }
            }
        }
        Ok(whole)
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
        let rows = store.envelopes(&Pick::After(0), usize::MAX >> 1);
        let rows = rows.map_err(EngineError::from)?;
        let media = rows.iter().filter(|row| row.header.kind == Kind::Media);
        let bodies = media.filter_map(|row| MediaBody::from_bytes(row.body.as_deref()?).ok());
        Ok(bodies.map(|body| body.hash).collect())
    }

    /// A whole file on a phone.
    pub fn file_on(&mut self, n: usize, hash: &Digest) -> Result<Option<Vec<u8>>, SimError> {
        let file = self.phone(n)?.blobs.get(hash);
        Ok(file.map_err(MediaError::from).map_err(EngineError::from)?)
    }

    fn fetch_piece(&mut self, n: usize, hash: &Digest) -> Result<Piece, SimError> {
        let from = self.phone(n)?.parts.get(hash).map_or(0, Vec::len);
        let Some(bytes) = self.ask_piece(n, hash, from)? else {
            return Ok(Piece::Refused);
        };
        if self.rng.random_bool(self.swarm.loss) {
            self.counts.pieces_lost += 1;
            return Ok(Piece::Lost);
        }
        if self.rng.random_bool(DEATH) {
            let now_ms = self.now_ms;
            self.counts.pieces_lost += 1;
            self.counts.phone_deaths += 1;
            self.counts.crashes += 1;
            self.log.line(format!("phone {n} dies fetching {hash}"));
            self.phone(n)?.kill(now_ms)?;
            return Ok(Piece::Lost);
        }
        let mut is_whole = self.keep_piece(n, hash, from, &bytes)?;
        if self.rng.random_bool(self.swarm.duplication) {
            is_whole |= self.keep_piece(n, hash, from, &bytes)?;
        }
        Ok(if is_whole { Piece::Whole } else { Piece::Kept })
    }

    /// Asks the centre; whoever is given a byte must be entitled to it.
    fn ask_piece(
        &mut self,
        n: usize,
        hash: &Digest,
        from: usize,
    ) -> Result<Option<Vec<u8>>, SimError> {
        let device = self.phone(n)?.device;
        self.ask_as(device, hash, from)
    }

    fn ask_as(
        &mut self,
        device: DeviceId,
        hash: &Digest,
        from: usize,
    ) -> Result<Option<Vec<u8>>, SimError> {
        let given = self.centre.give_file(device, hash, from, PIECE_LEN)?;
        if given.is_some() && !self.access.may_read_file(device, hash) {
            let whose = self.phones.iter().find(|phone| phone.device == device);
            let detail = format!(
                "the centre gave device {device} (phone {:?}) bytes of file {hash}: {}",
                whose.map(|phone| phone.n),
                self.access.why(device, hash)
            );
            self.violations.push(Violation::new("leak", detail));
        }
        Ok(given)
    }

    /// Puts a piece behind what is there already; one that came before changes nothing. Whether it is whole.
    fn keep_piece(
        &mut self,
        n: usize,
        hash: &Digest,
        from: usize,
        bytes: &[u8],
    ) -> Result<bool, SimError> {
        if self.file_on(n, hash)?.is_some() {
            return Ok(true);
        }
        let phone = self.phone(n)?;
        let part = phone.parts.entry(*hash).or_default();
        if part.len() != from {
            return Ok(false);
        }
        part.extend_from_slice(bytes);
        let is_whole = bytes.len() < PIECE_LEN;
        let part = if is_whole {
            phone.parts.remove(hash).unwrap_or_default()
        } else {
            Vec::new()
        };
        if is_whole && Digest::sha256(&part) != *hash {
            let detail = format!("phone {n} put {hash} together wrongly");
            self.violations.push(Violation::new("file", detail));
        } else if is_whole {
            let kept = phone.blobs.put(hash, &part).map_err(MediaError::from);
            kept.map_err(EngineError::from)?;
            self.counts.files_fetched += 1;
            self.counts.files_resumed += u64::from(from > 0);
            self.log.line(format!("phone {n} has file {hash}"));
        }
        Ok(is_whole)
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
        let given = match hash {
            Some(hash) => self.ask_as(device, &hash, 0)?,
            None => None,
        };
        self.counts.files_refused += u64::from(given.is_none());
        Ok(())
    }

    /// Every file of a list that its describer has handed over is on a phone of the unit, and is handed over
    /// where its describer still can.
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

    /// Files that a living phone described and never handed over.
    pub fn judge_handed_over(
        &mut self,
        files: &[(Digest, DeviceId)],
    ) -> Result<Vec<Violation>, SimError> {
        let mut found = Vec::new();
        for (hash, by) in files {
            let describer = self.phones.iter().position(|phone| phone.device == *by);
            let Some(n) = describer else { continue };
            let can = !self.phone(n)?.revoked && self.file_on(n, hash)?.is_some();
            if can && !self.centre.has_file(*by, hash)? {
                let detail = format!("phone {n} never handed over file {hash}");
                found.push(Violation::new("file", detail));
            }
        }
        Ok(found)
    }

    /// Notes who described a file, about what and for whom, before the phone does.
    pub fn note_file(
        &mut self,
        n: usize,
        hash: Digest,
        object: tala_protocol::id::ObjectId,
    ) -> Result<(), SimError> {
        let row = self.phone(n)?.engine()?.store().doc(object);
        let row = row.map_err(EngineError::from)?;
        let is_field = row
            .as_ref()
            .is_some_and(|row| row.audience == Audience::Field);
        if let Some(row) = row {
            // A record whose phone died as it was written: nobody heard of it, and it is there.
            self.access.home_if_unknown(object, row.unit);
        }
        let device = self.phone(n)?.device;
        self.access.describe(hash, device, object, is_field);
        Ok(())
    }
}
