//! Zones, and tracks that enter or leave them.

use std::collections::BTreeMap;

use rstar::{AABB, RTree, RTreeObject};
use serde_json::Value;
use tala_protocol::fix::Fix;
use tala_protocol::geo::{Bound, Point, TrackPoint, Zone};
use tala_protocol::hash::Digest;
use tala_protocol::track::{Segment, decode};

use super::ack::taken_on;
use super::batch::Batch;
use super::joint::{self, box_of};
use super::segment::facts;
use super::sos::alert_row;
use super::thread::Projector;
use crate::store::projections::{
    AlertKind, AlertRow, BoxE7, RowKind, SegmentRow, ZoneRow, zone_kind,
};
use crate::store::{Reads, StoreError, StoredEnvelope};

/// The zones that tracks are compared with.
#[derive(Debug, Default)]
pub struct Zones {
    tree: RTree<Boxed>,
    zones: BTreeMap<String, Zone>,
}

#[derive(Debug, Clone)]
struct Boxed {
    id: String,
    around: AABB<[i32; 2]>,
}

impl RTreeObject for Boxed {
    type Envelope = AABB<[i32; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.around
    }
}

impl Zones {
    /// Those of the imported zones whose kind is watched and whose shape can be used.
    pub fn of(rows: &[ZoneRow]) -> Self {
        let (mut boxes, mut zones) = (Vec::new(), BTreeMap::new());
        for row in rows.iter().filter(|row| zone_kind(&row.kind)) {
            let Some(zone) = Zone::from_geojson(&row.geometry) else {
                continue;
            };
            let [west, south, east, north] = row.bbox;
            boxes.push(Boxed {
                id: row.id.clone(),
                around: AABB::from_corners([west, south], [east, north]),
            });
            zones.insert(row.id.clone(), zone);
        }
        Self {
            tree: RTree::bulk_load(boxes),
            zones,
        }
    }

    /// Reads zones from GeoJSON: a FeatureCollection of polygons with `id`, `kind` and `names`.
    pub fn read_geojson(text: &str) -> Result<Vec<ZoneRow>, String> {
        let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let features = file["features"].as_array().ok_or("no features")?;
        let rows = features.iter().enumerate().map(|(at, feature)| {
            let properties = &feature["properties"];
            let text = |key: &str| properties[key].as_str().map(str::to_owned);
            let geometry = feature["geometry"].clone();
            let bbox = bbox(&geometry).ok_or_else(|| format!("feature {at}: no polygon"))?;
            Ok(ZoneRow {
                id: text("id").ok_or_else(|| format!("feature {at}: no id"))?,
                kind: text("kind").ok_or_else(|| format!("feature {at}: no kind"))?,
                names: properties["names"].clone(),
                geometry,
                bbox,
            })
        });
        rows.collect()
    }

    fn meeting(&self, around: &BoxE7) -> impl Iterator<Item = (&str, &Zone)> {
        let window = AABB::from_corners([around.west, around.south], [around.east, around.north]);
        let met = self.tree.locate_in_envelope_intersecting(&window);
        met.filter_map(|boxed| Some((boxed.id.as_str(), self.zones.get(&boxed.id)?)))
    }
}

impl Projector {
    /// Alerts for a segment that crosses the boundary of a watched zone, within itself or on the way from
    /// the segment before and to the one behind. Fixes are decoded only where the boxes meet.
    pub(super) fn alert_zones(
        &self,
        reads: &dyn Reads,
        stored: &StoredEnvelope,
        row: &SegmentRow,
        segment: &[u8],
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let zones = self.zones.get();
        if zones.zones.is_empty() {
            return Ok(());
        }
        if zones.meets(&box_of(row))
            && let Ok(segment) = decode(segment)
        {
            for run in runs(&segment) {
                zones.alert(reads, row, &run, &segment.fixes, batch)?;
            }
        }
        for joint in joint::neighbours(reads, stored, row, batch)? {
            if zones.meets(&joint.around)
                && let Some((later, fixes)) = joint.fixes(reads, row, segment)?
            {
                let run: Vec<TrackPoint> = fixes.iter().filter_map(point).collect();
                zones.alert(reads, &later, &run, &fixes, batch)?;
            }
        }
        Ok(())
    }
}

impl Projector {
    /// Takes back what a segment may have raised: within itself, and on the way from the segment before.
    pub(super) fn take_back_alerts(
        &self,
        reads: &dyn Reads,
        stored: &StoredEnvelope,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let zones = self.zones.get();
        let Some((row, bytes)) = facts(stored).filter(|_| !zones.zones.is_empty()) else {
            return Ok(());
        };
        let mut raised = Vec::new();
        if zones.meets(&box_of(&row))
            && let Ok(segment) = decode(&bytes)
        {
            let within = runs(&segment);
            let within = within.iter();
            raised.extend(within.flat_map(|run| zones.crossings(&row, run, &segment.fixes)));
        }
        if let Some(joint) = joint::before(reads, stored, &row)?
            && zones.meets(&joint.around)
            && let Some((later, fixes)) = joint.fixes(reads, &row, &bytes)?
        {
            let run: Vec<TrackPoint> = fixes.iter().filter_map(point).collect();
            raised.extend(zones.crossings(&later, &run, &fixes));
        }
        for alert in raised {
            batch.take_back(RowKind::Alert, alert.id.as_bytes());
        }
        Ok(())
    }
}

