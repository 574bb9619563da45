//! Fields of documents: what rows keep, with the names that are known now and times as texts.

use serde_json::Value;
use tala_protocol::cert::Directory;
use tala_protocol::id::PersonId;

use super::rows::time;
use crate::http::wire::AuthorWire;
use crate::http::wire::incident::{ConflictWire, FieldWire};

/// A field.
pub(super) fn field(directory: &Directory, it: &Value) -> FieldWire {
    let conflicts = it.get("conflicts").and_then(Value::as_array);
    let conflicts: Vec<ConflictWire> = conflicts
        .into_iter()
        .flatten()
        .map(|one| conflict(directory, one))
        .collect();
    let shown = conflicts.iter().find(|one| one.winner);
    let value = it.get("value").cloned();
    let path = text(it, "path").unwrap_or_default();
    let value = value.or_else(|| shown.map(|one| one.value.clone()));
    FieldWire {
        value: shown_value(&path, value.unwrap_or(Value::Null)),
        source: text(it, "source"),
        by: by(directory, it),
        device: text(it, "device"),
        at: at(it),
        conflicts: conflicts
            .into_iter()
            .map(|one| ConflictWire {
                value: shown_value(&path, one.value),
                ..one
            })
            .collect(),
        path,
    }
}

/// A time of a row as text.
pub(super) fn time_text(it: &Value, name: &str) -> Option<String> {
    it.get(name).and_then(Value::as_i64).map(time)
}

/// A text of a row.
pub(super) fn text(it: &Value, name: &str) -> Option<String> {
    it.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn conflict(directory: &Directory, it: &Value) -> ConflictWire {
    ConflictWire {
        value: it.get("value").cloned().unwrap_or(Value::Null),
        by: by(directory, it),
        device: text(it, "device"),
        at: at(it),
        winner: it.get("winner").and_then(Value::as_bool).unwrap_or(false),
    }
}

fn by(directory: &Directory, it: &Value) -> AuthorWire {
    let person = it.get("by").and_then(|by| text(by, "person"));
    let id: Option<PersonId> = person.as_ref().and_then(|id| id.parse().ok());
    let name = id.and_then(|id| directory.person_name(id));
    AuthorWire {
        name: name.map(str::to_owned),
        person,
    }
}

fn at(it: &Value) -> Option<String> {
    time_text(it, "at")
}

/// Times inside documents are ms; the API writes all times alike.
fn shown_value(path: &str, value: Value) -> Value {
    match (path.ends_with("_at"), value.as_i64()) {
        (true, Some(ms)) => Value::String(time(ms)),
        _ => value,
    }
}
