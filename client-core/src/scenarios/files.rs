//! Files after a backup came back, and files that others show.

use std::cell::RefCell;
use std::rc::Rc;

use tala_protocol::hash::Digest;

use super::{centre, phone};
use crate::engine::EngineError;
use crate::media::{Attached, Blobs as _, Fetched, FileFacts, MediaError, MemoryBlobs};
use crate::media::{fetch, fetch_thumbs};
use crate::outbox::Link;
use crate::store::memory::MemoryStore;
use crate::store::{MediaRow, Store as _};
use crate::sync::Why;
use crate::sync::drive::DriveError;
use crate::sync::hold::Alone;
use crate::testing::{Centre, MemoryLink, Phone, block_on};
use crate::transport::{Transport, TransportError, UploadState};

type Officer = Phone<MemoryStore>;

fn picture() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let mut out = std::io::Cursor::new(Vec::new());
    let written = picture.write_to(&mut out, image::ImageFormat::Jpeg);
    written.expect("encodes");
    out.into_inner()
}

fn attaches(phone: &mut Officer, bytes: &[u8]) -> Attached {
    let incident = phone.reports("照片");
    let facts = FileFacts {
        bytes,
        media_type: "image/jpeg",
        taken_at: None,
        place_e7: None,
    };
    let now = phone.now;
    let attached = phone.engine.attach(incident, facts, &mut phone.blobs, now);
    attached.expect("attaches")
}

fn row(phone: &Officer, hash: Digest) -> Option<MediaRow> {
    phone.engine.store().media(&hash).expect("reads")
}

/// A phone that described a file which the centre does not have, gone back to a store of before.
fn restored(centre: &Rc<RefCell<Centre>>, bytes: &[u8]) -> (Officer, Attached) {
    let unit = centre.borrow().bureau.top;
    let mut phone = phone(1, centre, unit);
    let backup = phone.engine.store().clone();
    let attached = attaches(&mut phone, bytes);
    let mut link = phone.link(centre);
    link.cut_upload_after = Some(0);
    let cut = phone.sync_over(&mut link, Why::Officer, Link::Good);
    assert!(cut.is_err(), "its description is there, its bytes are not");
    let (phone, opening) = phone.reopen_over(|_| backup, false).expect("opens");
    assert!(opening.restored && row(&phone, attached.hash).is_none());
    (phone, attached)
}

#[test]
fn a_file_that_outlives_its_store_is_handed_over_after_all() {
    let (centre, _) = centre();
    let (mut phone, attached) = restored(&centre, &picture());
    phone.sync(&centre).expect("is given its description back");
    phone.sync(&centre).expect("syncs");
    let thumb = attached.thumb.expect("it is a picture");
    assert!(row(&phone, attached.hash).is_some_and(|row| row.complete && row.held));
    assert!(row(&phone, thumb).is_some_and(|row| row.complete && row.thumb));
    let centre = centre.borrow();
    assert!(centre.files.contains_key(&attached.hash) && centre.files.contains_key(&thumb));
}

#[test]
fn a_file_whose_bytes_are_gone_is_lost_and_holds_nothing_up() {
    let (centre, _) = centre();
    let (mut phone, attached) = restored(&centre, b"gone");
    phone.blobs = MemoryBlobs::default();
    let later = attaches(&mut phone, b"of the new phone");
    for _ in 0..2 {
        phone.sync(&centre).expect("syncs");
    }
    assert!(row(&phone, attached.hash).is_some_and(|row| row.is_lost()));
    assert!(row(&phone, later.hash).is_some_and(|row| row.complete));
    let status = phone.engine.status().expect("reads");
    let files: Vec<_> = status.iter().map(|record| record.files).collect();
    assert_eq!(files, [(1, 1), (1, 0)], "shown, and not as safe");

    // Its bytes turn up again, and the phone is put back once more.
    phone.blobs.put(&attached.hash, b"gone").expect("keeps");
    phone.engine.check_files(&phone.blobs).expect("looks");
    assert!(row(&phone, attached.hash).is_some_and(|row| row.held));
    phone.sync(&centre).expect("syncs");
    assert!(centre.borrow().files.contains_key(&attached.hash));
}

#[test]
fn rows_that_a_backup_still_has_are_looked_for_where_its_files_are_not() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let attached = attaches(&mut phone, b"photo");
    let backup = phone.engine.store().clone();
    phone.reports("danach");
    let mut link = phone.link(&centre);
    link.cut_upload_after = Some(0);
    let cut = phone.sync_over(&mut link, Why::Officer, Link::Good);
    assert!(cut.is_err());
    let (mut phone, opening) = phone.reopen_over(|_| backup, false).expect("opens");
    assert!(opening.restored);
    phone.blobs = MemoryBlobs::default();
    phone.engine.check_files(&phone.blobs).expect("looks");
    assert!(row(&phone, attached.hash).is_some_and(|row| row.is_lost()));
    phone.sync(&centre).expect("syncs");
    assert!(row(&phone, attached.hash).is_some_and(|row| row.is_lost()));
}

/// A link that gives short answers, is cut after some of them, or lies about one byte.
struct Bent {
    below: MemoryLink,
    answers_left: usize,
    lies: bool,
}

impl Transport for Bent {
    async fn sync(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.below.sync(frame).await
    }

