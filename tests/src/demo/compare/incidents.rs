//! Incidents of one phone: every field, the geometry, and each photo byte for byte.

use serde_json::Value;

use super::{Line, Written, hash_of, text};
use crate::demo::ledger::IncidentLine;
use crate::rig::RigError;
use crate::rig::desk::Desk;

/// Compares what one phone reported. A field that two wrote at once must show all values.
pub(super) async fn compare(
    desk: &Desk,
    phone: &Written,
    rivals: &[(String, String, String)],
    line: &mut Line,
) -> Result<(), RigError> {
    line.incidents.0 = phone.incidents.len();
    line.photos.0 = phone.photos.len();
    for written in &phone.incidents {
        let key = &written.key;
        let Some(object) = phone.objects.get(key) else {
            line.faults.push(format!("{key}: was never made"));
            continue;
        };
        let detail = match desk.get(&format!("/api/v1/incidents/{object}")).await {
            Ok(detail) => detail,
            Err(error) => {
                line.faults.push(format!("{key}: {error}"));
                continue;
            }
        };
        let faults = line.faults.len();
        fields(written, rivals, &detail, &mut line.faults);
        photos(desk, phone, key, &detail, line).await?;
        line.incidents.1 += usize::from(line.faults.len() == faults);
    }
    Ok(())
}

fn fields(
    written: &IncidentLine,
    rivals: &[(String, String, String)],
    detail: &Value,
    faults: &mut Vec<String>,
) {
    let key = &written.key;
    let category = detail
        .get("category")
        .map(|it| text(it, "code"))
        .unwrap_or_default();
    let plain = [
        ("title", written.title.as_str(), text(detail, "title")),
        ("narrative", &written.narrative, text(detail, "narrative")),
        ("category", &written.category, category),
        ("severity", &written.severity, text(detail, "severity")),
    ];
    for (path, wanted, found) in plain {
        let claims = rivals.iter().filter(|(of, at, _)| of == key && at == path);
        let claims: Vec<&str> = claims.map(|(_, _, value)| value.as_str()).collect();
        if claims.is_empty() && wanted != found {
            faults.push(format!(
                "{key}: {path} is {found:?}, was written as {wanted:?}"
            ));
        }
        let shown = conflict(detail, path);
        for claim in &claims {
            if !shown.contains(claim) {
                faults.push(format!(
                    "{key}: {path} does not show {claim:?} but {shown:?}"
                ));
            }
        }
        if shown.len() != claims.len() {
            let (is, was) = (shown.len(), claims.len());
            faults.push(format!(
                "{key}: {path} shows {is} values at once, {was} were written"
            ));
        }
    }
    let found = vertices(detail.get("geometry").unwrap_or(&Value::Null));
    if found != written.vertices_e7 {
        faults.push(format!(
            "{key}: geometry {found:?}, was {:?}",
            written.vertices_e7
        ));
    }
}

/// The values that stand at once in a field.
fn conflict<'v>(detail: &'v Value, path: &str) -> Vec<&'v str> {
    let fields = detail.get("fields").and_then(Value::as_array);
    let field = fields.and_then(|all| all.iter().find(|field| text(field, "path") == path));
    let values = field.and_then(|field| field.get("conflicts")?.as_array());
    values
        .map(|all| all.iter().map(|it| text(it, "value")).collect())
        .unwrap_or_default()
}

/// Every position of a GeoJSON geometry, in 1e-7 degree.
fn vertices(geometry: &Value) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    collect(
        geometry.get("coordinates").unwrap_or(&Value::Null),
        &mut found,
    );
    found
}

fn collect(value: &Value, found: &mut Vec<(i64, i64)>) {
    let Some(list) = value.as_array() else { return };
    if let [Value::Number(lon), Value::Number(lat), ..] = list.as_slice() {
        let e7 = |number: &serde_json::Number| {
            number
                .as_f64()
                .map_or(i64::MIN, |degrees| (degrees * 1e7).round() as i64)
        };
        found.push((e7(lon), e7(lat)));
        return;
    }
    list.iter().for_each(|inner| collect(inner, found));
}

/// Downloads every original that the incident lists and compares its bytes with what was written down.
async fn photos(
    desk: &Desk,
    phone: &Written,
    key: &str,
    detail: &Value,
    line: &mut Line,
) -> Result<(), RigError> {
    let listed = detail
        .get("evidence")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let wanted: Vec<_> = phone.photos.iter().filter(|(of, ..)| of == key).collect();
    if listed.len() != wanted.len() {
        let (is, was) = (listed.len(), wanted.len());
        line.faults
            .push(format!("{key}: {is} files listed, {was} were attached"));
    }
    for (_, hash, len) in wanted {
        let Some(file) = listed.iter().find(|file| text(file, "hash") == hash) else {
            line.faults
                .push(format!("{key}: file {hash} is not listed"));
            continue;
        };
        let bytes = match desk.bytes(text(file, "href")).await {
            Ok(bytes) => bytes,
            Err(error) => {
                line.faults.push(format!("{key}: file {hash}: {error}"));
                continue;
            }
        };
        if hash_of(&bytes) == *hash && bytes.len() == *len {
            line.photos.1 += 1;
        } else {
            line.faults.push(format!(
                "{key}: file {hash} comes back as {}",
                hash_of(&bytes)
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written() -> IncidentLine {
        IncidentLine {
            key: "k".into(),
            title: "t".into(),
            narrative: "n".into(),
            category: "mining".into(),
            severity: "low".into(),
            vertices_e7: vec![(1_163_839_880, 438_313_380)],
        }
    }

    fn faults(rivals: &[(&str, &str)], detail: Value) -> Vec<String> {
        let rival = |(path, value): &(&str, &str)| ("k".into(), (*path).into(), (*value).into());
        let rivals: Vec<_> = rivals.iter().map(rival).collect();
        let mut faults = Vec::new();
        fields(&written(), &rivals, &detail, &mut faults);
        faults
    }

    fn detail(title: &str, conflicts: Value) -> Value {
        json!({
            "title": title, "narrative": "n", "category": {"code": "mining"}, "severity": "low",
            "geometry": {"type": "Point", "coordinates": [116.383988, 43.831338]},
            "fields": [{"path": "title", "conflicts": conflicts}],
        })
    }

    #[test]
    fn equal_fields_pass_and_a_changed_one_is_named() {
        assert!(faults(&[], detail("t", json!([]))).is_empty());
        assert_eq!(faults(&[], detail("u", json!([]))).len(), 1);
    }

    #[test]
    fn of_two_values_written_at_once_both_must_be_shown() {
        let rivals = [("title", "a"), ("title", "b")];
        assert!(
            faults(
                &rivals,
                detail("a", json!([{"value": "a"}, {"value": "b"}]))
            )
            .is_empty()
        );
        assert_eq!(faults(&rivals, detail("a", json!([]))).len(), 3);
    }
}
