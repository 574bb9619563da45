//! `tala show`: one record, with what several people wrote at once.

use serde_json::{Value, json};
use tala_client::documents::{Conflict, ConflictValue};
use tala_client::store::Store as _;
use tala_protocol::doc::{DocType, IncidentView, PatrolView};

use crate::fault::Outcome;
use crate::find;
use crate::home::Phone;
use crate::say::{Say, rfc3339};

/// Shows a record.
pub(crate) fn run(id: &str, phone: &mut Phone, say: &Say) -> Outcome {
    let (object, doc_type) = find::record(phone, id)?;
    let fields = phone.engine.document(object)?.fields();
    let (title, newer) = match doc_type {
        DocType::Patrol => {
            let (view, newer): (PatrolView, _) = phone.engine.patrol_view(object)?;
            (view.title.and_then(|title| title.get().cloned()), newer)
        }
        DocType::Incident => {
            let (view, newer): (IncidentView, _) = phone.engine.incident_view(object)?;
            (view.title.and_then(|title| title.get().cloned()), newer)
        }
        DocType::Parties | DocType::Plan | DocType::Newer(_) => (None, Vec::new()),
    };
    let conflicts = phone.engine.conflicts(object)?;
    let held_back = phone.engine.held_back(object)?;
    let media = phone.engine.store().media_all()?;
    let shown: serde_json::Map<String, Value> = fields
        .iter()
        .filter_map(|(key, values)| Some((key.clone(), values.first()?.value.to_json())))
        .collect();
    let json = json!({
        "id": object.to_string(),
        "type": doc_type.word(),
        "title": title,
        "fields": shown,
        "newer": newer.iter().map(|n| {
            json!({"path": n.path, "value": n.value.to_json()})
        }).collect::<Vec<_>>(),
        "conflicts": conflicts.iter().map(|c| conflict_json(c, phone)).collect::<Vec<_>>(),
        "held_back": held_back.iter().map(|(id, standing)| {
            json!({"envelope": id.to_string(), "why": format!("{standing:?}")})
        }).collect::<Vec<_>>(),
        "media": media.iter().filter(|m| m.object == object).map(|m| json!({
            "hash": m.hash.to_string(), "size": m.len, "thumb": m.thumb,
            "uploaded": m.uploaded, "complete": m.complete, "lost": m.is_lost(),
        })).collect::<Vec<_>>(),
    });
    let mut lines = vec![format!("{} {object}", doc_type.word())];
    lines.extend(shown.iter().map(|(key, value)| format!("  {key}: {value}")));
    for conflict in &conflicts {
        lines.push(format!(
            "  {} {}:",
            say.text("冲突", "conflict"),
            conflict.path
        ));
        lines.extend(
            conflict
                .values
                .iter()
                .map(|value| conflict_line(value, phone)),
        );
    }
    for (envelope, standing) in &held_back {
        lines.push(format!(
            "  {} {envelope}: {standing:?}",
            say.text("未采纳", "held back")
        ));
    }
    phone.engine.rest()?;
    say.answer(&json, &lines.join("\n"))
}

fn conflict_json(conflict: &Conflict, phone: &Phone) -> Value {
    let values = conflict.values.iter().enumerate().map(|(n, value)| {
        json!({
            "value": value.value.to_json(),
            "shown": n == 0,
            "device": value.by.map(|by| by.device.to_string()),
            "person": value.by.and_then(|by| by.person).map(|person| person.to_string()),
            "name": name(value, phone),
            "at": value.by.map(|by| rfc3339(by.at)),
        })
    });
    json!({ "path": conflict.path, "values": values.collect::<Vec<_>>() })
}

fn conflict_line(value: &ConflictValue, phone: &Phone) -> String {
    let by = name(value, phone).unwrap_or_else(|| "?".to_owned());
    let at = value.by.map(|by| rfc3339(by.at)).unwrap_or_default();
    format!("    {} ({by}, {at})", value.value.to_json())
}

fn name(value: &ConflictValue, phone: &Phone) -> Option<String> {
    let person = value.by?.person?;
    phone
        .engine
        .directory()
        .person_name(person)
        .map(str::to_owned)
}
