//! Everything that can be written, small enough to be drawn at random.

use tala_protocol::envelope::{Audience, Envelope, Header, Kind, Lane, Unsigned};
use tala_protocol::feed::{FeedHead, FeedKey};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, RowId, UnitId};
use tala_protocol::key::{Signature, SignatureAlg};
use tala_protocol::sync::Scope;
use tala_protocol::time::{DeviceTimes, UnixMs};

use crate::store::projections::{BoxE7, LiveRow, Owner, Row, RowKind};
use crate::store::{
    EnrolmentRow, Lsn, NewEnvelope, QuarantineReason, QuarantineRow, RegistryRow, StaffRow,
    Standing, StoreError, Subject, Told, Tx,
};

/// One thing to write. Small numbers stand for ids.
#[derive(Debug, Clone)]
pub enum Verb {
    /// An envelope at the end of the log: feed, sequence number, object (0: a genesis).
    Append(u8, u64, u8),
    /// How an envelope stands.
    Standing(u64, u8),
    /// Takes a body away.
    Erase(u64),
    /// State of a feed.
    Feed(u8, u64, Option<u64>),
    /// What a device was told: device, unit, when.
    Told(u8, u8, i64),
    /// An entry of a list.
    Deliver(u8, u64),
    /// An object in a list.
    Grant(u8, u8),
    /// A node of the log.
    Node(u32, u64, u8),
    /// A kept checkpoint.
    Checkpoint(u64, u8),
    /// Of whom a statement speaks.
    Statement(u64, u8),
    /// A statement in a list.
    Shown(u64, u8),
    /// An envelope kept apart.
    Apart(u64, u8, bool),
    /// The last verdict about an envelope.
    Ruling(u8, u64),
    /// An account.
    Staff(u8, u8),
    /// An enrolment.
    Enrolment(u8, bool),
    /// A published version: kind, number.
    Registry(u8, u8),
    /// A derived row: kind, key, unit, time, number, parent.
    Row(u8, u8, u8, i64, Option<i64>, Option<u8>),
    /// A box.
    Box(u64, i32, i32),
    /// A derived row is forgotten: kind, key.
    ForgetRow(u8, u8),
    /// A box is forgotten.
    ForgetBox(u64),
    /// Tokens of an object.
    Tokens(u8, Vec<u8>),
    /// An event of the live feed.
    Live,
    /// Everything derived is forgotten.
    Forget,
}

impl Verb {
    /// A genesis in a feed.
    pub const fn append(feed: u8, seq: u64) -> Self {
        Verb::Append(feed, seq, 0)
    }
}

/// The envelope that [`Verb::Append`] stands for.
pub fn envelope(feed: u8, seq: u64, object: u8) -> Envelope {
    let header = Header {
        feed: FeedKey {
            unit: UnitId::from_bytes([feed; 16]),
            audience: Audience::Field,
            device: DeviceId::from_bytes([feed / 2; 16]),
            epoch: 0,
            lane: Lane::Record,
        },
        person: None,
        seq: seq.max(1),
        prev: (seq > 1).then(|| Digest::sha256(&seq.to_be_bytes())),
        kind: Kind::Message,
        object: (object > 0).then(|| ObjectId::from_bytes([object; 16])),
        times: DeviceTimes::default(),
        body_len: 0,
        body_hash: Digest::sha256(b""),
        after: Vec::new(),
        desk: None,
    };
    let body = vec![object; usize::from(feed) + 1];
    let unsigned = Unsigned::new(header, body).unwrap();
    unsigned.signed(
        SignatureAlg::Ed25519,
        Signature::from_bytes([seq as u8; 64]),
    )
}

