//! History: what each change of an incident wrote.

use automerge::legacy::{Key, OpType};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use tala_protocol::gate::Admitted;
use tala_protocol::id::ObjectId;

use super::batch::{Batch, text_of};
use super::documents::Held;
use crate::store::projections::{ChangeRow, Owner, Row, RowKind};

/// Longest text of a value in a summary, signs.
const SUMMARY_LEN_MAX: usize = 200;

/// Takes back the rows of all changes that ever came: some may not stand any more.
pub(super) fn take_back(batch: &mut Batch, held: &Held) {
    for lsn in held.arrivals() {
        batch.take_back(RowKind::Change, &lsn.0.to_be_bytes());
    }
}

/// Adds a row for each change.
pub(super) fn project(
    batch: &mut Batch,
    incident: ObjectId,
    owner: Owner,
    held: &Held,
    changes: &[Admitted],
) {
    for change in changes {
        let Some(author) = held.author(&change.hash()) else {
            continue;
        };
        let row = ChangeRow {
            lsn: author.lsn.0,
            envelope: author.envelope.to_string(),
            incident,
            owner,
            at: author.at,
            known_at: author.known_at,
            person: author.person,
            device: author.device,
            touched: touched(change),
        };
        batch.put(Row {
            kind: RowKind::Change,
            key: author.lsn.0.to_be_bytes().to_vec(),
            owner,
            at: author.known_at,
            tags: [None, None],
            parent: Some(incident),
            text: text_of(&row),
        });
    }
}

/// What a change that the gate admitted wrote at the root, last writing first told.
fn touched(admitted: &Admitted) -> Vec<(String, Value)> {
    let Ok(change) = automerge::Change::from_bytes(admitted.bytes().to_vec()) else {
        return Vec::new();
    };
    let mut touched: Vec<(String, Value)> = Vec::new();
    for op in &change.decode().operations {
        let Key::Map(key) = &op.key else {
            continue;
        };
        let value = match &op.action {
            OpType::Put(scalar) => scalar_json(scalar),
            _ => Value::Null,
        };
        let path = name_of(key);
        touched.retain(|(earlier, _)| *earlier != path);
        touched.push((path, value));
    }
    touched
}

fn scalar_json(scalar: &automerge::ScalarValue) -> Value {
    use automerge::ScalarValue as S;
    match scalar {
        S::Null | S::Unknown { .. } => Value::Null,
        S::Boolean(value) => json!(value),
        S::Int(value) | S::Timestamp(value) => json!(value),
        S::Uint(value) => json!(value),
        S::F64(value) => json!(value),
        S::Counter(value) => json!(i64::from(value)),
        S::Str(text) => json!(text.chars().take(SUMMARY_LEN_MAX).collect::<String>()),
        S::Bytes(bytes) => {
            let cut = bytes.get(..SUMMARY_LEN_MAX / 2).unwrap_or(bytes);
            json!(HEXLOWER.encode(cut))
        }
    }
}

/// The name that people see for a key of an incident.
fn name_of(key: &str) -> String {
    let (list, rest) = key.split_once('/').unwrap_or((key, ""));
    let name = match list {
        "c" => "category",
        "rv" => "registry_version",
        "t" => "title",
        "n" => "narrative",
        "g" => "geometry",
        "a" => "area",
        "l" => "length",
        "o" => "offset",
        "s" => "severity",
        "cp" => "campaign",
        "at" => "occurred_at",
        "pt" => "patrol",
        "ev" => "evidence",
        "hd" => "heads",
        other => other,
    };
    if rest.is_empty() {
        name.to_owned()
    } else {
        format!("{name}/{rest}")
    }
}