    async fn enrol(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.below.enrol(frame).await
    }

    async fn media_state(&mut self, hash: Digest) -> Result<UploadState, TransportError> {
        self.below.media_state(hash).await
    }

    async fn media_chunks(&mut self, hash: Digest, hashes: Vec<u8>) -> Result<(), TransportError> {
        self.below.media_chunks(hash, hashes).await
    }

    async fn media_append(
        &mut self,
        hash: Digest,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<UploadState, TransportError> {
        self.below.media_append(hash, offset, bytes).await
    }

    async fn media_read(
        &mut self,
        hash: Digest,
        from: u64,
        len: u64,
    ) -> Result<Vec<u8>, TransportError> {
        let Some(left) = self.answers_left.checked_sub(1) else {
            return Err(TransportError::new("cut", crate::transport::Retry::Now));
        };
        self.answers_left = left;
        let mut bytes = self.below.media_read(hash, from, len.min(30_000)).await?;
        if let Some(first) = bytes.first_mut().filter(|_| self.lies) {
            *first ^= 1;
        }
        Ok(bytes)
    }
}

/// An officer who knows what another has described and handed over.
fn shown(bytes: &[u8]) -> (Rc<RefCell<Centre>>, Officer, Attached) {
    let (centre, unit) = centre();
    let (mut author, mut reader) = (phone(1, &centre, unit), phone(2, &centre, unit));
    let attached = attaches(&mut author, bytes);
    author.sync(&centre).expect("hands over");
    reader.sync(&centre).expect("is shown");
    (centre, reader, attached)
}

fn bent(reader: &Officer, centre: &Rc<RefCell<Centre>>, answers_left: usize, lies: bool) -> Bent {
    Bent {
        below: reader.link(centre),
        answers_left,
        lies,
    }
}

fn fetches(reader: &mut Officer, link: &mut Bent, hash: Digest) -> Result<Fetched, DriveError> {
    let hold = Alone::new(&mut reader.engine);
    block_on(fetch(&hold, link, &mut reader.blobs, hash))
}

#[test]
fn an_original_goes_on_where_it_was_cut() {
    let bytes: Vec<u8> = (0..200_000u32).map(|n| (n % 251) as u8).collect();
    let (centre, mut reader, attached) = shown(&bytes);
    let mut link = bent(&reader, &centre, 3, false);
    let cut = fetches(&mut reader, &mut link, attached.hash);
    assert!(matches!(cut, Err(DriveError::Transport(_))));
    assert!(!reader.blobs.has(&attached.hash).expect("looks"));
    let mut link = bent(&reader, &centre, 4, false);
    let came = fetches(&mut reader, &mut link, attached.hash).expect("comes");
    assert_eq!(came, Fetched::Came(90_000));
    let kept = reader.blobs.get(&attached.hash).expect("reads");
    assert_eq!(kept, Some(bytes));
    assert!(reader.blobs.part(&attached.hash).expect("reads").is_empty());
    let again = fetches(&mut reader, &mut link, attached.hash).expect("is here");
    assert_eq!(again, Fetched::Here);
    assert!(row(&reader, attached.hash).is_some_and(|row| row.held && row.complete));
}

#[test]
fn of_wrong_bytes_nothing_is_kept() {
    let (centre, mut reader, attached) = shown(&[7; 40_000]);
    let mut link = bent(&reader, &centre, 9, true);
    let wrong = fetches(&mut reader, &mut link, attached.hash);
    let Err(DriveError::Engine(EngineError::Media(MediaError::Wrong(hash)))) = wrong else {
        panic!("{wrong:?}");
    };
    assert_eq!(hash, attached.hash);
    assert!(!reader.blobs.has(&hash).expect("looks"));
    assert!(reader.blobs.part(&hash).expect("reads").is_empty());
    assert_eq!(row(&reader, hash), None);
    link.lies = false;
    let came = fetches(&mut reader, &mut link, hash).expect("comes");
    assert_eq!(came, Fetched::Came(0));
    let unknown = fetches(&mut reader, &mut link, Digest::sha256(b"nobody"));
    assert!(unknown.is_err());
}

#[test]
fn small_pictures_come_by_themselves_and_what_fails_is_put_off() {
    let (centre, mut reader, attached) = shown(&picture());
    let thumb = attached.thumb.expect("it is a picture");
    assert_eq!(reader.engine.wanted_thumbs().expect("reads"), [thumb]);
    let mut cut = bent(&reader, &centre, 0, false);
    let now = reader.now;
    let hold = Alone::new(&mut reader.engine);
    let none = block_on(fetch_thumbs(&hold, &mut cut, &mut reader.blobs, now));
    assert!(none.is_empty());
    assert!(reader.engine.wanted_thumbs().expect("reads").is_empty());

    reader.wait_ms(3_600_000);
    let now = reader.now;
    let mut link = bent(&reader, &centre, 9, false);
    let hold = Alone::new(&mut reader.engine);
    let came = block_on(fetch_thumbs(&hold, &mut link, &mut reader.blobs, now));
    assert_eq!(came, [thumb]);
    assert!(reader.blobs.has(&thumb).expect("looks"));
    assert!(!reader.blobs.has(&attached.hash).expect("looks"));
    assert!(reader.engine.wanted_thumbs().expect("reads").is_empty());
}
