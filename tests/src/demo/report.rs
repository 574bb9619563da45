//! Reporting what a patrol finds: the incident, its photos, and what two people think of one.

use geo::CoordsIter as _;
use tala_client::media::FileFacts;
use tala_fixtures::banner::incidents::{Scenario, Severity as Seen};
use tala_fixtures::photo;
use tala_protocol::doc::{
    DocType, EntryId, EvidenceEdit, EvidenceFacts, Geometry, IncidentEdit, MeasuredArea, Set,
    Severity, Shape, Source, Vertex,
};
use tala_protocol::envelope::Audience;
use tala_protocol::fix::Fix;
use tala_protocol::geo::{Point, Ring, Sigma};
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::registry::NotACode;
use tala_protocol::time::{DeviceTimes, UnixMs};

use super::ledger::{Entry, IncidentLine, Ledger};
use super::meeting::Opinion;
use crate::rig::RigError;
use crate::rig::phone::{Phone, fault, random16};

/// Size of the photos, pixels.
const PHOTO_PX: (u32, u32) = (1_024, 768);
/// How well the corners of an area are known, m.
const CORNER_SIGMA_M: f64 = 3.0;

/// Reports what was found. Returns the incident and how many photos it has.
pub fn report(
    phone: &mut Phone,
    scenario: &Scenario,
    at: &Fix,
    now: DeviceTimes,
    ledger: &mut Ledger,
) -> Result<(ObjectId, u64), RigError> {
    let edit = incident(
        scenario,
        phone.engine.snapshot().map(|it| it.patrol),
        now.shown(),
    )?;
    ledger.write(&Entry::Incident(line(scenario)))?;
    let mut entropy: fn() -> [u8; 16] = random16;
    let object = phone.engine.create(
        DocType::Incident,
        Audience::Field,
        |document, actor, at| edit.change(document, actor, at),
        now,
        &mut entropy,
    );
    let object = object.map_err(fault(&phone.name, "reporting"))?;
    let (key, id) = (scenario.key.clone(), object.to_string());
    ledger.write(&Entry::Made { key, object: id })?;
    for seed in &scenario.photo_seeds {
        attach(phone, object, scenario, *seed, at, now, ledger)?;
    }
    Ok((object, scenario.photo_seeds.len() as u64))
}

/// Writes what one side thinks of an incident.
pub fn disagree(
    phone: &mut Phone,
    object: ObjectId,
    key: &str,
    opinion: Opinion,
    now: DeviceTimes,
    ledger: &mut Ledger,
) -> Result<(), RigError> {
    let rival = |path: &str, value: &str| Entry::Rival {
        key: key.to_owned(),
        path: path.to_owned(),
        value: value.to_owned(),
    };
    ledger.write(&rival("title", opinion.title))?;
    ledger.write(&rival("severity", opinion.severity.word()))?;
    let edit = IncidentEdit {
        title: Set::To(opinion.title.to_owned()),
        severity: Set::To(opinion.severity),
        ..IncidentEdit::default()
    };
    let edited = phone.engine.edit(
        object,
        |document, actor, at| edit.change(document, actor, at),
        now,
    );
    edited.map_err(fault(&phone.name, "editing"))
}

fn attach(
    phone: &mut Phone,
    object: ObjectId,
    scenario: &Scenario,
    seed: u64,
    at: &Fix,
    now: DeviceTimes,
    ledger: &mut Ledger,
) -> Result<(), RigError> {
    let (width, height) = PHOTO_PX;
    let bytes = photo::render(seed, &scenario.category, width, height);
    let bytes = bytes.map_err(fault(&phone.name, "taking a photo"))?;
    let hash = Digest::sha256(&bytes);
    ledger.write(&Entry::Photo {
        key: scenario.key.clone(),
        hash: hash.to_string(),
        len: bytes.len(),
    })?;
    let file = FileFacts {
        bytes: &bytes,
        media_type: "image/jpeg",
        taken_at: Some(now.shown()),
        place_e7: Some((at.lat_e7, at.lon_e7)),
    };
    let attached = phone.engine.attach(object, file, &mut phone.blobs, now);
    attached.map_err(fault(&phone.name, "attaching a photo"))?;
    let facts = EvidenceFacts {
        hash,
        size: bytes.len() as u64,
        taken_at: now.shown(),
        place: Vertex::new(at.lat_e7, at.lon_e7).ok(),
        media_type: "image/jpeg".to_owned(),
    };
    let mut edit = IncidentEdit::default();
    let evidence = EvidenceEdit {
        facts: Set::To(facts),
        ..EvidenceEdit::default()
    };
    edit.evidence
        .insert(EntryId::from_bytes(random16()), evidence);
    let edited = phone.engine.edit(
        object,
        |document, actor, at| edit.change(document, actor, at),
        now,
    );
    edited.map_err(fault(&phone.name, "listing a photo"))
}

