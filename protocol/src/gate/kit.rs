//! For tests: people with phones, who edit, meet, and sometimes forge.

use automerge::legacy::{Key, ObjectId, Op, OpId, OpType};
use automerge::transaction::CommitOptions;
use automerge::{Automerge, Change, ChangeHash, ExpandedChange, ScalarValue};

use super::{Arrival, Candidate, GateRefusal, Ledger, Outcome, Verdict, check};
use crate::doc::{ActorId, Document, EditError, Editor};
use crate::hash::Digest;
use crate::time::UnixMs;

/// A change in its envelope.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) envelope: Digest,
    pub(crate) bytes: Vec<u8>,
    pub(crate) actor: ActorId,
    pub(crate) previous: Option<(u64, ChangeHash)>,
}

impl Sent {
    pub(crate) fn arrival(&self) -> Arrival<'_> {
        Arrival {
            envelope: self.envelope,
            bytes: &self.bytes,
            actor: self.actor,
            expected_hash: None,
            author_previous: self.previous,
            policy: None,
        }
    }

    pub(crate) fn candidate(&self) -> Candidate<'_> {
        Candidate {
            bytes: &self.bytes,
            expected_actor: self.actor,
            expected_hash: None,
            author_previous: self.previous,
        }
    }
}

/// Somebody with a phone.
#[derive(Debug, Clone)]
pub(crate) struct Phone {
    pub(crate) actor: ActorId,
    pub(crate) ledger: Ledger,
    pub(crate) document: Document,
    pub(crate) sent: Vec<Sent>,
    previous: Option<(u64, ChangeHash)>,
}

impl Phone {
    pub(crate) fn of(who: u8) -> Self {
        Self {
            actor: actor(who),
            ledger: Ledger::new(),
            document: Document::new(),
            sent: Vec::new(),
            previous: None,
        }
    }

