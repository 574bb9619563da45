//! A phone's link to the files of the centre: the verbs of the product, and what goes wrong on the way.

use tala_client::transport::{Retry, Transport, TransportError, UploadState};
use tala_protocol::body::CHUNK_LEN;
use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;

use super::SimError;
use super::centre::SimCentre;

/// Most bytes of one answer: fewer than are asked for, and no multiple of a chunk.
const ANSWER_LEN: usize = 20_000;

/// What goes wrong on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trouble {
    /// So many chunks or answers still come; none: all of them.
    pub cut_after: Option<usize>,
    /// The program dies of it.
    pub kills: bool,
}

/// A link of one phone.
pub struct FileLink<'a> {
    centre: &'a mut SimCentre,
    device: DeviceId,
    left: Option<usize>,
    /// Whether something was lost on the way.
    pub is_cut: bool,
    /// Whether the centre gave a byte.
    pub has_given: bool,
    /// Whether the centre has a file whole now that it had not before.
    pub is_whole: bool,
    /// What the centre could not do.
    pub fault: Option<SimError>,
}

impl Trouble {
    /// All goes well.
    pub const NONE: Self = Self {
        cut_after: None,
        kills: false,
    };
}

impl<'a> FileLink<'a> {
    /// A link that works until its trouble comes.
    pub fn new(centre: &'a mut SimCentre, device: DeviceId, trouble: Trouble) -> Self {
        Self {
            centre,
            device,
            left: trouble.cut_after,
            is_cut: false,
            has_given: false,
            is_whole: false,
            fault: None,
        }
    }

    /// Whether one more chunk or answer comes through.
    fn passes(&mut self) -> bool {
        match self.left.map(|left| left.checked_sub(1)) {
            None => true,
            Some(Some(left)) => {
                self.left = Some(left);
                true
            }
            Some(None) => {
                self.is_cut = true;
                false
            }
        }
    }

    fn heard<T>(
        &mut self,
        answer: Result<Option<T>, SimError>,
        refused: Retry,
    ) -> Result<T, TransportError> {
        match answer {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(TransportError::new("not for this phone", refused)),
            Err(fault) => {
                self.fault = Some(fault);
                Err(TransportError::new("the centre failed", Retry::Now))
            }
        }
    }

    fn state(&mut self, hash: &Digest) -> Result<UploadState, TransportError> {
        let (files, centre) = self.centre.files();
        let state = files.state(centre, self.device, hash);
        let (offset, complete) = self.heard(state, Retry::Apart)?;
        Ok(UploadState { offset, complete })
    }
}

impl Transport for FileLink<'_> {
    async fn sync(&mut self, _: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::new("only files go here", Retry::Never))
    }

    async fn enrol(&mut self, _: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::new("only files go here", Retry::Never))
    }

    async fn media_state(&mut self, hash: Digest) -> Result<UploadState, TransportError> {
        self.state(&hash)
    }

    async fn media_chunks(&mut self, hash: Digest, hashes: Vec<u8>) -> Result<(), TransportError> {
        let (files, centre) = self.centre.files();
        let listed = files.list(centre, self.device, &hash, &hashes);
        self.heard(listed.map(Some), Retry::Apart)
    }

    async fn media_append(
        &mut self,
        hash: Digest,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<UploadState, TransportError> {
        let mut state = UploadState {
            offset,
            complete: false,
        };
        for chunk in bytes.chunks(CHUNK_LEN) {
            if !self.passes() {
                return Err(TransportError::new("cut", Retry::Now));
            }
            let (files, centre) = self.centre.files();
            let taken = files.append(centre, self.device, hash, state.offset, chunk);
            let (offset, complete) = self.heard(taken, Retry::Apart)?;
            state = UploadState { offset, complete };
        }
        self.is_whole = state.complete;
        Ok(state)
    }

    async fn media_read(
        &mut self,
        hash: Digest,
        from: u64,
        len: u64,
    ) -> Result<Vec<u8>, TransportError> {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let len = usize::try_from(len).unwrap_or(usize::MAX).min(ANSWER_LEN);
        let given = self.centre.give_file(self.device, &hash, from, len);
        let given = self.heard(given, Retry::Never)?;
        self.has_given = true;
        match self.passes() {
            true => Ok(given),
            false => Err(TransportError::new("cut", Retry::Now)),
        }
    }
}