/// What is written of a scenario.
pub fn incident(
    scenario: &Scenario,
    patrol: Option<ObjectId>,
    at: UnixMs,
) -> Result<IncidentEdit, RigError> {
    let world = |what: &str| RigError::World(format!("{}: {what}", scenario.key));
    let category = scenario
        .category
        .parse()
        .map_err(|error: NotACode| world(&error.to_string()))?;
    let shape = shape(&scenario.geometry).ok_or_else(|| world("no usable geometry"))?;
    let area = match &shape {
        Shape::Polygon(rings) => rings.first().and_then(|ring| area(ring)),
        Shape::Point(_) | Shape::Line(_) => None,
    };
    let geometry = Geometry::new(shape, Source::MeasuredGnss);
    Ok(IncidentEdit {
        category: Set::To(category),
        registry_version: Set::To(1),
        title: Set::To(scenario.title_zh.clone()),
        narrative: Set::To(scenario.narrative_zh.clone()),
        geometry: Set::To(geometry.map_err(|error| world(&error.to_string()))?),
        area: area.map_or(Set::Keep, Set::To),
        severity: Set::To(severity(scenario.severity)),
        campaign: scenario.campaign.map_or(Set::Keep, Set::To),
        occurred_at: Set::To(at),
        patrol: patrol.map_or(Set::Keep, Set::To),
        ..IncidentEdit::default()
    })
}

fn area(ring: &[Vertex]) -> Option<MeasuredArea> {
    let points = ring.iter().map(|it| Point::new(it.lat_e7(), it.lon_e7()));
    let points: Vec<Point> = points.collect::<Result<_, _>>().ok()?;
    let measured = Ring::new(&points)
        .ok()?
        .measured_area(Sigma::from_metres(CORNER_SIGMA_M)?);
    let (area, error) = (measured.value(), measured.half_width_95());
    Some(MeasuredArea::from_m2(area, error, Source::MeasuredGnss))
}

fn severity(seen: Seen) -> Severity {
    match seen {
        Seen::Low => Severity::Low,
        Seen::Medium => Severity::Medium,
        Seen::High => Severity::High,
        Seen::Emergency => Severity::Emergency,
    }
}

fn shape(geometry: &geo::Geometry<f64>) -> Option<Shape> {
    let vertices = |line: &geo::LineString<f64>| -> Option<Vec<Vertex>> {
        line.coords().map(|at| vertex(at.x, at.y)).collect()
    };
    match geometry {
        geo::Geometry::Point(at) => Some(Shape::Point(vertex(at.x(), at.y())?)),
        geo::Geometry::LineString(line) => Some(Shape::Line(vertices(line)?)),
        geo::Geometry::Polygon(polygon) => {
            let mut outer = vertices(polygon.exterior())?;
            // A field's ring is closed by its meaning; its first vertex is not repeated.
            outer.pop();
            Some(Shape::Polygon(vec![outer]))
        }
        _ => None,
    }
}

fn vertex(lon: f64, lat: f64) -> Option<Vertex> {
    Vertex::new((lat * 1e7).round() as i32, (lon * 1e7).round() as i32).ok()
}

fn line(scenario: &Scenario) -> IncidentLine {
    let e7 = |degrees: f64| (degrees * 1e7).round() as i64;
    let places = scenario.geometry.coords_iter();
    IncidentLine {
        key: scenario.key.clone(),
        title: scenario.title_zh.clone(),
        narrative: scenario.narrative_zh.clone(),
        category: scenario.category.clone(),
        severity: severity(scenario.severity).word().to_owned(),
        vertices_e7: places.map(|place| (e7(place.x), e7(place.y))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tala_fixtures::banner::incidents::scenarios;

    #[test]
    fn everything_that_can_be_found_can_be_reported() {
        for scenario in scenarios().expect("scenarios") {
            let edit = incident(&scenario, None, UnixMs(0)).expect("an incident");
            assert_ne!(edit.geometry, Set::Keep, "{}", scenario.key);
            assert_eq!(line(&scenario).title, scenario.title_zh);
        }
    }
}
