//! What passes between a phone and the centre, counted twice: bodies where the engine hands them over,
//! and everything on the connection by a relay in between.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tala_client::transport::{Transport, TransportError, UploadState};
use tala_protocol::hash::Digest;

use crate::rig::RigError;

/// A relay on loopback that counts bytes both ways.
#[derive(Debug)]
pub struct Relay {
    /// Where phones find it.
    pub url: String,
    bytes: Arc<AtomicU64>,
}

/// What a phone exchanged.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Exchanged {
    /// Bodies of requests.
    pub up_bytes: u64,
    /// Bodies of answers.
    pub down_bytes: u64,
    /// Requests that were answered.
    pub round_trips: u64,
}

/// A link that counts bodies on their way.
#[derive(Debug)]
pub struct Counted<'a, T> {
    link: &'a mut T,
    /// What was counted.
    pub exchanged: &'a mut Exchanged,
}

impl Relay {
    /// Relays to the centre at `to`.
    pub fn start(to: SocketAddr) -> Result<Self, RigError> {
        let failed = |source| RigError::Run {
            program: "a relay on loopback".into(),
            source,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&bytes);
        // Its threads end with their connections, and the last with the program.
        std::thread::spawn(move || {
            for phone in listener.incoming().map_while(Result::ok) {
                let Ok(centre) = TcpStream::connect(to) else {
                    continue;
                };
                join(phone, centre, &counted);
            }
        });
        Ok(Self { url, bytes })
    }

    /// Bytes that passed so far, headers included.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }
}

impl Exchanged {
    /// Bodies both ways.
    pub fn bytes(&self) -> u64 {
        self.up_bytes + self.down_bytes
    }

    fn note(&mut self, up: usize, down: usize) {
        self.up_bytes += up as u64;
        self.down_bytes += down as u64;
        self.round_trips += 1;
    }
}

impl<'a, T> Counted<'a, T> {
    /// Counts what goes over a link.
    pub fn new(link: &'a mut T, exchanged: &'a mut Exchanged) -> Self {
        Self { link, exchanged }
    }
}

impl<T: Transport> Transport for Counted<'_, T> {
    async fn sync(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let up = frame.len();
        let answer = self.link.sync(frame).await?;
        self.exchanged.note(up, answer.len());
        Ok(answer)
    }

    async fn enrol(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.link.enrol(frame).await
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

/// Passes on what either side says until one hangs up.
fn join(phone: TcpStream, centre: TcpStream, bytes: &Arc<AtomicU64>) {
    let (Ok(phone_too), Ok(centre_too)) = (phone.try_clone(), centre.try_clone()) else {
        return;
    };
    for (from, to) in [(phone, centre), (centre_too, phone_too)] {
        let bytes = Arc::clone(bytes);
        std::thread::spawn(move || pass_on(from, to, &bytes));
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, bytes: &AtomicU64) {
    let _ = to.set_nodelay(true);
    let mut buffer = [0; 64 * 1024];
    while let Ok(len) = from.read(&mut buffer) {
        let Some(part) = buffer.get(..len).filter(|part| !part.is_empty()) else {
            break;
        };
        // Counted before it is passed on: whoever has an answer has it counted.
        bytes.fetch_add(part.len() as u64, Ordering::SeqCst);
        if to.write_all(part).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_passes_is_counted_before_it_arrives() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let relay = Relay::start(listener.local_addr().expect("an address")).expect("relays");
        let address = relay.url.trim_start_matches("http://").to_owned();
        let mut phone = TcpStream::connect(address).expect("connects");
        phone.write_all(b"hello").expect("writes");
        let (mut centre, _) = listener.accept().expect("accepts");
        let mut heard = [0; 5];
        centre.read_exact(&mut heard).expect("reads");
        assert_eq!((&heard, relay.bytes()), (b"hello", 5));
        centre.write_all(b"good day").expect("writes");
        let mut answer = [0; 8];
        phone.read_exact(&mut answer).expect("reads");
        assert_eq!((&answer, relay.bytes()), (b"good day", 13));
    }
}
