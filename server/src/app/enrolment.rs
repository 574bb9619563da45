//! One-time codes: how a phone becomes known.
//!
//! A code is 128 random bits, kept as a hash, good for fifteen minutes and for one device. The device that
//! used it may ask again with the same key, because its first answer may have been lost on a weak link.

use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use tala_protocol::cert::{Assignment, Directory, Holder, KeyStatement, Statement};
use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Envelope, Kind};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, PersonId, RowId, UnitId};
use tala_protocol::sync::Cursor;
use tala_protocol::sync::enrol::{EnrolReply, EnrolRequest, EnrolmentCode};
use tala_protocol::time::UnixMs;

use super::commit::Draft;
use super::{AppError, Centre, device_scopes};
use crate::store::{EnrolmentRow, Reads, StoreError, Subject, read};

/// How long a code may be used.
const CODE_AGE_MAX_MS: i64 = 15 * 60_000;
/// Longest name of a device, bytes.
const NAME_LEN_MAX: usize = 100;

/// A code that is about to be given out.
#[derive(Clone)]
pub struct Order {
    /// Its row.
    pub row: RowId,
    /// For which unit.
    pub unit: UnitId,
    /// Who will carry the device.
    pub person: Option<PersonId>,
    /// A name for people.
    pub device_name: String,
    /// Who gives it out.
    pub by: PersonId,
    /// The code itself.
    pub code: [u8; 16],
}

impl Order {
    /// What is kept of it: everything but the code.
    pub fn row(&self, directory: &Directory, now: UnixMs) -> Result<EnrolmentRow, AppError> {
        let name = self.device_name.trim();
        if name.is_empty() || name.len() > NAME_LEN_MAX {
            return Err(AppError::Invalid("device_name has 1 to 100 bytes".into()));
        }
        if directory.units().at(self.unit, now).is_none() {
            return Err(AppError::Invalid("unit is not known".into()));
        }
        let belongs = |person| directory.memberships(person, now).next().is_some();
        if self.person.is_some_and(|person| !belongs(person)) {
            return Err(AppError::Invalid("person has no post now".into()));
        }
        Ok(EnrolmentRow {
            id: self.row,
            code_hash: code_hash(&self.code),
            unit: self.unit,
            person: self.person,
            device_name: name.to_owned(),
            by: self.by,
            made_at: now,
            expires_at: UnixMs(now.0.saturating_add(CODE_AGE_MAX_MS)),
            used_by: None,
        })
    }
}

impl Centre {
    /// Keeps a code that is about to be given out.
    pub fn give_code(&self, row: &EnrolmentRow) -> Result<(), AppError> {
        let row = row.clone();
        let keep = Box::new(move |tx: &mut dyn crate::store::Tx| tx.put_enrolment(&row));
        self.writer().change(keep)
    }

    /// Takes a phone in by its code: certifies its key and says where it belongs.
    pub fn enrol(&self, request: &EnrolRequest) -> Result<EnrolReply, AppError> {
        let directory = self.directory();
        let proved = request.verify(directory.realm());
        proved
            .map_err(|_unproved| AppError::Invalid("the proof of the key does not hold".into()))?;
        let device = request.key.device_id();
        let row = self.use_code(&request.code, device)?;
        if directory.key(device).is_none() {
            self.certify(&row, request)?;
        }
        self.welcome(device, &row)
    }

    /// Marks a code as used by a device. Wrong, late and used codes are told apart by nobody outside.
    fn use_code(&self, code: &[u8; 16], device: DeviceId) -> Result<EnrolmentRow, AppError> {
        let (hash, now) = (code_hash(code), self.now());
        let row = read(self.store(), |reads| reads.enrolment(&hash))?;
        let row = row
            .filter(|row| now < row.expires_at)
            .ok_or(AppError::NotFound)?;
        let used = Box::new(
            move |tx: &mut dyn crate::store::Tx| match tx.enrolment(&hash)? {
                Some(row) if row.used_by.is_none_or(|by| by == device) => {
                    tx.put_enrolment(&EnrolmentRow {
                        used_by: Some(device),
                        ..row
                    })
                }
                _ => Err(StoreError::GivenUp),
            },
        );
        self.writer().change(used).map_err(|error| match error {
            AppError::Store(source) if matches!(*source, StoreError::GivenUp) => AppError::NotFound,
            other => other,
        })?;
        Ok(row)
    }

    fn certify(&self, row: &EnrolmentRow, request: &EnrolRequest) -> Result<(), AppError> {
        let now = self.now();
        let key = Statement::Key(KeyStatement {
            key: request.key.clone(),
            holder: Holder::Phone,
            serial: 1,
            from: now,
            until: None,
            name: row.device_name.clone(),
        });
        let place = Statement::Assignment(Assignment {
            device: request.key.device_id(),
            unit: row.unit,
            person: row.person,
            from: now,
        });
        let drafts = [key, place].map(|statement| Draft {
            person: Some(row.by),
            ..Draft::statement(row.unit, Kind::Certificate, statement.to_bytes())
        });
        self.writer().say(drafts.into())?;
        Ok(())
    }

    /// What a phone needs to verify everything else.
    fn welcome(&self, device: DeviceId, row: &EnrolmentRow) -> Result<EnrolReply, AppError> {
        let directory = self.directory();
        let now = self.now();
        let mut subjects = vec![Subject::Bureau, Subject::Device(device)];
        let above = directory.units().path(row.unit, now);
        subjects.extend(above.into_iter().map(Subject::Unit));
        subjects.extend(row.person.map(Subject::Person));
        let statements = read(self.store(), |reads| statements(reads, &subjects))?;
        let scopes = device_scopes(&directory, device, now);
        Ok(EnrolReply {
            root: directory.root().clone(),
            log: self.log_id(),
            unit: row.unit,
            person: row.person,
            statements: Run::pack_all(&statements),
            scopes: scopes
                .into_iter()
                .map(|scope| Cursor { scope, position: 0 })
                .collect(),
        })
    }
}

/// Every statement about some subjects, in the order in which each verifies.
fn statements(reads: &dyn Reads, subjects: &[Subject]) -> Result<Vec<Envelope>, StoreError> {
    let mut lsns = Vec::new();
    for subject in subjects {
        lsns.extend(reads.statements_about(*subject)?);
    }
    lsns.sort();
    lsns.dedup();
    let mut envelopes = Vec::new();
    for lsn in lsns {
        let stored = reads.envelope(lsn)?;
        let stored = stored.ok_or(StoreError::Damaged("statement"))?;
        envelopes.push(stored.envelope);
    }
    Ok(envelopes)
}

/// What is kept of a code.
pub fn code_hash(code: &[u8; 16]) -> [u8; 32] {
    *Digest::sha256_parts(&[b"tala/code/1", code]).bytes()
}

/// The text of a code's picture.
pub fn code_text(directory: &Directory, url: &str, code: [u8; 16]) -> String {
    EnrolmentCode {
        url: url.to_owned(),
        root: directory.root().fingerprint(),
        code,
    }
    .to_string()
}

/// The picture as SVG.
pub fn svg(text: &str) -> Option<String> {
    let picture = QRBuilder::new(text).build().ok()?;
    Some(SvgBuilder::default().to_str(&picture))
}

/// The picture in half blocks, for a terminal.
pub fn blocks(text: &str) -> Option<String> {
    Some(QRBuilder::new(text).build().ok()?.to_str())
}