/// Writes one thing. What would break the promise of a verb's caller (an id twice, an envelope that is not
/// there) is left out, the same way on every store.
pub fn apply(tx: &mut dyn Tx, verb: &Verb) -> Result<(), StoreError> {
    let there = |tx: &dyn Tx, lsn: u64| tx.envelope(Lsn(lsn)).map(|found| found.is_some());
    match verb {
        Verb::Append(feed, seq, object) => append(tx, &envelope(*feed, *seq, *object)),
        Verb::Standing(lsn, code) => {
            let standing = Standing::from_code(i64::from(*code)).unwrap_or(Standing::Ahead);
            tx.set_standing(Lsn(*lsn), standing)
        }
        Verb::Erase(lsn) => tx.set_body(Lsn(*lsn), None),
        Verb::Feed(feed, seq, forked_at) => match tx.feed(&envelope(*feed, 1, 0).header().feed)? {
            Some(mut row) => {
                let hash = Digest::sha256(&[*feed]);
                row.head = (*seq > 0).then_some(FeedHead { seq: *seq, hash });
                row.highest_seq = row.highest_seq.max(*seq);
                row.forked_at = *forked_at;
                tx.set_feed(&row)
            }
            None => Ok(()),
        },
        Verb::Told(device, unit, at) => {
            tx.set_told(DeviceId::from_bytes([*device; 16]), &told(*unit, *at))
        }
        Verb::Deliver(list, lsn) if there(tx, *lsn)? => {
            tx.deliver(&scope(*list), Lsn(*lsn)).map(|_| ())
        }
        Verb::Grant(object, list) => tx.grant(ObjectId::from_bytes([*object; 16]), &scope(*list)),
        Verb::Node(level, index, hash) => tx.put_node(*level, *index, &[*hash; 32]),
        Verb::Checkpoint(size, note) => tx.put_checkpoint(*size, &[*note; 10]),
        Verb::Statement(lsn, of) => tx.add_statement(Lsn(*lsn), subject(*of)),
        Verb::Shown(lsn, list) => tx.set_statement_shown(Lsn(*lsn), &scope(*list)),
        Verb::Apart(lsn, reason, released) if there(tx, *lsn)? => {
            apart(tx, *lsn, *reason, *released)
        }
        Verb::Deliver(..) | Verb::Apart(..) => Ok(()),
        Verb::Ruling(of, lsn) => tx.set_ruling(&Digest::sha256(&[*of]), Lsn(*lsn)),
        Verb::Staff(login, person) => tx.put_staff(&StaffRow {
            login: format!("login {login}"),
            person: PersonId::from_bytes([*person; 16]),
            password_hash: format!("hash {person}"),
            closed_at: (person % 2 == 0).then_some(UnixMs(i64::from(*person))),
        }),
        Verb::Enrolment(n, used) => tx.put_enrolment(&enrolment(*n, *used)),
        Verb::Registry(kind, number) => tx.add_registry(&registry(*kind, *number)),
        Verb::Row(kind, key, unit, at, tag, parent) => {
            let parent = parent.map(|parent| ObjectId::from_bytes([parent; 16]));
            tx.put_row(&row((*kind, *key), *unit, (*at, *tag), parent))
        }
        Verb::Box(lsn, west, south) => tx.put_box(
            Lsn(*lsn),
            &BoxE7 {
                west: *west,
                south: *south,
                east: west.saturating_add(100),
                north: south.saturating_add(100),
            },
        ),
        Verb::ForgetRow(kind, key) => {
            let kind = RowKind::ALL[usize::from(*kind) % RowKind::ALL.len()];
            tx.forget_row(kind, &[*key; 16])
        }
        Verb::ForgetBox(lsn) => tx.forget_box(Lsn(*lsn)),
        Verb::Tokens(object, tokens) => {
            let tokens: std::collections::BTreeSet<_> =
                tokens.iter().map(|token| format!("词{token}")).collect();
            let tokens: Vec<_> = tokens.into_iter().collect();
            tx.put_tokens(ObjectId::from_bytes([*object; 16]), &tokens)
        }
        Verb::Live => tx.add_live(&live(), 4).map(|_| ()),
        Verb::Forget => tx.forget_projections(),
    }
}

