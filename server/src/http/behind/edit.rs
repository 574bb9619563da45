//! A desk's change to an incident: what the API may write, and in which type.

use serde_json::Value;
use tala_protocol::doc::{IncidentEdit, Severity};
use tala_protocol::id::ObjectId;
use tala_protocol::registry::Code;
use tala_protocol::time::UnixMs;

use super::{Tagged, incidents, rows};
use crate::app::access::Grant;
use crate::app::{AppError, Centre};
use crate::http::wire::incident::EditWire;
use crate::store::projections::{IncidentRow, RowKind};

/// Longest text that a desk writes into a field, bytes.
const TEXT_LEN_MAX: usize = 16 * 1_024;

/// Writes, and gives the incident as it then stands; `None` where it was changed since `tag` was read.
pub(super) fn incident(
    centre: &Centre,
    grant: &Grant,
    id: ObjectId,
    tag: &str,
    edit: &EditWire,
) -> Result<Option<Tagged>, AppError> {
    let it: IncidentRow = rows::one(centre, grant, RowKind::Incident, id.as_bytes())?;
    if it.heads.join(".") != tag {
        return Ok(None);
    }
    let change = change(centre, &it, edit)?;
    if !grant.sees(&it.owner) {
        // It was shown to the reader's unit, not handed over.
        return Err(AppError::Forbidden);
    }
    match centre.edit_incident(grant, id, &it.heads, &change) {
        Ok(Some(said)) => centre.wait_for(said.lsn)?,
        Ok(None) => {}
        Err(AppError::Conflict(_)) => return Ok(None),
        Err(other) => return Err(other),
    }
    incidents::detail(centre, grant, id).map(Some)
}

/// What is to be written: new values, and shown values again where a person chose them of several.
fn change(centre: &Centre, it: &IncidentRow, asked: &EditWire) -> Result<IncidentEdit, AppError> {
    let mut edit = IncidentEdit::default();
    for path in &asked.resolve {
        let shown = it
            .fields
            .iter()
            .find(|field| field["path"] == path.as_str());
        let shown = shown.and_then(|field| field.get("value"));
        set(centre, it, &mut edit, path, shown.unwrap_or(&Value::Null))?;
    }
    for (path, value) in &asked.fields {
        set(centre, it, &mut edit, path, value)?;
    }
    Ok(edit)
}

fn set(
    centre: &Centre,
    it: &IncidentRow,
    edit: &mut IncidentEdit,
    path: &str,
    value: &Value,
) -> Result<(), AppError> {
    let wrong = || AppError::Invalid(format!("fields.{path} cannot hold this"));
    let text = || {
        let text = value.as_str().filter(|text| text.len() <= TEXT_LEN_MAX);
        text.map(str::to_owned).ok_or_else(wrong)
    };
    match path {
        "title" => edit.title = text()?.into(),
        "narrative" => edit.narrative = text()?.into(),
        "severity" => edit.severity = Severity::from_word(&text()?).ok_or_else(wrong)?.into(),
        "category" => edit.category = category(centre, it, value).ok_or_else(wrong)?.into(),
        _ => {
            let words = format!("fields.{path} is not written at the desk");
            return Err(AppError::Invalid(words));
        }
    }
    Ok(())
}

/// A category that the registry in force on the day of the incident lists and still gives out.
fn category(centre: &Centre, it: &IncidentRow, value: &Value) -> Option<Code> {
    let code: Code = value.as_str()?.parse().ok()?;
    let in_force = centre.in_force();
    let listed = in_force.at(UnixMs(it.occurred_at)).type_of(&code)?;
    (!listed.retired).then_some(code)
}