    /// Edits, and takes the own change in as everybody else's.
    pub(crate) fn edit(
        &mut self,
        write: impl FnOnce(&mut Editor<'_>) -> Result<(), EditError>,
    ) -> Option<Sent> {
        let bytes = self
            .document
            .edit(self.actor, UnixMs(1), write)
            .expect("an edit")?;
        Some(self.send(bytes))
    }

    /// Signs a change, whatever made it.
    pub(crate) fn send(&mut self, bytes: Vec<u8>) -> Sent {
        let envelope = Digest::sha256_parts(&[b"envelope", &bytes]);
        let sent = Sent {
            envelope,
            bytes,
            actor: self.actor,
            previous: self.previous,
        };
        if let Verdict::Admit(admitted) = check(self.ledger.index(), &sent.candidate()) {
            self.previous = Some((admitted.seq(), admitted.hash()));
        }
        self.receive(&sent);
        self.sent.push(sent.clone());
        sent
    }

    pub(crate) fn receive(&mut self, sent: &Sent) {
        let outcome = self.ledger.receive(&sent.arrival());
        self.settle(&outcome);
    }

    pub(crate) fn settle(&mut self, outcome: &Outcome) {
        outcome
            .settle(&mut self.document)
            .expect("admitted changes apply");
    }

    /// Edits with the whole of Automerge, as a newer version might.
    pub(crate) fn edit_freely(
        &mut self,
        write: impl FnOnce(&mut automerge::transaction::Transaction<'_>),
    ) -> Option<Sent> {
        let mut copy = automerge_of(&self.document);
        copy.set_actor(self.actor.into());
        let mut transaction = copy.transaction();
        write(&mut transaction);
        let hash = transaction
            .commit_with(CommitOptions::default().with_time(1))
            .0?;
        let change = automerge::ReadDoc::get_change_by_hash(&copy, &hash).expect("the change");
        Some(self.send(change.raw_bytes().to_vec()))
    }
}

pub(crate) fn actor(who: u8) -> ActorId {
    ActorId::from_bytes([who; 16])
}

/// The document as Automerge has it, by way of its changes.
pub(crate) fn automerge_of(document: &Document) -> Automerge {
    let mut copy = Automerge::new();
    let changes = document.changes();
    copy.apply_changes(
        changes
            .into_iter()
            .map(|bytes| Change::from_bytes(bytes).expect("a change")),
    )
    .expect("applies");
    copy
}

/// What the gate says of one forged change upon what `phone` holds.
pub(crate) fn refusal(phone: &Phone, bytes: &[u8]) -> GateRefusal {
    let forged = Sent {
        envelope: Digest::sha256(bytes),
        bytes: bytes.to_vec(),
        actor: phone.actor,
        previous: phone.previous,
    };
    match check(phone.ledger.index(), &forged.candidate()) {
        Verdict::Refuse(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// A change that Automerge encodes well, saying whatever it is told to say.
pub(crate) struct Forgery(pub(crate) ExpandedChange);

impl Forgery {
    /// An empty change by `phone`, at the right place.
    pub(crate) fn by(phone: &Phone) -> Self {
        let heads = phone.document.heads();
        let inner = automerge_of(&phone.document);
        let changes = inner.get_changes(&[]);
        let max_op = changes.iter().map(Change::max_op).max().unwrap_or(0);
        Self(ExpandedChange {
            operations: Vec::new(),
            actor_id: phone.actor.into(),
            hash: None,
            seq: phone.previous.map_or(0, |(seq, _)| seq) + 1,
            start_op: (max_op + 1).try_into().expect("not zero"),
            time: 0,
            message: None,
            deps: heads,
            extra_bytes: Vec::new(),
            author: None,
        })
    }

    pub(crate) fn op(
        mut self,
        object: ObjectId,
        key: Key,
        action: OpType,
        preds: Vec<OpId>,
    ) -> Self {
        let insert = false;
        self.0.operations.push(Op {
            action,
            obj: object,
            key,
            pred: preds.into(),
            insert,
        });
        self
    }

    pub(crate) fn insert(mut self, object: ObjectId, key: Key, preds: Vec<OpId>) -> Self {
        let action = OpType::Put(ScalarValue::Int(1));
        let insert = true;
        self.0.operations.push(Op {
            action,
            obj: object,
            key,
            pred: preds.into(),
            insert,
        });
        self
    }

    /// Puts a number at the root.
    pub(crate) fn put(self, key: &str, preds: Vec<OpId>) -> Self {
        self.op(
            ObjectId::Root,
            Key::Map(key.into()),
            OpType::Put(ScalarValue::Int(1)),
            preds,
        )
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        Change::from(self.0).raw_bytes().to_vec()
    }
}

/// The name of an operation.
pub(crate) fn op_id(counter: u64, who: u8) -> OpId {
    OpId(counter, actor(who).into())
}

/// A map key.
pub(crate) fn prop(key: &str) -> Key {
    Key::Map(key.into())
}

/// A chunk with a right header around any body.
pub(crate) fn chunk(chunk_type: u8, body: &[u8]) -> Vec<u8> {
    let mut hashed = vec![chunk_type];
    hashed.extend(uleb(body.len()));
    hashed.extend_from_slice(body);
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83];
    bytes.extend_from_slice(&Digest::sha256(&hashed).bytes()[..4]);
    bytes.extend(hashed);
    bytes
}

/// An unsigned LEB128 number.
pub(crate) fn uleb(value: usize) -> Vec<u8> {
    let mut value = value;
    let mut out = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).expect("seven bits");
        value >>= 7;
        if value == 0 {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

/// The body of a change: header fields, then columns by specification.
pub(crate) struct RawChange {
    pub(crate) deps: usize,
    pub(crate) actor: Vec<u8>,
    pub(crate) others: Vec<Vec<u8>>,
    pub(crate) message: Vec<u8>,
    pub(crate) columns: Vec<(usize, Vec<u8>)>,
    pub(crate) footer: Vec<u8>,
}

impl RawChange {
    /// One operation that puts a null under the key "k", by `who`.
    pub(crate) fn by(who: u8) -> Self {
        Self {
            deps: 0,
            actor: actor(who).as_bytes().to_vec(),
            others: Vec::new(),
            message: Vec::new(),
            columns: vec![
                (0x15, vec![0x7f, 1, b'k']),
                (0x34, vec![1]),
                (0x42, vec![0x7f, 1]),
                (0x56, vec![0x7f, 0]),
                (0x70, vec![0x7f, 0]),
            ],
            footer: Vec::new(),
        }
    }

    pub(crate) fn column(mut self, spec: usize, bytes: &[u8]) -> Self {
        self.columns.retain(|(other, _)| *other != spec);
        self.columns.push((spec, bytes.to_vec()));
        self.columns.sort_by_key(|(spec, _)| *spec);
        self
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        let mut body = uleb(self.deps);
        body.extend(vec![7; self.deps.min(1_000) * 32]);
        body.extend(uleb(self.actor.len()));
        body.extend(self.actor);
        body.extend([1, 1, 0]);
        body.extend(uleb(self.message.len()));
        body.extend(self.message);
        body.extend(uleb(self.others.len()));
        for other in self.others {
            body.extend(uleb(other.len()));
            body.extend(other);
        }
        body.extend(uleb(self.columns.len()));
        for (spec, bytes) in &self.columns {
            body.extend(uleb(*spec));
            body.extend(uleb(bytes.len()));
        }
        body.extend(self.columns.into_iter().flat_map(|(_, bytes)| bytes));
        body.extend(self.footer);
        chunk(1, &body)
    }
}