fn told(units: u8, at: i64) -> Told {
    Told {
        units: (0..=units).map(|n| UnitId::from_bytes([n; 16])).collect(),
        at: UnixMs(at),
    }
}

fn row(
    (kind, key): (u8, u8),
    unit: u8,
    (at, tag): (i64, Option<i64>),
    parent: Option<ObjectId>,
) -> Row {
    Row {
        kind: RowKind::ALL[usize::from(kind) % RowKind::ALL.len()],
        key: vec![key; 16],
        owner: owner(unit),
        at,
        tags: [tag, None],
        parent,
        text: format!("{key} at {at} 开垦 \u{0}"),
    }
}

fn append(tx: &mut dyn Tx, envelope: &Envelope) -> Result<(), StoreError> {
    if tx.lsn_of(&envelope.id())?.is_some() {
        return Ok(());
    }
    let key = envelope.header().feed;
    let row = match tx.feed(&key)? {
        Some(row) => row,
        None => tx.add_feed(&key)?,
    };
    let count = tx.envelopes_from(Lsn(0), usize::MAX)?.len();
    tx.append_envelope(&NewEnvelope {
        lsn: Lsn(count as u64),
        feed: row.no,
        envelope,
        standing: Standing::Chained,
        known_at: UnixMs(1_000 + count as i64),
    })
}

fn apart(tx: &mut dyn Tx, lsn: u64, reason: u8, released: bool) -> Result<(), StoreError> {
    let stored = tx.envelope(Lsn(lsn))?.ok_or(StoreError::GivenUp)?;
    let header = stored.envelope.header();
    let reason = QuarantineReason::from_code(i64::from(reason % 8) + 1, i64::from(reason));
    tx.put_quarantine(&QuarantineRow {
        lsn: Lsn(lsn),
        envelope: stored.envelope.id(),
        unit: header.unit(),
        device: header.device(),
        person: None,
        object: stored.envelope.object(),
        reason: reason.unwrap_or(QuarantineReason::Body),
        detail: "why".into(),
        known_at: stored.known_at,
        released_at: released.then_some(UnixMs(5)),
    })
}

fn enrolment(n: u8, used: bool) -> EnrolmentRow {
    EnrolmentRow {
        id: RowId::from_bytes([n; 16]),
        code_hash: [n; 32],
        unit: UnitId::from_bytes([n; 16]),
        person: None,
        device_name: "phone".into(),
        by: PersonId::from_bytes([1; 16]),
        made_at: UnixMs(i64::from(n / 2)),
        expires_at: UnixMs(9),
        used_by: used.then(|| DeviceId::from_bytes([n; 16])),
    }
}

fn registry(kind: u8, number: u8) -> RegistryRow {
    RegistryRow {
        kind: format!("kind {kind}"),
        number: u64::from(number),
        hash: Digest::sha256(&[kind, number]),
        effective_from: format!("2026-01-{:02}", number + 1),
        published_at: UnixMs(i64::from(number)),
        publication: vec![kind, number],
    }
}

fn live() -> LiveRow {
    LiveRow {
        seq: 0,
        owner: owner(1),
        event: "position".into(),
        text: "{}".into(),
    }
}

pub(super) fn subject(n: u8) -> Subject {
    match n % 4 {
        0 => Subject::Bureau,
        1 => Subject::Device(DeviceId::from_bytes([n; 16])),
        2 => Subject::Person(PersonId::from_bytes([n; 16])),
        _ => Subject::Unit(UnitId::from_bytes([n; 16])),
    }
}

pub(super) fn scope(n: u8) -> Scope {
    let audience = match n % 3 {
        0 => Audience::Field,
        1 => Audience::Crime,
        _ => Audience::Case(ObjectId::from_bytes([n; 16])),
    };
    Scope {
        unit: UnitId::from_bytes([n / 2; 16]),
        audience,
    }
}

fn owner(n: u8) -> Owner {
    let Scope { unit, audience } = scope(n);
    Owner { unit, audience }
}
