//! Why a change is not admitted.

/// Why the gate refuses a change. Structure and fixed limits only, never meaning. A refusal is for
/// ever: no release can override it, because every replica must come to the same end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateRefusal {
    /// Code 1: something is larger or more than [`super::limits`] allows.
    #[error("{what} is {found}, the limit is {limit}")]
    OverLimit {
        /// What was counted.
        what: &'static str,
        /// How much of it there is.
        found: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// Code 2: the bytes do not follow the encoding.
    #[error("malformed {what}")]
    Malformed {
        /// The part that could not be read.
        what: &'static str,
    },
    /// Code 3: not an Automerge chunk of type 1 (one plain change).
    #[error("not a plain change (chunk type {chunk_type})")]
    NotAChange {
        /// The type byte found; 255 where the magic bytes were wrong.
        chunk_type: u8,
    },
    /// Code 4: the checksum in the header is not that of the body.
    #[error("checksum does not match the body")]
    Checksum,
    /// Code 5: a deflated chunk or column. Nothing that must be inflated is ever read.
    #[error("compressed chunk or column")]
    Compressed,
    /// Code 6: an actor id that is not sixteen bytes.
    #[error("actor id of {found} bytes")]
    ActorLength {
        /// Its length.
        found: u64,
    },
    /// Code 7: a column that a change does not have, or columns out of order.
    #[error("unexpected column {spec}")]
    Column {
        /// The column specification found.
        spec: u64,
    },
    /// Code 8: an actor number with no actor in the change's table.
    #[error("actor number {found} is not in the table of the change")]
    ActorIndex {
        /// The number found.
        found: u64,
    },
    /// Code 9: a scalar of a type that does not survive saving and loading.
    #[error("value type {code}")]
    ValueType {
        /// The type code found.
        code: u64,
    },
    /// Code 10: an operation that Tala does not admit (tables and unknown ones).
    #[error("operation {code}")]
    Action {
        /// The action code found.
        code: u64,
    },
    /// Code 11: marks and rich text.
    #[error("marks are not admitted")]
    Mark,
    /// Code 12: an Automerge author. Who wrote is what the envelope's signature says.
    #[error("automerge author is not admitted")]
    Author,
    /// Code 13: bytes after the last column.
    #[error("{bytes} trailing bytes")]
    Trailing {
        /// How many.
        bytes: u64,
    },
    /// Code 14: a change without operations.
    #[error("no operations")]
    Empty,
    /// Code 15: the change is not the one that the envelope names.
    #[error("hash is not the one that was signed")]
    Hash,
    /// Code 16: the actor is not the one derived from who signed.
    #[error("actor is not the signer's")]
    Actor,
    /// Code 17: Automerge itself cannot read the change.
    #[error("unreadable to automerge")]
    Unreadable,
    /// Code 18: another encoding of the same content. It would change its hash when a document is
    /// saved.
    #[error("not canonically encoded")]
    NotCanonical,
    /// Code 19: one direct ancestor named twice.
    #[error("ancestor named twice")]
    DuplicateDep,
    /// Code 20: not the next sequence number of its author.
    #[error("sequence number is {found}, the author's next is {expected}")]
    Sequence {
        /// The next one.
        expected: u64,
        /// The one found.
        found: u64,
    },
    /// Code 21: does not descend from what the same author said before (equivocation).
    #[error("does not descend from the author's previous change")]
    OwnPrevious,
    /// Code 22: the first operation counter is not the one after all ancestors'.
    #[error("first operation is {found}, must be {expected}")]
    StartOp {
        /// The one that follows from the ancestors.
        expected: u64,
        /// The one found.
        found: u64,
    },
    /// Code 23: operation {op} writes into an object that no ancestor made.
    #[error("operation {op}: unknown object")]
    UnknownObject {
        /// Position of the operation in the change.
        op: u64,
    },
    /// Code 24: a map key on a sequence, or an element on a map.
    #[error("operation {op}: key does not fit the object")]
    KeyKind {
        /// Position of the operation in the change.
        op: u64,
    },
    /// Code 25: an element that is not in that sequence.
    #[error("operation {op}: unknown element")]
    UnknownElement {
        /// Position of the operation in the change.
        op: u64,
    },
    /// Code 26: a predecessor that is unknown, of another key, or no longer live at the change's
    /// ancestors.
    #[error("operation {op}: predecessor is not a live value of the same key")]
    Pred {
        /// Position of the operation in the change.
        op: u64,
    },
    /// Code 27: an insertion that claims to replace something.
    #[error("operation {op}: insertion with predecessors")]
    InsertWithPred {
        /// Position of the operation in the change.
        op: u64,
    },
    /// Code 28: a deletion of nothing.
    #[error("operation {op}: deletion without predecessors")]
    DeleteWithoutPred {
        /// Position of the operation in the change.
        op: u64,
    },
    /// Code 29: an increment of something that is no counter.
    #[error("operation {op}: increment without a counter")]
    Increment {
        /// Position of the operation in the change.
        op: u64,
    },
    /// Code 30: the index already holds another change at this author's sequence number. Cannot
    /// happen while callers give `author_previous` truly; a [`super::Ledger`] reports a fork
    /// instead.
    #[error("another change holds this author's sequence number")]
    PositionTaken,
    /// Code 31: the trial on a copy of the document failed ([`super::trial()`]).
    #[error("trial failed: {what}")]
    Trial {
        /// The step that failed.
        what: &'static str,
    },
}

