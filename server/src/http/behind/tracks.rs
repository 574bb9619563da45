//! Tracks: segments decoded where somebody asks for them.

use serde_json::{Value, json};
use tala_protocol::body::TrackBody;
use tala_protocol::fix::{Fix, GapCause};
use tala_protocol::id::ObjectId;
use tala_protocol::track::export::gpx;
use tala_protocol::track::import::ImportedGap;
use tala_protocol::track::{Segment, decode};

use super::rows::{self, degrees, time};
use super::{Rows, TrackFilter};
use crate::app::access::Grant;
use crate::app::{AppError, Centre};
use crate::store::projections::{BoxE7, Page, PatrolRow, RowKind, SegmentRow};
use crate::store::{Lsn, StoreError, read};

/// Most segments of one answer: a month of one phone, or a day of fifty.
const SEGMENTS_MAX: usize = 5_000;

/// The track of one patrol.
pub(super) fn of_patrol(
    centre: &Centre,
    grant: &Grant,
    patrol: ObjectId,
    max_points: usize,
) -> Result<Value, AppError> {
    let segments = segments(centre, grant, patrol)?;
    collection(centre, &segments, max_points, false)
}

/// The track of one patrol as GPX.
pub(super) fn gpx_of(centre: &Centre, grant: &Grant, patrol: ObjectId) -> Result<String, AppError> {
    let row: PatrolRow = rows::one(centre, grant, RowKind::Patrol, patrol.as_bytes())?;
    let (mut fixes, mut gaps) = (Vec::new(), Vec::new());
    for it in segments(centre, grant, patrol)? {
        let segment = decoded(centre, &it)?;
        let before = fixes.len();
        gaps.extend(segment.gaps.iter().map(|gap| ImportedGap {
            index: before.saturating_add(usize::from(gap.index)),
            cause: gap.cause,
        }));
        fixes.extend(segment.fixes);
    }
    let name = row.title.unwrap_or_else(|| patrol.to_string());
    Ok(gpx(&name, &fixes, &gaps))
}

/// The tracks of everything in view.
pub(super) fn in_view(
    centre: &Centre,
    grant: &Grant,
    filter: &TrackFilter,
) -> Result<Value, AppError> {
    let sight = rows::sight(centre, grant, filter.unit);
    let page = Page {
        from: filter.from.map(|at| at.0),
        ..Page::of(RowKind::Segment, SEGMENTS_MAX)
    };
    let all: Rows<SegmentRow> = rows::list(centre, &sight, &page)?;
    let around = filter.bbox.map(box_e7);
    let mut seen: Vec<SegmentRow> = all
        .into_iter()
        .map(|(_, it)| it)
        .filter(|it| filter.until.is_none_or(|until| it.from < until.0))
        .filter(|it| around.is_none_or(|around| around.meets(&box_of(it))))
        .collect();
    seen.sort_by_key(|it| (it.patrol, it.device, it.from, it.lsn));
    collection(centre, &seen, filter.max_points, true)
}

/// One segment as GeoJSON, for the live feed.
pub(super) fn feature(centre: &Centre, it: &SegmentRow) -> Result<Value, AppError> {
    let segment = decoded(centre, it)?;
    let places = segment.fixes.iter().map(lon_lat).collect();
    Ok(line(it, places, &segment.fixes, false))
}

fn segments(centre: &Centre, grant: &Grant, patrol: ObjectId) -> Result<Vec<SegmentRow>, AppError> {
    // Whoever may not see the patrol learns nothing, not even that it has no track.
    let _: PatrolRow = rows::one(centre, grant, RowKind::Patrol, patrol.as_bytes())?;
    let page = Page {
        parent: Some(patrol),
        ..Page::of(RowKind::Segment, SEGMENTS_MAX)
    };
    let rows: Rows<SegmentRow> = rows::list(centre, &grant.sight(None), &page)?;
    let mut segments: Vec<SegmentRow> = rows.into_iter().map(|(_, it)| it).collect();
    segments.sort_by_key(|it| (it.device, it.from, it.lsn));
    Ok(segments)
}

