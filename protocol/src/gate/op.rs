//! The operations of a change, decoded within the bounds that the scan has proved.

use super::limits;
use super::reader::{Bools, Delta, Reader, Rle, Text, Unsigned};
use super::refusal::{GateRefusal, malformed, within};
use super::scan::Scan;

const ACTION_INCREMENT: u64 = 5;
const VALUE_COUNTER: u64 = 8;

/// An operation's name inside one change: an actor of its table and a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LocalId {
    pub(super) actor: u32,
    pub(super) counter: u64,
}

/// Where in its object an operation writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LocalKey {
    /// A key of a map.
    Prop(Box<str>),
    /// Before the first element of a sequence.
    Head,
    /// At, or after, an element of a sequence.
    Element(LocalId),
}

/// What an operation does, as far as structure is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Makes a map.
    MakeMap,
    /// Makes a list or a text.
    MakeSequence,
    /// Puts a scalar.
    Put {
        /// It is a counter, which survives increments.
        counter: bool,
    },
    /// Deletes what its predecessors put.
    Delete,
    /// Adds to counters.
    Increment,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Op {
    /// The object; none for the root.
    pub(super) object: Option<LocalId>,
    pub(super) key: LocalKey,
    pub(super) insert: bool,
    pub(super) action: Action,
    pub(super) preds: Vec<LocalId>,
}

/// Decodes all operations of a scanned change.
pub(super) fn decode(scan: &Scan<'_>) -> Result<Vec<Op>, GateRefusal> {
    let mut cursor = Cursor::new(scan);
    let count = usize::try_from(scan.op_count)
        .ok()
        .ok_or(malformed("operations"))?;
    let mut ops = Vec::with_capacity(count);
    for _ in 0..count {
        ops.push(cursor.op()?);
    }
    Ok(ops)
}

struct Cursor<'a> {
    object_actor: Rle<'a, Unsigned>,
    object_counter: Rle<'a, Unsigned>,
    key_actor: Rle<'a, Unsigned>,
    key_counter: Delta<'a>,
    key_text: Rle<'a, Text>,
    insert: Bools<'a>,
    action: Rle<'a, Unsigned>,
    value_meta: Rle<'a, Unsigned>,
    value: Reader<'a>,
    pred_count: Rle<'a, Unsigned>,
    pred_actor: Rle<'a, Unsigned>,
    pred_counter: Delta<'a>,
}

impl<'a> Cursor<'a> {
    fn new(scan: &Scan<'a>) -> Self {
        let columns = scan.columns;
        Self {
            object_actor: Rle::new(columns.object_actor),
            object_counter: Rle::new(columns.object_counter),
            key_actor: Rle::new(columns.key_actor),
            key_counter: Delta::new(columns.key_counter),
            key_text: Rle::new(columns.key_text),
            insert: Bools::new(columns.insert),
            action: Rle::new(columns.action),
            value_meta: Rle::new(columns.value_meta),
            value: Reader::new(columns.value),
            pred_count: Rle::new(columns.pred_count),
            pred_actor: Rle::new(columns.pred_actor),
            pred_counter: Delta::new(columns.pred_counter),
        }
    }

    fn op(&mut self) -> Result<Op, GateRefusal> {
        Ok(Op {
            object: self.object()?,
            key: self.key()?,
            insert: self.insert.cell()?.unwrap_or(false),
            action: self.action()?,
            preds: self.preds()?,
        })
    }

    fn object(&mut self) -> Result<Option<LocalId>, GateRefusal> {
        let actor = self.object_actor.cell()?.flatten();
        let counter = self.object_counter.cell()?.flatten();
        match (actor, counter) {
            (None, None) => Ok(None),
            (Some(actor), Some(counter)) => local_id(actor, counter).map(Some),
            _ => Err(malformed("object id")),
        }
    }

    fn key(&mut self) -> Result<LocalKey, GateRefusal> {
        let actor = self.key_actor.cell()?.flatten();
        let counter = self.key_counter.cell()?.flatten();
        let text = self.key_text.cell()?.flatten();
        match (actor, counter, text) {
            (None, None, Some(text)) => Ok(LocalKey::Prop(text.into())),
            (None, Some(0), None) => Ok(LocalKey::Head),
            (Some(actor), Some(counter), None) => {
                let counter = u64::try_from(counter).ok().ok_or(malformed("element id"))?;
                local_id(actor, counter).map(LocalKey::Element)
            }
            _ => Err(malformed("key")),
        }
    }

    fn action(&mut self) -> Result<Action, GateRefusal> {
        let action = self.action.cell()?.flatten().ok_or(malformed("action"))?;
        let meta = self
            .value_meta
            .cell()?
            .flatten()
            .ok_or(malformed("value meta"))?;
        let value = self.value.take(meta >> 4)?;
        if action == ACTION_INCREMENT || meta & 0x0f == VALUE_COUNTER {
            within(
                "counter",
                Reader::new(value).sleb()?.unsigned_abs(),
                limits::COUNTER,
            )?;
        }
        Ok(match action {
            0 => Action::MakeMap,
            1 => Action::Put {
                counter: meta & 0x0f == VALUE_COUNTER,
            },
            2 | 4 => Action::MakeSequence,
            3 => Action::Delete,
            ACTION_INCREMENT => Action::Increment,
            7 => return Err(GateRefusal::Mark),
            code => return Err(GateRefusal::Action { code }),
        })
    }

    fn preds(&mut self) -> Result<Vec<LocalId>, GateRefusal> {
        let count = self.pred_count.cell()?.flatten();
        let count = count.ok_or(malformed("predecessor count"))?;
        let mut preds = Vec::new();
        for _ in 0..count {
            let actor = self.pred_actor.cell()?.flatten();
            let counter = self.pred_counter.cell()?.flatten();
            let (Some(actor), Some(counter)) = (actor, counter) else {
                return Err(malformed("predecessor"));
            };
            let counter = u64::try_from(counter)
                .ok()
                .ok_or(malformed("predecessor"))?;
            preds.push(local_id(actor, counter)?);
        }
        Ok(preds)
    }
}

fn local_id(actor: u64, counter: u64) -> Result<LocalId, GateRefusal> {
    if counter == 0 {
        return Err(malformed("operation id"));
    }
    let actor = u32::try_from(actor)
        .ok()
        .ok_or(GateRefusal::ActorIndex { found: actor })?;
    Ok(LocalId { actor, counter })
}
