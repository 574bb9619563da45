//! A link in memory, that can lose answers and say things twice.

use std::cell::RefCell;
use std::rc::Rc;

use tala_protocol::body::CHUNK_LEN;
use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;

use super::Centre;
use crate::transport::{Retry, Transport, TransportError, UploadState};

/// A phone's link to the model of the centre.
pub struct MemoryLink {
    /// Whose link.
    pub device: DeviceId,
    /// The centre at its end.
    pub centre: Rc<RefCell<Centre>>,
    /// Requests so far.
    pub requests: u32,
    /// Bytes sent and received in sync frames.
    pub bytes: (usize, usize),
    /// The answer to this request (from 1) is lost after the centre has acted.
    pub lose_answer: Option<u32>,
    /// Uploads end after this many requests.
    pub cut_upload_after: Option<u32>,
    /// The centre does not list these descriptions yet.
    pub unlisted: Vec<Digest>,
    /// The centre asks for time so often before it takes anything.
    pub busy: u32,
    /// Frames that the centre was given, in order.
    pub frames: Vec<Vec<u8>>,
    /// Published things that it was asked for, in order.
    pub asked: Vec<String>,
}

impl MemoryLink {
    /// A link that works.
    pub fn new(device: DeviceId, centre: Rc<RefCell<Centre>>) -> Self {
        Self {
            device,
            centre,
            requests: 0,
            bytes: (0, 0),
            lose_answer: None,
            cut_upload_after: None,
            unlisted: Vec::new(),
            busy: 0,
            frames: Vec::new(),
            asked: Vec::new(),
        }
    }

    fn check_time(&mut self) -> Result<(), TransportError> {
        let Some(left) = self.busy.checked_sub(1) else {
            return Ok(());
        };
        self.busy = left;
        Err(TransportError::new(
            "asked too often",
            Retry::After(Some(7_000)),
        ))
    }
}

impl Transport for MemoryLink {
    fn tries_again(&self, failure: &TransportError) -> bool {
        matches!(failure.retry, Retry::After(Some(_)))
    }

    async fn sync(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.requests += 1;
        self.check_time()?;
        self.frames.push(frame.clone());
        let answer = self.centre.borrow_mut().sync(self.device, &frame);
        self.bytes.0 += frame.len();
        if self.lose_answer == Some(self.requests) {
            return Err(TransportError::new("answer lost", Retry::Now));
        }
        self.bytes.1 += answer.len();
        Ok(answer)
    }

    async fn enrol(&mut self, _: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::new(
            "phones here are enrolled by hand",
            Retry::Never,
        ))
    }

    async fn media_state(&mut self, hash: Digest) -> Result<UploadState, TransportError> {
        self.check_time()?;
        if self.unlisted.contains(&hash) {
            return Err(TransportError::new("not listed", Retry::Apart));
        }
        let centre = self.centre.borrow();
        let held = centre.files.get(&hash);
        Ok(UploadState {
            offset: held.map_or(0, Vec::len) as u64,
            complete: held.is_some_and(|bytes| Digest::sha256(bytes) == hash),
        })
    }

    async fn media_chunks(&mut self, _: Digest, hashes: Vec<u8>) -> Result<(), TransportError> {
        if hashes.is_empty() || !hashes.len().is_multiple_of(32) {
            return Err(TransportError::new("no chunk hashes", Retry::Never));
        }
        Ok(())
    }

    async fn media_append(
        &mut self,
        hash: Digest,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<UploadState, TransportError> {
        if let Some(left) = &mut self.cut_upload_after {
            if *left == 0 {
                return Err(TransportError::new("cut", Retry::Now));
            }
            *left -= 1;
        }
        {
            let mut centre = self.centre.borrow_mut();
            let held = centre.files.entry(hash).or_default();
            if held.len() as u64 == offset && offset.is_multiple_of(CHUNK_LEN as u64) {
                held.extend_from_slice(&bytes);
            }
        }
        self.media_state(hash).await
    }

    async fn media_read(
        &mut self,
        hash: Digest,
        from: u64,
        len: u64,
    ) -> Result<Vec<u8>, TransportError> {
        let centre = self.centre.borrow();
        let range = usize::try_from(from)
            .ok()
            .zip(usize::try_from(from + len).ok());
        let found = range.and_then(|(from, to)| {
            let bytes = centre.files.get(&hash)?;
            bytes.get(from..to.min(bytes.len()))
        });
        let found = found.ok_or_else(|| TransportError::new("no such file", Retry::Never))?;
        Ok(found.to_vec())
    }

    async fn published(&mut self, path: &str) -> Result<Option<Vec<u8>>, TransportError> {
        let centre = self.centre.borrow();
        self.asked.push(path.to_owned());
        match centre.published.get(path) {
            None if path.contains('/') => Err(TransportError::new("not there", Retry::Never)),
            found => Ok(found.cloned()),
        }
    }
}
