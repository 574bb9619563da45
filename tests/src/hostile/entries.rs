//! Every entry that takes bytes from somebody else, each as the product calls it.

use tala_picture::{THUMB_EDGE_PX, thumbnail};
use tala_protocol::body::{ChangeBody, MediaBody, SignedBeacon, TrackBody, VerdictBody};
use tala_protocol::cert::{Revocation, Statement};
use tala_protocol::envelope::{Envelope, Kind, signed};
use tala_protocol::gate;
use tala_protocol::registry::Publication;
use tala_protocol::sync::enrol::{EnrolReply, EnrolRequest, EnrolmentCode};
use tala_protocol::sync::peer::{PeerFrontier, PeerHello, PeerOffer};
use tala_protocol::sync::{REPLY_LEN_MAX, REQUEST_LEN_MAX, SyncReply, SyncRequest, frame};
use tala_protocol::track::{self, import};

use super::arriving;
use super::corpus::Corpus;

/// One entry: its name in the report, and a function that hands the bytes in and says whether they were
/// taken as sound.
pub struct Entry {
    /// Name in the report.
    pub name: &'static str,
    /// Hands the bytes in.
    pub take: fn(&Corpus, &[u8]) -> bool,
}

/// All entries. A new parser of peer bytes belongs here.
pub const ALL: &[Entry] = &[
    Entry {
        name: "envelope",
        take: envelope,
    },
    Entry {
        name: "change",
        take: change,
    },
    Entry {
        name: "segment",
        take: segment,
    },
    Entry {
        name: "sync request",
        take: sync_request,
    },
    Entry {
        name: "sync reply",
        take: sync_reply,
    },
    Entry {
        name: "peer message",
        take: peer_message,
    },
    Entry {
        name: "body",
        take: body,
    },
    Entry {
        name: "media chunk",
        take: arriving::take,
    },
    Entry {
        name: "photo",
        take: |_, bytes| thumbnail(bytes, THUMB_EDGE_PX).is_ok(),
    },
    Entry {
        name: "gpx",
        take: |_, bytes| import::gpx(bytes).is_ok(),
    },
    Entry {
        name: "nmea",
        take: |_, bytes| import::nmea(bytes).is_ok(),
    },
    Entry {
        name: "csv",
        take: |_, bytes| import::csv(bytes).is_ok(),
    },
    Entry {
        name: "gnss logger",
        take: |_, bytes| import::gnss_logger(bytes, None).is_ok(),
    },
    Entry {
        name: "enrolment code",
        take: enrolment_code,
    },
    Entry {
        name: "enrolment message",
        take: enrolment_message,
    },
    Entry {
        name: "registry publication",
        take: publication,
    },
];

fn envelope(corpus: &Corpus, bytes: &[u8]) -> bool {
    signed::decode(bytes, None).is_ok_and(|e| e.verify(&corpus.realm, &corpus.writer).is_ok())
}

fn change(corpus: &Corpus, bytes: &[u8]) -> bool {
    let mut sound = gate::prescan(bytes).is_ok();
    for document in &corpus.documents.documents {
        let Some(last) = document.changes.last() else {
            continue;
        };
        let hostile = tala_fixtures::honest::HonestChange {
            bytes: bytes.to_vec(),
            ..last.clone()
        };
        let end = document.judge(&hostile);
        sound &= end == tala_fixtures::honest::AttackEnd::Harmless;
    }
    sound
}

fn segment(_: &Corpus, bytes: &[u8]) -> bool {
    let header = track::read_header(bytes).is_ok();
    let whole = track::decode(bytes).is_ok();
    header && whole
}

fn sync_request(corpus: &Corpus, bytes: &[u8]) -> bool {
    let opened = frame::open(bytes, REQUEST_LEN_MAX);
    let message = opened.as_deref().unwrap_or(bytes);
    SyncRequest::from_bytes(message).is_ok_and(|request| {
        let envelopes = request.runs.into_iter().map(|run| run.unpack());
        envelopes
            .into_iter()
            .all(|run| run.is_ok_and(|run| verified(corpus, &run)))
    })
}

fn sync_reply(corpus: &Corpus, bytes: &[u8]) -> bool {
    let opened = frame::open(bytes, REPLY_LEN_MAX);
    let message = opened.as_deref().unwrap_or(bytes);
    SyncReply::from_bytes(message).is_ok_and(|reply| {
        let receipts = reply
            .receipts
            .iter()
            .filter(|r| tala_protocol::log::Receipt::from_bytes(r).is_ok());
        let proved = receipts.count();
        let mut runs = reply.runs.into_iter().map(|run| run.unpack());
        runs.all(|run| run.is_ok_and(|run| verified(corpus, &run)))
            && proved <= reply.receipts.len()
    })
}

fn verified(corpus: &Corpus, run: &[Envelope]) -> bool {
    run.iter().all(|envelope| {
        let signed = envelope.verify(&corpus.realm, &corpus.writer).is_ok();
        let read = match (envelope.header().kind, envelope.body()) {
            (Kind::Track, Some(b)) => {
                TrackBody::from_bytes(b).is_ok_and(|t| track::decode(&t.segment).is_ok())
            }
            (Kind::Change, Some(b)) => {
                ChangeBody::from_bytes(b).is_ok_and(|c| gate::prescan(&c.change).is_ok())
            }
            _ => true,
        };
        signed && read
    })
}

fn peer_message(_: &Corpus, bytes: &[u8]) -> bool {
    let hello = PeerHello::from_bytes(bytes).is_ok();
    let frontier = PeerFrontier::from_bytes(bytes).is_ok();
    let offer = PeerOffer::from_bytes(bytes).is_ok();
    hello || frontier || offer
}

fn body(_: &Corpus, bytes: &[u8]) -> bool {
    let read = [
        Statement::from_bytes(bytes).is_ok(),
        Revocation::from_bytes(bytes).is_ok(),
        MediaBody::from_bytes(bytes).is_ok(),
        VerdictBody::from_bytes(bytes).is_ok(),
        SignedBeacon::from_bytes(bytes).is_ok(),
        tala_protocol::event::Event::from_bytes(bytes).is_ok(),
        tala_protocol::event::Sos::from_bytes(bytes).is_ok(),
        tala_protocol::event::Message::from_bytes(bytes).is_ok(),
    ];
    read.contains(&true)
}

fn enrolment_code(_: &Corpus, bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes)
        .parse::<EnrolmentCode>()
        .is_ok()
}

fn enrolment_message(_: &Corpus, bytes: &[u8]) -> bool {
    let asked = EnrolRequest::from_bytes(bytes).is_ok();
    let answered = EnrolReply::from_bytes(bytes).is_ok();
    asked || answered
}

fn publication(corpus: &Corpus, bytes: &[u8]) -> bool {
    Publication::from_bytes(bytes).is_ok_and(|it| it.verify(&corpus.published.directory).is_ok())
}