impl GateRefusal {
    /// The stable number, used in stores and on the wire.
    pub const fn code(&self) -> u16 {
        self.named().0
    }

    /// The stable word, used in APIs and logs.
    pub const fn word(&self) -> &'static str {
        self.named().1
    }

    const fn named(&self) -> (u16, &'static str) {
        match self {
            GateRefusal::OverLimit { .. } => (1, "over_limit"),
            GateRefusal::Malformed { .. } => (2, "malformed"),
            GateRefusal::NotAChange { .. } => (3, "not_a_change"),
            GateRefusal::Checksum => (4, "checksum"),
            GateRefusal::Compressed => (5, "compressed"),
            GateRefusal::ActorLength { .. } => (6, "actor_length"),
            GateRefusal::Column { .. } => (7, "column"),
            GateRefusal::ActorIndex { .. } => (8, "actor_index"),
            GateRefusal::ValueType { .. } => (9, "value_type"),
            GateRefusal::Action { .. } => (10, "action"),
            GateRefusal::Mark => (11, "mark"),
            GateRefusal::Author => (12, "author"),
            GateRefusal::Trailing { .. } => (13, "trailing"),
            GateRefusal::Empty => (14, "empty"),
            GateRefusal::Hash => (15, "hash"),
            GateRefusal::Actor => (16, "actor"),
            GateRefusal::Unreadable => (17, "unreadable"),
            GateRefusal::NotCanonical => (18, "not_canonical"),
            GateRefusal::DuplicateDep => (19, "duplicate_dep"),
            GateRefusal::Sequence { .. } => (20, "sequence"),
            GateRefusal::OwnPrevious => (21, "own_previous"),
            GateRefusal::StartOp { .. } => (22, "start_op"),
            GateRefusal::UnknownObject { .. } => (23, "unknown_object"),
            GateRefusal::KeyKind { .. } => (24, "key_kind"),
            GateRefusal::UnknownElement { .. } => (25, "unknown_element"),
            GateRefusal::Pred { .. } => (26, "pred"),
            GateRefusal::InsertWithPred { .. } => (27, "insert_with_pred"),
            GateRefusal::DeleteWithoutPred { .. } => (28, "delete_without_pred"),
            GateRefusal::Increment { .. } => (29, "increment"),
            GateRefusal::PositionTaken => (30, "position_taken"),
            GateRefusal::Trial { .. } => (31, "trial"),
        }
    }
}

/// Shorthand for a limit that was passed.
pub(super) fn within(what: &'static str, found: u64, limit: u64) -> Result<(), GateRefusal> {
    if found > limit {
        return Err(GateRefusal::OverLimit { what, found, limit });
    }
    Ok(())
}

/// Shorthand for bytes that do not follow the encoding.
pub(super) const fn malformed(what: &'static str) -> GateRefusal {
    GateRefusal::Malformed { what }
}
