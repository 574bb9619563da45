//! Incidents: what their documents say, ready to be shown and searched.

use serde_json::{Value, json};
use tala_protocol::doc::{
    DocType, FieldValue, Geometry, IncidentView, MeasuredArea, OffsetSighting, Shape, Vertex,
};
use tala_protocol::geo::Measured;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::registry::{Code, IncidentType};
use tala_protocol::time::UnixMs;
use tala_protocol::triage::{Facts, Finding, triage};

use super::batch::{Batch, Write, text_of};
use super::documents::Held;
use super::fields::{field, person_of};
use super::in_force::{InForce, OnDay};
use super::media::hash_tag;
use super::search::tokens;
use super::thread::Projector;
use super::{change, patrol, plan};
use crate::app::commit::{Draft, quarantine_row_of};
use crate::store::projections::{IncidentRow, Owner, Row, RowKind};
use crate::store::{Lsn, Reads, StoreError};

impl Projector {
    /// Projects every document that something happened to.
    pub(super) fn project_documents(
        &mut self,
        reads: &dyn Reads,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let (directory, in_force) = (self.directory.get(), self.in_force.get());
        for object in std::mem::take(&mut self.documents.touched) {
            let held = self
                .documents
                .get(reads, &directory, object, Lsn(u64::MAX))?;
            let (fresh, all) = held.take_fresh();
            set_apart(reads, batch, held)?;
            let Some(owner) = held.owner() else {
                continue;
            };
            match held.doc_type() {
                Some(DocType::Patrol) => patrol::project(reads, batch, object, owner, held)?,
                Some(DocType::Incident) => {
                    if all {
                        change::take_back(batch, held);
                    }
                    // What was written stays its home's; the record goes to whoever is responsible.
                    let home = held.home().unwrap_or(owner);
                    change::project(batch, object, home, held, &fresh);
                    project_incident(batch, &in_force, object, owner, held);
                }
                Some(DocType::Plan) => plan::project(batch, object, owner, held),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Keeps what the gate refused apart, and has the office say so, each once.
fn set_apart(reads: &dyn Reads, batch: &mut Batch, held: &Held) -> Result<(), StoreError> {
    for (lsn, header, id, reason, word) in held.refused() {
        if reads.quarantined(lsn)?.is_some() {
            continue;
        }
        let row = quarantine_row_of(lsn, &header, id, reason, word, held.last_known_at());
        batch.write(Write::Apart(row));
        batch.verdicts.push(Draft::refusal(&header, id, reason));
    }
    Ok(())
}

fn project_incident(
    batch: &mut Batch,
    in_force: &InForce,
    id: ObjectId,
    owner: Owner,
    held: &Held,
) {
    let row = incident_row(in_force, id, owner, held);
    let on_day = in_force.at(UnixMs(row.occurred_at));
    let category = row.category.as_ref().and_then(|code| on_day.type_of(code));
    let words = [
        row.title.as_deref(),
        row.narrative.as_deref(),
        row.category.as_ref().map(Code::as_str),
    ];
    let labels = category.map(text_of_labels).unwrap_or_default();
    let text = words.into_iter().flatten().chain([labels.as_str()]);
    batch.write(Write::Tokens(
        id,
        tokens(&text.collect::<Vec<_>>().join("\n")),
    ));
    batch.put(Row {
        kind: RowKind::Incident,
        key: id.as_bytes().to_vec(),
        owner,
        at: row.occurred_at,
        tags: [
            row.category.as_ref().map(code_tag),
            row.band.as_deref().map(band_tag),
        ],
        parent: row.patrol,
        text: text_of(&row),
    });
    batch.tell("incident", owner, &told(row));
}

/// What the live feed says of an incident: what a list shows. A page that wants more asks for it, and the
/// feed keeps thousands of these.
fn told(row: IncidentRow) -> IncidentRow {
    IncidentRow {
        narrative: None,
        geometry: None,
        offset: None,
        triage: None,
        fields: Vec::new(),
        evidence: vec![Value::Null; row.evidence.len()],
        newer: Vec::new(),
        heads: Vec::new(),
        ..row
    }
}

fn incident_row(in_force: &InForce, id: ObjectId, owner: Owner, held: &Held) -> IncidentRow {
    let (view, newer) = IncidentView::read(held.document());
    let fields = fields(held, &view);
    let contested = |field: &&Value| field["conflicts"].as_array().is_some_and(|c| !c.is_empty());
    let conflicts = fields.iter().filter(contested).count();
    let category = value(&view.category).cloned();
    let occurred_at = value(&view.occurred_at).map_or(held.first_known_at(), |at| at.0);
    let area = value(&view.area);
    let on_day = in_force.at(UnixMs(occurred_at));
    let kind = category.as_ref().and_then(|code| on_day.type_of(code));
    let finding = kind.and_then(|kind| find(&on_day, kind, area));
    let (types_version, rules_version) = on_day.versions();
    let route = finding.as_ref().map(|finding| finding.route.word());
    let route = route.or_else(|| kind.and_then(|kind| kind.route.as_ref().map(|r| r.word())));
    let anchor = value(&view.geometry).and_then(Geometry::anchor);
    IncidentRow {
        id,
        owner,
        category,
        title: value(&view.title).cloned(),
        narrative: value(&view.narrative).cloned(),
        severity: value(&view.severity).map(|s| s.word().to_owned()),
        occurred_at,
        known_at: held.first_known_at(),
        changed_at: held.last_known_at(),
        reporter: held.author_of_genesis().map(person_of).unwrap_or_default(),
        device: held.made_by(),
        patrol: value(&view.patrol).copied(),
        campaign: value(&view.campaign).copied(),
        point_e7: anchor.map(|place| (place.lon_e7(), place.lat_e7())),
        geometry: value(&view.geometry).map(|g| geojson(g.shape())),
        offset: value(&view.offset).map(offset_json),
        area_dm2: area.map(|area| (area.area_dm2, area.error_dm2)),
        band: finding.as_ref().map(|f| f.band.word().to_owned()),
        route: route.map(str::to_owned),
        triage: finding.as_ref().map(|f| finding_json(f, area)),
        types_version,
        rules_version,
        fields,
        conflicts: u32::try_from(conflicts).unwrap_or(u32::MAX),
        evidence: evidence(&view),
        newer: newer
            .iter()
            .map(|newer| json!({ "path": newer.path, "value": newer.value.to_json() }))
            .collect(),
        apart: held.apart(),
        heads: held
            .document()
            .heads()
            .iter()
            .map(ToString::to_string)
            .collect(),
    }
}

fn fields(held: &Held, view: &IncidentView) -> Vec<Value> {
    let typed = |value: Value| (value, "typed");
    let all = [
        field(held, "category", &view.category, |v| typed(json!(v))),
        field(held, "title", &view.title, |v| typed(json!(v))),
        field(held, "narrative", &view.narrative, |v| typed(json!(v))),
        field(held, "severity", &view.severity, |v| typed(json!(v.word()))),
        field(held, "occurred_at", &view.occurred_at, |v| {
            typed(json!(v.0))
        }),
        field(held, "geometry", &view.geometry, |v| {
            (geojson(v.shape()), v.source().word())
        }),
        field(held, "area", &view.area, |v| {
            let area = json!({ "area_m2": v.area().0, "error_m2": v.error().0 });
            (area, v.source.word())
        }),
        field(held, "length", &view.length, |v| {
            let length = json!({ "length_m": v.length().0, "error_m": v.error().0 });
            (length, v.source.word())
        }),
        field(held, "offset", &view.offset, |v| {
            (offset_json(v), v.source.word())
        }),
        field(held, "campaign", &view.campaign, |v| {
            typed(json!(v.to_string()))
        }),
        field(held, "patrol", &view.patrol, |v| {
            typed(json!(v.to_string()))
        }),
    ];
    all.into_iter().flatten().collect()
}

fn evidence(view: &IncidentView) -> Vec<Value> {
    let standing = view
        .evidence
        .values()
        .filter(|e| value(&e.withdrawn).is_none());
    let shown = standing.filter_map(|entry| {
        let facts = value(&entry.facts)?;
        let place = facts.place.map(|place| lon_lat(&place));
        Some(json!({
            "hash": facts.hash.to_string(),
            "media_type": facts.media_type,
            "size": facts.size,
            "taken_at": facts.taken_at.0,
            "point": place,
            "title": value(&entry.title),
        }))
    });
    shown.collect()
}

fn find(on_day: &OnDay<'_>, kind: &IncidentType, area: Option<&MeasuredArea>) -> Option<Finding> {
    let measured = area.and_then(|area| Measured::new(area.area(), area.error()));
    let facts = Facts {
        category: &kind.code,
        area: measured,
        known: &[],
        on: on_day.day?,
    };
    triage(on_day.rules?, &facts)
}

/// The number that incidents of a category are found by.
pub(in crate::app) fn code_tag(code: &Code) -> i64 {
    hash_tag(&Digest::sha256(code.as_str().as_bytes()))
}

fn text_of_labels(kind: &IncidentType) -> String {
    use tala_protocol::registry::Language;
    let languages = [
        Language::Zh,
        Language::MnCyrl,
        Language::MnMong,
        Language::En,
    ];
    let labels = languages.into_iter().filter_map(|l| kind.labels.get(l));
    labels.collect::<Vec<_>>().join("\n")
}

fn finding_json(finding: &Finding, area: Option<&MeasuredArea>) -> Value {
    json!({
        "band": finding.band.word(),
        "amount_mu": area.map(|area| area.area().mu()),
        "error_mu": area.map(|area| area.error().mu()),
        "threshold_mu": finding.threshold.map(|threshold| threshold.mu()),
        "rule": {
            "id": finding.rule.code,
            "version": finding.rule.version,
            "effective_from": finding.rule.effective_from.to_string(),
            "source": finding.rule.source,
        },
    })
}

fn band_tag(word: &str) -> i64 {
    match word {
        "administrative" => 1,
        "near_threshold" => 2,
        "criminal_lead" => 3,
        _ => 0,
    }
}

fn offset_json(offset: &OffsetSighting) -> Value {
    json!({
        "bearing_deg": f64::from(offset.bearing_ddeg) / 10.0,
        "distance_m": f64::from(offset.distance_dm) / 10.0,
        "observer": lon_lat(&offset.observer),
    })
}

/// A shape as a GeoJSON geometry.
pub(super) fn geojson(shape: &Shape) -> Value {
    match shape {
        Shape::Point(place) => json!({ "type": "Point", "coordinates": lon_lat(place) }),
        Shape::Line(places) => {
            let line: Vec<Value> = places.iter().map(lon_lat).collect();
            json!({ "type": "LineString", "coordinates": line })
        }
        Shape::Polygon(rings) => {
            // GeoJSON repeats the first place at the end of a ring.
            let closed = |ring: &Vec<Vertex>| -> Vec<Value> {
                ring.iter().chain(ring.first()).map(lon_lat).collect()
            };
            let rings: Vec<_> = rings.iter().map(closed).collect();
            json!({ "type": "Polygon", "coordinates": rings })
        }
    }
}

fn lon_lat(place: &Vertex) -> Value {
    json!([
        f64::from(place.lon_e7()) / 1e7,
        f64::from(place.lat_e7()) / 1e7
    ])
}

fn value<T>(field: &Option<FieldValue<T>>) -> Option<&T> {
    field.as_ref().and_then(FieldValue::get)
}
