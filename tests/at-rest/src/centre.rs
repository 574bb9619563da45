//! The centre that the worker hands over to: the model that `tala-client` tests with, which outlives a kill.
//!
//! It lives in the worker's memory. What it was told stands in a ledger beside the phone, and a new one that
//! is told the same answers the same.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::rc::Rc;

use tala_client::testing::{Bureau, Centre, MemoryLink};
use tala_client::transport::{Transport, TransportError, UploadState};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, LogId, PersonId};
use tala_protocol::sync::enrol::EnrolmentCode;

use crate::{AtRestError, file};

const ENROL: u8 = 0;
const SYNC: u8 = 1;

/// A centre, and the link of one phone to it.
pub struct Ledgered {
    link: MemoryLink,
    ledger: File,
    person: PersonId,
}

impl Ledgered {
    /// The centre as its ledger left it.
    pub fn open(ledger: &Path, device: DeviceId) -> Result<Self, AtRestError> {
        let centre = Rc::new(RefCell::new(Centre::new(
            Bureau::new(7),
            LogId::from_bytes([0x11; 16]),
        )));
        let person = PersonId::from_bytes([9; 16]);
        let told = match std::fs::read(ledger) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(file("reading the ledger"))?,
        };
        let mut rest = told.as_slice();
        while let Some((what, frame, behind)) = entry(rest) {
            match what {
                ENROL => drop(centre.borrow_mut().enrol(frame, person)),
                _ => drop(centre.borrow_mut().sync(device, frame)),
            }
            rest = behind;
        }
        let ledger = OpenOptions::new().create(true).append(true).open(ledger);
        Ok(Self {
            link: MemoryLink::new(device, centre),
            ledger: ledger.map_err(file("opening the ledger"))?,
            person,
        })
    }

    /// What its enrolment code says.
    pub fn code(&self) -> EnrolmentCode {
        EnrolmentCode {
            url: "https://tala.example".to_owned(),
            root: self.link.centre.borrow().bureau.root_key().fingerprint(),
            code: [9; 16],
        }
    }

    /// Uploads are cut after so many requests, or never.
    pub fn cut_uploads(&mut self, after: Option<u32>) {
        self.link.cut_upload_after = after;
    }

    fn note(&mut self, what: u8, frame: &[u8]) -> Result<(), TransportError> {
        let len = u32::try_from(frame.len()).unwrap_or(u32::MAX).to_be_bytes();
        let entry = [&[what], len.as_slice(), frame].concat();
        let noted = self.ledger.write_all(&entry);
        noted.map_err(|error| {
            let retry = tala_client::transport::Retry::Never;
            TransportError::new(error.to_string(), retry)
        })
    }
}

impl Transport for Ledgered {
    async fn sync(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.note(SYNC, &frame)?;
        self.link.sync(frame).await
    }

    async fn enrol(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.note(ENROL, &frame)?;
        Ok(self.link.centre.borrow_mut().enrol(&frame, self.person))
    }

    async fn media_state(&mut self, hash: Digest) -> Result<UploadState, TransportError> {
        self.link.media_state(hash).await
    }

    async fn media_chunks(&mut self, hash: Digest, hashes: Vec<u8>) -> Result<(), TransportError> {
        self.link.media_chunks(hash, hashes).await
    }

    async fn media_append(
        &mut self,
        hash: Digest,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<UploadState, TransportError> {
        self.link.media_append(hash, offset, bytes).await
    }

    async fn media_read(
        &mut self,
        hash: Digest,
        from: u64,
        len: u64,
    ) -> Result<Vec<u8>, TransportError> {
        self.link.media_read(hash, from, len).await
    }
}

/// One entry of the ledger; none of one that a kill cut.
fn entry(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (what, rest) = bytes.split_first()?;
    let (len, rest) = rest.split_first_chunk()?;
    let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
    let (frame, behind) = rest.split_at_checked(len)?;
    Some((*what, frame, behind))
}
