//! `tala report`, `attach`, `edit`: incidents and their photos.

use std::path::Path;

use serde_json::json;
use tala_client::media::FileFacts;
use tala_protocol::doc::{
    DocType, EntryId, EvidenceEdit, EvidenceFacts, Geometry, IncidentEdit, MeasuredArea, Set,
    Severity, Shape, Source, Vertex,
};
use tala_protocol::envelope::Audience;
use tala_protocol::geo;
use tala_protocol::id::ObjectId;
use tala_protocol::track::import;

use crate::args::{AttachArgs, EditArgs, Fields, ReportArgs};
use crate::fault::{Fault, Outcome};
use crate::find;
use crate::home::{Phone, SystemEntropy, now};
use crate::patrol::{set, short};
use crate::say::Say;
use tala_client::entropy::Entropy as _;

/// Makes an incident.
pub(crate) fn report(args: &ReportArgs, phone: &mut Phone, say: &Say) -> Outcome {
    let mut edit = edit_of(&args.fields)?;
    edit.occurred_at = Set::To(now().shown());
    edit.patrol = set(phone.engine.snapshot().map(|snapshot| snapshot.patrol));
    let change = |document: &_, actor, at| edit.change(document, actor, at);
    let incident = phone.engine.create(
        DocType::Incident,
        Audience::Field,
        change,
        now(),
        &mut SystemEntropy,
    )?;
    let mut photos = Vec::new();
    for photo in &args.photo {
        photos.push(attach_file(phone, incident, photo, None)?);
    }
    phone.sign()?;
    phone.engine.rest()?;
    let json = json!({ "incident": incident.to_string(), "photos": photos });
    let human = format!(
        "{} {} ({} {})",
        say.text("已保存在本机: 事件", "saved on this phone: incident"),
        short(&incident.to_string()),
        photos.len(),
        say.text("张照片", "photos"),
    );
    say.answer(&json, &human)
}

/// Attaches a file.
pub(crate) fn attach(args: &AttachArgs, phone: &mut Phone, say: &Say) -> Outcome {
    let (object, _) = find::record(phone, &args.id)?;
    let hash = attach_file(phone, object, &args.file, args.title.clone())?;
    phone.sign()?;
    phone.engine.rest()?;
    let json = json!({ "object": object.to_string(), "hash": hash });
    say.answer(&json, &format!("{} {hash}", say.text("已附加", "attached")))
}

/// Changes an incident.
pub(crate) fn edit(args: &EditArgs, phone: &mut Phone, say: &Say) -> Outcome {
    let (object, doc_type) = find::record(phone, &args.id)?;
    if doc_type != DocType::Incident {
        return Err(Fault::new("only incidents are edited here"));
    }
    let edit = edit_of(&args.fields)?;
    let change = |document: &_, actor, at| edit.change(document, actor, at);
    phone.engine.edit(object, change, now())?;
    phone.sign()?;
    phone.engine.rest()?;
    let json = json!({ "incident": object.to_string() });
    say.answer(&json, say.text("已保存在本机", "saved on this phone"))
}

fn attach_file(
    phone: &mut Phone,
    object: ObjectId,
    path: &Path,
    title: Option<String>,
) -> Outcome<String> {
    let bytes = std::fs::read(path)?;
    let now = now();
    let media_type = media_type(path);
    let facts = FileFacts {
        bytes: &bytes,
        media_type,
        taken_at: Some(now.shown()),
        place_e7: None,
    };
    let attached = phone.engine.attach(object, facts, &mut phone.blobs, now)?;
    let evidence = EvidenceEdit {
        facts: Set::To(EvidenceFacts {
            hash: attached.hash,
            size: bytes.len() as u64,
            taken_at: now.shown(),
            place: None,
            media_type: media_type.to_owned(),
        }),
        title: set(title),
        withdrawn: Set::Keep,
    };
    let mut edit = IncidentEdit::default();
    edit.evidence
        .insert(EntryId::from_bytes(SystemEntropy.bytes16()), evidence);
    let change = |document: &_, actor, at| edit.change(document, actor, at);
    phone.engine.edit(object, change, now)?;
    Ok(attached.hash.to_string())
}

fn edit_of(fields: &Fields) -> Outcome<IncidentEdit> {
    let severity = match &fields.severity {
        Some(word) => Some(
            Severity::from_word(word)
                .ok_or_else(|| Fault::new(format!("{word} is no severity")))?,
        ),
        None => None,
    };
    let mut edit = IncidentEdit {
        category: set(fields.category.clone()),
        title: set(fields.title.clone()),
        narrative: set(fields.narrative.clone()),
        severity: set(severity),
        ..IncidentEdit::default()
    };
    if let Some(at) = &fields.at {
        let (lat_e7, lon_e7) =
            degrees(at).ok_or_else(|| Fault::new("--at wants lat,lon in degrees"))?;
        let point = Shape::Point(Vertex::new(lat_e7, lon_e7)?);
        edit.geometry = Set::To(Geometry::new(point, Source::Typed)?);
    }
    if let Some(path) = &fields.polygon {
        walked(path, &mut edit)?;
    }
    Ok(edit)
}

/// A boundary that was walked: the polygon and its area with the error.
fn walked(path: &Path, edit: &mut IncidentEdit) -> Outcome {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("");
    let track = import::any(name, &std::fs::read(path)?)?;
    let fixes = || track.fixes.iter().map(|timed| timed.fix);
    let points: Result<Vec<_>, _> = fixes()
        .map(|fix| geo::Point::new(fix.lat_e7, fix.lon_e7))
        .collect();
    let ring = geo::Ring::new(&points?)?;
    let sigma = geo::Sigma::from_accuracies_dm(fixes().filter_map(|fix| fix.acc_dm));
    let vertices: Result<Vec<_>, _> = ring
        .vertices()
        .iter()
        .map(|p| Vertex::new(p.lat_e7(), p.lon_e7()))
        .collect();
    let shape = Shape::Polygon(vec![vertices?]);
    edit.geometry = Set::To(Geometry::new(shape, Source::MeasuredGnss)?);
    if let Some(sigma) = sigma {
        let area = ring.measured_area(sigma);
        let (value, error) = (area.value(), area.half_width_95());
        edit.area = Set::To(MeasuredArea::from_m2(value, error, Source::MeasuredGnss));
    }
    Ok(())
}

/// `lat,lon` in decimal degrees, to 1e-7 degree.
fn degrees(text: &str) -> Option<(i32, i32)> {
    let (lat, lon) = text.split_once(',')?;
    let e7 = |text: &str| {
        let scaled = (text.trim().parse::<f64>().ok()? * 1e7).round();
        #[allow(
            clippy::cast_possible_truncation,
            reason = "checked against the range before"
        )]
        (scaled.abs() <= 1.8e9).then_some(scaled as i32)
    };
    Some((e7(lat)?, e7(lon)?))
}

fn media_type(path: &Path) -> &'static str {
    let ending = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or("")
        .to_lowercase();
    match ending.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "mp4" => "video/mp4",
        "m4a" => "audio/mp4",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_read_to_the_last_digit_and_no_further() {
        assert_eq!(
            degrees("43.6000001, 116.0"),
            Some((436_000_001, 1_160_000_000))
        );
        assert_eq!(degrees("-0.0000001,-180"), Some((-1, -1_800_000_000)));
        assert_eq!(degrees("1e300,0"), None);
        assert_eq!(degrees("43.6"), None);
        assert_eq!(degrees("NaN,1"), None);
    }
}
