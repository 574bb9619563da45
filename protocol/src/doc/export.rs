//! A document as JSON from which everything that stands in it can be had back.

use std::collections::BTreeMap;

use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc};
use data_encoding::HEXLOWER;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::document::Document;
use super::value::{Value, actor_of};

/// How deep objects are exported. The gate admits no deeper ones.
const DEPTH_EXPORTED: u32 = 24;

#[derive(Serialize)]
struct Export {
    fields: BTreeMap<String, Vec<Entry>>,
    format: u32,
    heads: Vec<String>,
}

/// One value that stands, in alphabetical order of its members.
#[derive(Serialize)]
struct Entry {
    by: String,
    change: String,
    value: Tagged,
}

/// A value that says its type.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Tagged {
    Scalar(Json),
    Map(BTreeMap<String, Vec<Entry>>),
    List(Vec<Vec<Entry>>),
    LongText(String),
}

/// The document as canonical JSON: sorted keys, no spaces, all values that stand in every field,
/// the winner first. Equal heads give equal bytes, whatever version of the software exports.
pub fn export_json(document: &Document) -> Vec<u8> {
    let heads = document
        .heads()
        .iter()
        .map(|head| HEXLOWER.encode(&head.0))
        .collect();
    let fields = map(document.inner(), &ROOT, DEPTH_EXPORTED);
    let export = Export {
        fields,
        format: 1,
        heads,
    };
    // Serializing strings and numbers into memory has no way to fail.
    serde_json::to_vec(&export).unwrap_or_default()
}

fn map(doc: &Automerge, object: &ObjId, depth: u32) -> BTreeMap<String, Vec<Entry>> {
    let keys = doc.keys(object);
    keys.map(|key| {
        let found = doc.get_all(object, key.as_str()).unwrap_or_default();
        (key, entries(doc, found, depth))
    })
    .collect()
}

fn entries(
    doc: &Automerge,
    mut found: Vec<(automerge::Value<'_>, ObjId)>,
    depth: u32,
) -> Vec<Entry> {
    found.sort_by(|(_, a), (_, b)| b.cmp(a));
    let entry = |(value, id): &(automerge::Value<'_>, ObjId)| Entry {
        by: actor_of(id).to_string(),
        change: doc
            .hash_for_opid(id)
            .map(|hash| HEXLOWER.encode(&hash.0))
            .unwrap_or_default(),
        value: tagged(doc, value, id, depth),
    };
    found.iter().map(entry).collect()
}

fn tagged(doc: &Automerge, value: &automerge::Value<'_>, id: &ObjId, depth: u32) -> Tagged {
    match value {
        automerge::Value::Scalar(scalar) => Tagged::Scalar(scalar_json(&Value::of_scalar(scalar))),
        automerge::Value::Object(_) if depth == 0 => Tagged::Scalar(Json::Null),
        automerge::Value::Object(ObjType::Map | ObjType::Table) => {
            Tagged::Map(map(doc, id, depth - 1))
        }
        automerge::Value::Object(ObjType::List) => {
            let all = |at| entries(doc, doc.get_all(id, at).unwrap_or_default(), depth - 1);
            Tagged::List((0..doc.length(id)).map(all).collect())
        }
        automerge::Value::Object(ObjType::Text) => {
            Tagged::LongText(doc.text(id).unwrap_or_default())
        }
    }
}

fn scalar_json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Bool(_) | Value::Text(_) => value.to_json(),
        Value::Int(number) => json!({ "int": number }),
        Value::Uint(number) => json!({ "uint": number }),
        Value::Float(bits) => json!({ "float_bits": bits }),
        Value::Bytes(bytes) => json!({ "bytes": HEXLOWER.encode(bytes) }),
        Value::Counter(number) => json!({ "counter": number }),
        Value::Time(ms) => json!({ "time_ms": ms }),
        Value::Other(code, bytes) => {
            json!({ "other": { "bytes": HEXLOWER.encode(bytes), "code": code } })
        }
        Value::Map(_) | Value::List(_) | Value::LongText(_) => Json::Null,
    }
}
