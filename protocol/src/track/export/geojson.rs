//! GeoJSON: a feature per part, a line of longitude, latitude (and altitude where every fix has it).

use geojson::{Feature, FeatureCollection, Geometry, GeometryValue, JsonObject, JsonValue};

use super::parts;
use crate::fix::Fix;
use crate::track::import::ImportedGap;

/// Makes a feature collection; the property `times_ms` has a time for every position of the line. A part
/// of one fix is a point.
pub fn geojson(fixes: &[Fix], gaps: &[ImportedGap]) -> FeatureCollection {
    let features = parts(fixes, gaps).into_iter().map(feature).collect();
    FeatureCollection {
        bbox: None,
        features,
        foreign_members: None,
    }
}

fn feature(part: &[Fix]) -> Feature {
    let with_altitude = part.iter().all(|fix| fix.alt_dm.is_some());
    let place = |fix: &Fix| {
        let mut place = vec![f64::from(fix.lon_e7) / 1e7, f64::from(fix.lat_e7) / 1e7];
        place.extend(
            fix.alt_dm
                .filter(|_| with_altitude)
                .map(|alt| f64::from(alt) / 10.0),
        );
        place
    };
    let geometry = match part {
        [fix] => GeometryValue::new_point(place(fix)),
        part => GeometryValue::new_line_string(part.iter().map(place)),
    };
    let times: Vec<JsonValue> = part.iter().map(|fix| JsonValue::from(fix.time.0)).collect();
    let mut properties = JsonObject::new();
    properties.insert("times_ms".to_owned(), JsonValue::from(times));
    Feature {
        bbox: None,
        geometry: Some(Geometry::new(geometry)),
        id: None,
        properties: Some(properties),
        foreign_members: None,
    }
}
