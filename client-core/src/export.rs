//! Handing records to other programs: the track of a patrol, and bundles of envelopes.

use tala_protocol::body::TrackBody;
use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Envelope, Kind};
use tala_protocol::fix::Fix;
use tala_protocol::id::ObjectId;
use tala_protocol::sync::frame::{self, FrameError};
use tala_protocol::sync::peer::{PEER_LEN_MAX, PeerOffer};
use tala_protocol::time::UnixMs;
use tala_protocol::track::decode;
use tala_protocol::track::import::ImportedGap;

use crate::engine::{ALL, Engine, EngineError, newest_own};
use crate::intake::Taken;
use crate::store::{Pick, Store};

/// What stands at the head of a bundle file.
const BUNDLE_HEAD: &[u8] = b"tala bundle 1\n";
/// Bytes of bodies in one frame of a bundle, about.
const FRAME_BYTES: usize = 1024 * 1024;

/// The track of a patrol, sealed or not.
#[derive(Debug, Clone, Default)]
pub struct Track {
    /// The fixes, in order.
    pub fixes: Vec<Fix>,
    /// The gaps, by the fix they end with.
    pub gaps: Vec<ImportedGap>,
    /// Segments that could not be read: withheld, let go, or from a newer version.
    pub unread: usize,
}

/// Why a bundle was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Not a bundle.
    #[error("this is not a bundle")]
    Head,
    /// The file ends early.
    #[error("the bundle is cut")]
    Cut,
    /// A frame is damaged.
    #[error("opening a frame of the bundle")]
    Frame(#[from] FrameError),
    /// A frame cannot be read.
    #[error("reading a frame of the bundle")]
    Form(#[from] tala_protocol::cbor::CborError),
    /// The engine could not.
    #[error("the phone could not do it")]
    Engine(#[from] EngineError),
}

/// The places of a track, 1e-7 degree (lat, lon), a part for each stretch between gaps.
pub fn parts(track: &Track) -> Vec<Vec<(i32, i32)>> {
    let mut parts = vec![Vec::new()];
    let mut gaps = track.gaps.iter().map(|gap| gap.index).peekable();
    for (index, fix) in track.fixes.iter().enumerate() {
        let mut begins = false;
        while gaps.next_if(|gap| *gap <= index).is_some() {
            begins = true;
        }
        if begins && parts.last().is_some_and(|part| !part.is_empty()) {
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push((fix.lat_e7, fix.lon_e7));
        }
    }
    parts
}

impl<S: Store> Engine<S> {
    /// The track of a patrol as this phone has it.
    pub fn track(&self, patrol: ObjectId) -> Result<Track, EngineError> {
        let mut rows = self.store.envelopes(&Pick::OfObject(patrol), ALL)?;
        rows.retain(|row| row.header.kind == Kind::Track);
        rows.sort_by_key(|row| (row.header.feed, row.header.seq));
        let mut track = Track::default();
        for row in rows {
            let body = row
                .body
                .as_deref()
                .and_then(|body| TrackBody::from_bytes(body).ok());
            let Some(segment) = body.and_then(|body| decode(&body.segment).ok()) else {
                track.unread += 1;
                continue;
            };
            let start = track.fixes.len();
            track
                .gaps
                .extend(segment.gaps.iter().map(|gap| ImportedGap {
                    index: start + usize::from(gap.index),
                    cause: gap.cause,
                }));
            track.fixes.extend(segment.fixes);
        }
        for row in self.store.journal(patrol)? {
            if let Some(cause) = row.gap_before {
                track.gaps.push(ImportedGap {
                    index: track.fixes.len(),
                    cause,
                });
            }
            track.fixes.push(row.fix.fix);
        }
        Ok(track)
    }

    /// Every signed envelope of some objects, or of all, with the statements that verify them: for a
    /// memory card or another phone. What waits for the key stays behind.
    pub fn bundle(&mut self, objects: Option<&[ObjectId]>) -> Result<Vec<u8>, EngineError> {
        let mut out = BUNDLE_HEAD.to_vec();
        let mut page: Vec<Envelope> = Vec::new();
        let mut room = FRAME_BYTES;
        let mut rows = self.store.envelopes(&Pick::After(0), ALL)?;
        rows.retain(|row| {
            let statement = matches!(row.header.kind, Kind::Certificate | Kind::Revocation);
            statement || objects.is_none_or(|objects| objects.contains(&row.object()))
        });
        self.before_leaving(newest_own(&rows))?;
        rows.sort_by_key(|row| {
            (
                !is_statement(row.header.kind),
                row.header.feed,
                row.header.seq,
            )
        });
        for row in rows {
            let Some(envelope) = row.envelope()? else {
                continue;
            };
            let cost = envelope.body().map_or(0, <[u8]>::len).saturating_add(256);
            if cost > room {
                put_frame(&mut out, &page, false);
                page.clear();
                room = FRAME_BYTES;
            }
            room = room.saturating_sub(cost);
            page.push(envelope);
        }
        put_frame(&mut out, &page, true);
        Ok(out)
    }

    /// Takes a bundle in, as from another phone.
    pub fn take_bundle(&mut self, bundle: &[u8], now: UnixMs) -> Result<Taken, BundleError> {
        let mut rest = bundle.strip_prefix(BUNDLE_HEAD).ok_or(BundleError::Head)?;
        let mut all = Taken::default();
        loop {
            let (len, after) = rest.split_first_chunk::<4>().ok_or(BundleError::Cut)?;
            let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
            let (bytes, after) = after.split_at_checked(len).ok_or(BundleError::Cut)?;
            rest = after;
            let offer = PeerOffer::from_bytes(&frame::open(bytes, PEER_LEN_MAX)?)?;
            let taken = self.take_in(offer.runs, now)?;
            all.new += taken.new;
            all.known += taken.known;
            all.refused += taken.refused;
            all.forks += taken.forks;
            all.objects.extend(taken.objects);
            if offer.last {
                return Ok(all);
            }
        }
    }
}

fn is_statement(kind: Kind) -> bool {
    matches!(kind, Kind::Certificate | Kind::Revocation)
}

fn put_frame(out: &mut Vec<u8>, envelopes: &[Envelope], last: bool) {
    let offer = PeerOffer {
        runs: Run::pack_all(envelopes),
        last,
    };
    let frame = frame::close(&offer.to_bytes());
    let len = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    out.extend(len.to_be_bytes());
    out.extend(frame);
}
