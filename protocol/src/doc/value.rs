//! What stands in a document, typed or not.

use std::borrow::Cow;
use std::collections::BTreeMap;

use automerge::{ObjType, ReadDoc, ScalarValue};
use serde_json::json;

use super::actor::ActorId;

/// How deep objects are read. The gate admits no deeper ones.
const DEPTH_READ: u32 = 24;

/// A value as it stands in a document, whether this build has a meaning for it or not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Nothing, written on purpose.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number that was written as unsigned.
    Uint(u64),
    /// A floating-point number, as its IEEE 754 bits. Tala writes none.
    Float(u64),
    /// A text.
    Text(String),
    /// Bytes: ids, hashes and packed values.
    Bytes(Vec<u8>),
    /// An Automerge counter. Tala writes none.
    Counter(i64),
    /// Milliseconds since 1970.
    Time(i64),
    /// A scalar type of a newer Automerge. The gate refuses it.
    Other(u8, Vec<u8>),
    /// A map, each key with its winner. Tala writes none.
    Map(BTreeMap<String, Value>),
    /// A list, each element with its winner. Tala writes none.
    List(Vec<Value>),
    /// A text that merges letter by letter. Tala writes none.
    LongText(String),
}

/// A value with who wrote it, in which change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<T> {
    /// The value.
    pub value: T,
    /// Who wrote it.
    pub actor: ActorId,
    /// The change that wrote it.
    pub change: automerge::ChangeHash,
}

impl Value {
    /// As plain JSON, for people and APIs: bytes as hex, times and counters as numbers. For a form
    /// from which the value can be had back see [`super::export_json`].
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => json!(value),
            Value::Int(value) | Value::Counter(value) | Value::Time(value) => json!(value),
            Value::Uint(value) => json!(value),
            Value::Float(bits) => json!(f64::from_bits(*bits)),
            Value::Text(text) | Value::LongText(text) => json!(text),
            Value::Bytes(bytes) | Value::Other(_, bytes) => {
                json!(data_encoding::HEXLOWER.encode(bytes))
            }
            Value::Map(map) => map
                .iter()
                .map(|(key, value)| (key.clone(), value.to_json()))
                .collect(),
            Value::List(list) => list.iter().map(Value::to_json).collect(),
        }
    }

    pub(super) fn of_scalar(scalar: &ScalarValue) -> Self {
        match scalar {
            ScalarValue::Null => Value::Null,
            ScalarValue::Boolean(value) => Value::Bool(*value),
            ScalarValue::Int(value) => Value::Int(*value),
            ScalarValue::Uint(value) => Value::Uint(*value),
            ScalarValue::F64(value) => Value::Float(value.to_bits()),
            ScalarValue::Str(text) => Value::Text(text.to_string()),
            ScalarValue::Bytes(bytes) => Value::Bytes(bytes.clone()),
            ScalarValue::Counter(counter) => Value::Counter(i64::from(counter)),
            ScalarValue::Timestamp(ms) => Value::Time(*ms),
            ScalarValue::Unknown { type_code, bytes } => Value::Other(*type_code, bytes.clone()),
        }
    }

    /// The scalar to write; none for objects.
    pub(super) fn to_scalar(&self) -> Option<ScalarValue> {
        Some(match self {
            Value::Null => ScalarValue::Null,
            Value::Bool(value) => ScalarValue::Boolean(*value),
            Value::Int(value) => ScalarValue::Int(*value),
            Value::Uint(value) => ScalarValue::Uint(*value),
            Value::Float(bits) => ScalarValue::F64(f64::from_bits(*bits)),
            Value::Text(text) => ScalarValue::Str(text.as_str().into()),
            Value::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
            Value::Counter(value) => ScalarValue::counter(*value),
            Value::Time(ms) => ScalarValue::Timestamp(*ms),
            Value::Other(..) | Value::Map(_) | Value::List(_) | Value::LongText(_) => return None,
        })
    }

    pub(super) fn of_found(
        doc: &automerge::Automerge,
        found: &automerge::Value<'_>,
        id: &automerge::ObjId,
    ) -> Self {
        Self::read(doc, found, id, DEPTH_READ)
    }

    fn read(
        doc: &automerge::Automerge,
        found: &automerge::Value<'_>,
        id: &automerge::ObjId,
        depth: u32,
    ) -> Self {
        match found {
            automerge::Value::Scalar(scalar) => Self::of_scalar(scalar),
            automerge::Value::Object(_) if depth == 0 => Value::Null,
            automerge::Value::Object(ObjType::Text) => {
                Value::LongText(doc.text(id).unwrap_or_default())
            }
            automerge::Value::Object(ObjType::List) => {
                let elements = (0..doc.length(id)).filter_map(|at| doc.get(id, at).ok().flatten());
                Value::List(
                    elements
                        .map(|(value, id)| Self::read(doc, &value, &id, depth - 1))
                        .collect(),
                )
            }
            automerge::Value::Object(ObjType::Map | ObjType::Table) => {
                let read = |key: String| {
                    let (value, inner) = doc.get(id, key.as_str()).ok().flatten()?;
                    Some((key, Self::read(doc, &value, &inner, depth - 1)))
                };
                Value::Map(doc.keys(id).filter_map(read).collect())
            }
        }
    }
}

/// Who made an operation, from its Automerge id.
pub(super) fn actor_of(id: &automerge::ObjId) -> ActorId {
    let bytes = match id {
        automerge::ObjId::Id(_, actor, _) => Cow::Borrowed(actor.to_bytes()),
        automerge::ObjId::Root => Cow::Owned(Vec::new()),
    };
    // The gate admits sixteen bytes only; a document of other makers shows the nil actor.
    ActorId::from_bytes(<[u8; 16]>::try_from(bytes.as_ref()).unwrap_or([0; 16]))
}
