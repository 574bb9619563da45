//! Who wrote what, change by change.

use std::collections::BTreeMap;

use automerge::ChangeHash;
use automerge::legacy::{Key, ObjectId, OpId, OpType};

use super::actor::ActorId;
use super::document::Document;
use super::value::Value;
use crate::time::UnixMs;

/// One change of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The change.
    pub change: ChangeHash,
    /// Who wrote it.
    pub actor: ActorId,
    /// Which of its author's changes in this document it is, from 1.
    pub seq: u64,
    /// What its author's clock said.
    pub at: UnixMs,
    /// What it wrote, each field once, in order.
    pub touched: Vec<Touch>,
}

/// A field that a change wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The field's path: keys, joined by `/`.
    pub path: String,
    /// The value written; none where the field was taken away.
    pub value: Option<Value>,
}

/// All changes of a document, each after its ancestors.
pub fn history(document: &Document) -> Vec<HistoryEntry> {
    let mut objects = BTreeMap::new();
    let changes = document.inner().get_changes(&[]);
    changes
        .iter()
        .map(|change| entry(change, &mut objects))
        .collect()
}

/// Paths of the objects that changes so far have made, by counter and actor.
type ObjectPaths = BTreeMap<(u64, Vec<u8>), String>;

fn entry(change: &automerge::Change, objects: &mut ObjectPaths) -> HistoryEntry {
    let actor = change.actor_id().to_bytes();
    let decoded = change.decode();
    let mut touched = Vec::with_capacity(decoded.operations.len());
    for (counter, op) in (change.start_op().get()..).zip(&decoded.operations) {
        let parent = match &op.obj {
            ObjectId::Root => String::new(),
            ObjectId::Id(id) => objects
                .get(&name(id))
                .map(|path| format!("{path}/"))
                .unwrap_or_default(),
        };
        let key = match &op.key {
            Key::Map(key) => key.to_string(),
            Key::Seq(_) => "*".to_owned(),
        };
        let path = format!("{parent}{key}");
        let value = match &op.action {
            OpType::Put(scalar) => Some(Value::of_scalar(scalar)),
            OpType::Increment(by) => Some(Value::Counter(*by)),
            OpType::Make(_) => {
                objects.insert((counter, actor.to_vec()), path.clone());
                Some(Value::Map(BTreeMap::new()))
            }
            OpType::Delete | OpType::MarkBegin(_) | OpType::MarkEnd(_) => None,
        };
        // A choice between values takes them away and writes one: only what came of it is told.
        touched.retain(|earlier: &Touch| earlier.path != path || path.ends_with('*'));
        touched.push(Touch { path, value });
    }
    HistoryEntry {
        change: change.hash(),
        actor: ActorId::from_bytes(actor.try_into().unwrap_or([0; 16])),
        seq: change.seq(),
        at: UnixMs(change.timestamp()),
        touched,
    }
}

fn name(id: &OpId) -> (u64, Vec<u8>) {
    (id.counter(), id.actor().to_bytes().to_vec())
}
