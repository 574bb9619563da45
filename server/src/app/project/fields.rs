//! Fields of documents in the form of the API: value, how it was obtained, who, when, and what others wrote.

use serde_json::{Value, json};
use tala_protocol::doc::{FieldValue, Known, Value as DocValue, Written};

use super::documents::{Author, Held};
use crate::store::projections::PersonPart;

/// One field. Names of people are filled in when it is read, because a name may be erased.
pub(super) fn field<T>(
    held: &Held,
    path: &str,
    field: &Option<FieldValue<T>>,
    show: impl Fn(&T) -> (Value, &'static str),
) -> Option<Value> {
    let field = field.as_ref()?;
    let shown = one(held, &field.shown, &show);
    let mut out = shown;
    let conflicts: Vec<Value> = if field.conflicts.is_empty() {
        Vec::new()
    } else {
        let all = std::iter::once(&field.shown).chain(&field.conflicts);
        let all = all.zip(std::iter::once(true).chain(std::iter::repeat(false)));
        all.map(|(written, winner)| {
            let mut value = one(held, written, &show);
            value["winner"] = json!(winner);
            value
        })
        .collect()
    };
    out["path"] = json!(path);
    out["conflicts"] = Value::Array(conflicts);
    Some(out)
}

fn one<T>(
    held: &Held,
    written: &Written<Known<T>>,
    show: &impl Fn(&T) -> (Value, &'static str),
) -> Value {
    let (value, source) = match &written.value {
        Known::Understood(value) => show(value),
        Known::Newer(raw) => (raw.to_json(), "newer"),
    };
    let author = held.author(&written.change);
    json!({
        "value": value,
        "source": source,
        "by": author.map(by),
        "device": author.map(|author| author.device.to_string()),
        "at": author.map(|author| author.at),
    })
}

/// A person in the form of the API, the name left to the reader.
pub(super) fn by(author: &Author) -> Value {
    json!({ "person": author.person.map(|person| person.to_string()), "name": null })
}

/// A person as rows keep it.
pub(super) fn person_of(author: &Author) -> PersonPart {
    PersonPart {
        person: author.person,
        name: None,
    }
}

/// Every field of a document that has more than one value, whatever it means.
pub(super) fn conflicts_of(held: &Held) -> Vec<Value> {
    let fields = held.document().fields().into_iter();
    let contested = fields.filter(|(_, values)| values.len() > 1);
    contested
        .map(|(path, values)| {
            let conflicts: Vec<Value> = values
                .iter()
                .zip(std::iter::once(true).chain(std::iter::repeat(false)))
                .map(|(written, winner)| plain(held, written, winner))
                .collect();
            json!({ "path": path, "conflicts": conflicts })
        })
        .collect()
}

fn plain(held: &Held, written: &Written<DocValue>, winner: bool) -> Value {
    let author = held.author(&written.change);
    json!({
        "value": written.value.to_json(),
        "by": author.map(by),
        "device": author.map(|author| author.device.to_string()),
        "at": author.map(|author| author.at),
        "winner": winner,
    })
}