/// Lines by leg and gap. With too many points every line is thinned alike; its ends stay.
fn collection(
    centre: &Centre,
    segments: &[SegmentRow],
    max_points: usize,
    name_patrol: bool,
) -> Result<Value, AppError> {
    let points: usize = segments.iter().map(|it| usize::from(it.fixes)).sum();
    let step = points.div_ceil(max_points.max(1)).max(1);
    let mut features = Vec::new();
    let mut last: Option<(ObjectId, Fix)> = None;
    for it in segments {
        let segment = decoded(centre, it)?;
        let mut from = 0;
        for gap in &segment.gaps {
            let at = usize::from(gap.index);
            push_line(
                &mut features,
                it,
                segment.fixes.get(from..at),
                step,
                name_patrol,
            );
            let before = match at.checked_sub(1) {
                Some(at) => segment.fixes.get(at).copied(),
                None => last
                    .filter(|(patrol, _)| *patrol == it.patrol)
                    .map(|(_, fix)| fix),
            };
            if let (Some(before), Some(after)) = (before, segment.fixes.get(at)) {
                features.push(gap_feature(it, &before, after, gap.cause, name_patrol));
            }
            from = at;
        }
        push_line(
            &mut features,
            it,
            segment.fixes.get(from..),
            step,
            name_patrol,
        );
        last = segment.fixes.last().map(|fix| (it.patrol, *fix));
    }
    Ok(json!({ "type": "FeatureCollection", "features": features }))
}

fn push_line(
    features: &mut Vec<Value>,
    it: &SegmentRow,
    fixes: Option<&[Fix]>,
    step: usize,
    name_patrol: bool,
) {
    let fixes = fixes.unwrap_or_default();
    let Some(end) = fixes.len().checked_sub(1) else {
        return;
    };
    let kept = fixes.iter().enumerate();
    let kept = kept.filter(|(at, _)| at % step == 0 || *at == end);
    let mut places: Vec<Value> = kept.map(|(_, fix)| lon_lat(fix)).collect();
    if places.len() == 1 {
        // A line has two ends; a single fix has both in one place.
        places.extend_from_within(..);
    }
    features.push(line(it, places, fixes, name_patrol));
}

fn line(it: &SegmentRow, places: Vec<Value>, fixes: &[Fix], name_patrol: bool) -> Value {
    let from = fixes.first().map_or(it.from, |fix| fix.time.0);
    let until = fixes.last().map_or(it.until, |fix| fix.time.0);
    let mut properties = json!({
        "kind": "track", "leg": it.leg, "transport": super::patrols::transport(it.transport),
        "from": time(from), "until": time(until), "known_at": time(it.known_at),
        "device": it.device.to_string(), "segment": it.envelope,
    });
    if name_patrol && let Some(properties) = properties.as_object_mut() {
        properties.insert("patrol".into(), json!(it.patrol.to_string()));
    }
    let geometry = json!({ "type": "LineString", "coordinates": places });
    json!({ "type": "Feature", "geometry": geometry, "properties": properties })
}

fn gap_feature(
    it: &SegmentRow,
    before: &Fix,
    after: &Fix,
    cause: GapCause,
    name_patrol: bool,
) -> Value {
    let mut properties = json!({
        "kind": "gap", "cause": cause.word(),
        "from": time(before.time.0), "until": time(after.time.0),
    });
    if name_patrol && let Some(properties) = properties.as_object_mut() {
        properties.insert("patrol".into(), json!(it.patrol.to_string()));
    }
    let coordinates = [lon_lat(before), lon_lat(after)];
    let geometry = json!({ "type": "LineString", "coordinates": coordinates });
    json!({ "type": "Feature", "geometry": geometry, "properties": properties })
}

fn decoded(centre: &Centre, it: &SegmentRow) -> Result<Segment, AppError> {
    let stored = read(centre.store(), |reads| reads.envelope(Lsn(it.lsn)))?;
    let stored = stored.ok_or(StoreError::Damaged("segment"))?;
    let Some(body) = stored.envelope.body() else {
        // Erased by an order: the row says that it was, its places are gone.
        return Ok(Segment::default());
    };
    let body = TrackBody::from_bytes(body).map_err(StoreError::row("segment body"))?;
    Ok(decode(&body.segment).map_err(StoreError::row("segment"))?)
}

fn lon_lat(fix: &Fix) -> Value {
    json!([degrees(fix.lon_e7), degrees(fix.lat_e7)])
}

fn box_of(it: &SegmentRow) -> BoxE7 {
    let [west, south, east, north] = it.bbox;
    BoxE7 {
        west,
        south,
        east,
        north,
    }
}

/// Degrees as 1e-7 degree, held within the earth.
fn box_e7(sides: [f64; 4]) -> BoxE7 {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "within +-1.8e9, which an i32 holds"
    )]
    let e7 = |degrees: f64| (degrees.clamp(-180.0, 180.0) * 1e7).round() as i32;
    let [west, south, east, north] = sides.map(e7);
    BoxE7 {
        west,
        south,
        east,
        north,
    }
}
