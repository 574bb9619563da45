//! An incident under somebody's hands: what is written next, as a phone's engine would write it.

use std::collections::BTreeMap;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use tala_protocol::body::ChangeBody;
use tala_protocol::doc::{
    ActorId, ChangeHash, DocType, Document, EntryId, EvidenceEdit, EvidenceFacts, Geometry,
    IncidentEdit, MeasuredArea, Severity, Shape, Source, Vertex,
};
use tala_protocol::envelope::{Envelope, Kind, Lane};
use tala_protocol::gate::{Arrival, Ledger};
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::time::UnixMs;

use super::BenchError;
use super::author::{Author, BEGIN};

/// Signs that narratives are drawn from.
const WORDS: [&str; 12] = [
    "发现",
    "非法开垦",
    "草原",
    "两台拖拉机",
    "约二十亩",
    "车牌蒙",
    "围栏",
    "以北",
    "水渠",
    "夜间",
    "挖掘机",
    "ухсан",
];

/// How often an edit is drawn anew.
const DRAWS_MAX: usize = 16;

/// A document with what the next change in it needs.
#[derive(Default)]
pub(super) struct Sheet {
    object: Option<ObjectId>,
    ledger: Ledger,
    document: Document,
    previous: Option<(u64, ChangeHash)>,
    changes: usize,
}

impl Sheet {
    /// How many changes it has.
    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    /// Which document.
    pub(super) fn object(&self) -> Option<ObjectId> {
        self.object
    }

    /// Has its author write once more.
    pub(super) fn write(
        &mut self,
        author: &mut Author,
        rng: &mut ChaCha8Rng,
    ) -> Result<Envelope, BenchError> {
        let actor = actor(author);
        let steps = i64::try_from(self.changes).unwrap_or(0);
        let mut change = None;
        // What is drawn may stand there already, which is no change: then something else is drawn.
        for _ in 0..DRAWS_MAX {
            let edit = match self.object {
                None => first(rng)?,
                Some(_) => next(rng),
            };
            change = edit
                .change(&self.document, actor, UnixMs(BEGIN.0 + steps * 60_000))
                .map_err(BenchError::protocol)?;
            if change.is_some() {
                break;
            }
        }
        let change = change.ok_or(BenchError::Prepared("an edit said nothing"))?;
        let nonce = rng.random();
        let genesis = self.object.is_none();
        let body = ChangeBody {
            change,
            genesis: genesis.then_some((DocType::Incident.code(), nonce)),
        };
        let envelope = author.says(Lane::Record, Kind::Change, self.object, body.to_bytes())?;
        self.take(actor, &envelope)?;
        Ok(envelope)
    }

    /// Takes in what its author wrote before.
    pub(super) fn reads(&mut self, author: &Author, envelope: &Envelope) -> Result<(), BenchError> {
        self.take(actor(author), envelope)
    }

    fn take(&mut self, actor: ActorId, envelope: &Envelope) -> Result<(), BenchError> {
        self.object = Some(envelope.object());
        let body = ChangeBody::from_bytes(envelope.body().unwrap_or_default());
        let outcome = self.ledger.receive(&Arrival {
            envelope: envelope.id(),
            bytes: &body.map_err(BenchError::protocol)?.change,
            actor,
            expected_hash: None,
            author_previous: self.previous,
            policy: None,
        });
        let settled = outcome.settle(&mut self.document);
        settled.map_err(BenchError::protocol)?;
        let admitted = outcome.admitted.last();
        let admitted = admitted.ok_or(BenchError::Prepared("the gate refused an honest change"))?;
        self.previous = Some((admitted.seq(), admitted.hash()));
        self.changes += 1;
        Ok(())
    }
}

fn actor(author: &Author) -> ActorId {
    ActorId::derive(author.device(), author.unit(), 0, None)
}

/// The three taps: place, photo, a few words.
fn first(rng: &mut ChaCha8Rng) -> Result<IncidentEdit, BenchError> {
    let lat_e7 = 436_000_000 + rng.random_range(0..9_000_000);
    let lon_e7 = 1_158_000_000 + rng.random_range(0..9_000_000);
    let place = Vertex::new(lat_e7, lon_e7).map_err(BenchError::protocol)?;
    let shape = Geometry::new(Shape::Point(place), Source::MeasuredGnss);
    let facts = EvidenceFacts {
        hash: Digest::sha256(&rng.random::<[u8; 8]>()),
        size: rng.random_range(200_000..2_000_000),
        taken_at: BEGIN,
        place: Some(place),
        media_type: "image/jpeg".to_owned(),
    };
    let photo = EvidenceEdit {
        facts: facts.into(),
        ..EvidenceEdit::default()
    };
    Ok(IncidentEdit {
        title: words(rng, 3).into(),
        narrative: words(rng, 12).into(),
        severity: Severity::High.into(),
        geometry: shape.map_err(BenchError::protocol)?.into(),
        evidence: BTreeMap::from([(EntryId::from_bytes(rng.random()), photo)]),
        ..IncidentEdit::default()
    })
}

/// What is written afterwards, one field a time.
fn next(rng: &mut ChaCha8Rng) -> IncidentEdit {
    let mut edit = IncidentEdit::default();
    match rng.random_range(0..8) {
        0 | 1 => edit.title = words(rng, 3).into(),
        2 | 3 => edit.narrative = words(rng, 16).into(),
        4 => {
            let drawn = rng.random_range(0..Severity::ALL.len());
            let drawn = Severity::ALL.get(drawn).copied();
            edit.severity = drawn.unwrap_or(Severity::Low).into();
        }
        5 | 6 => {
            let area = MeasuredArea {
                area_dm2: rng.random_range(100_000..10_000_000),
                error_dm2: rng.random_range(100..90_000),
                source: Source::Drawn,
            };
            edit.area = area.into();
        }
        _ => {
            let entry = EvidenceEdit {
                title: words(rng, 2).into(),
                ..EvidenceEdit::default()
            };
            let id = EntryId::from_bytes(rng.random());
            edit.evidence.insert(id, entry);
        }
    }
    edit
}

fn words(rng: &mut ChaCha8Rng, count: usize) -> String {
    let mut text = String::new();
    for _ in 0..count {
        text.push_str(WORDS.get(rng.random_range(0..WORDS.len())).unwrap_or(&""));
    }
    text.push_str(&rng.random_range(10_000..99_999).to_string());
    text
}