impl Zones {
    /// Raises an alert for every crossing. One that is known stays as it is.
    fn alert(
        &self,
        reads: &dyn Reads,
        row: &SegmentRow,
        run: &[TrackPoint],
        fixes: &[Fix],
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        for mut alert in self.crossings(row, run, fixes) {
            let key = alert.id.as_bytes();
            let known: Option<AlertRow> = batch.row(reads, RowKind::Alert, key)?;
            if known.is_none() {
                alert.acknowledged = taken_on(reads, &alert, batch)?;
                batch.put(alert_row(&alert));
                batch.tell("alert", row.owner, &alert);
            }
        }
        Ok(())
    }

    /// An alert for every boundary that a run without gaps crosses.
    fn crossings(&self, row: &SegmentRow, run: &[TrackPoint], fixes: &[Fix]) -> Vec<AlertRow> {
        let Some(around) = box_around(fixes) else {
            return Vec::new();
        };
        let mut crossings = Vec::new();
        for (id, zone) in self.meeting(&around) {
            for stay in zone.stays(run) {
                let ends = [
                    (AlertKind::ZoneEntry, stay.from),
                    (AlertKind::ZoneExit, stay.until),
                ];
                for (kind, bound) in ends {
                    if let Bound::Crossed(at) = bound {
                        crossings.push(zone_alert(row, id, kind, at.0, fixes));
                    }
                }
            }
        }
        crossings
    }

    fn meets(&self, around: &BoxE7) -> bool {
        self.meeting(around).next().is_some()
    }
}

/// The fixes of a segment as runs without gaps.
fn runs(segment: &Segment) -> Vec<Vec<TrackPoint>> {
    let mut runs = vec![Vec::new()];
    for (index, fix) in (0u16..).zip(&segment.fixes) {
        if index > 0 && segment.gaps.iter().any(|gap| gap.index == index) {
            runs.push(Vec::new());
        }
        if let (Some(point), Some(run)) = (point(fix), runs.last_mut()) {
            run.push(point);
        }
    }
    runs
}

fn point(fix: &Fix) -> Option<TrackPoint> {
    let place = Point::new(fix.lat_e7, fix.lon_e7).ok()?;
    Some(TrackPoint {
        at: fix.time,
        place,
    })
}

fn box_around(fixes: &[Fix]) -> Option<BoxE7> {
    let boxes = fixes.iter().map(|fix| BoxE7 {
        west: fix.lon_e7,
        south: fix.lat_e7,
        east: fix.lon_e7,
        north: fix.lat_e7,
    });
    boxes.reduce(|a, b| a.with(&b))
}

fn zone_alert(row: &SegmentRow, zone: &str, kind: AlertKind, at: i64, fixes: &[Fix]) -> AlertRow {
    // The same crossing of the same segment has the same id, however often it is found.
    let name = format!("{}/{zone}/{kind:?}/{at}", row.envelope);
    let id = Digest::sha256(name.as_bytes()).prefix16();
    let nearest = fixes.iter().min_by_key(|fix| fix.time.0.abs_diff(at));
    AlertRow {
        id: data_encoding::HEXLOWER.encode(&id),
        kind,
        owner: row.owner,
        patrol: Some(row.patrol),
        device: row.device,
        person: row.person,
        place_e7: nearest.map(|fix| (fix.lon_e7, fix.lat_e7)),
        at,
        known_at: row.known_at,
        zone: Some(zone.to_owned()),
        note: None,
        envelopes: vec![row.envelope.clone()],
        acknowledged: None,
    }
}

fn bbox(geometry: &Value) -> Option<[i32; 4]> {
    let outer = geometry["coordinates"].as_array()?.first()?.as_array()?;
    let mut around: Option<[i32; 4]> = None;
    for value in outer {
        let (lon, lat) = (e7(&value[0])?, e7(&value[1])?);
        around = Some(match around {
            None => [lon, lat, lon, lat],
            Some([w, s, e, n]) => [w.min(lon), s.min(lat), e.max(lon), n.max(lat)],
        });
    }
    around
}

fn e7(degrees: &Value) -> Option<i32> {
    let scaled = degrees.as_f64().filter(|d| d.abs() <= 180.0)? * 1e7;
    // Within +-1.8e9 by the check above.
    Some(scaled.round() as i32)
}
