//! Zones as GeoJSON has them (RFC 7946): a polygon's rings of longitude and latitude.

use serde_json::Value;

use super::Zone;
use crate::geo::{Point, Ring};

impl Zone {
    /// The zone of a GeoJSON `Polygon`; nothing where it is something else or its rings are no zone.
    pub fn from_geojson(geometry: &Value) -> Option<Self> {
        if geometry.get("type")?.as_str()? != "Polygon" {
            return None;
        }
        let mut rings = geometry.get("coordinates")?.as_array()?.iter().map(ring);
        let outer = rings.next()??;
        let holes: Option<Vec<Ring>> = rings.collect();
        Self::new(&outer, &holes?).ok()
    }
}

fn ring(value: &Value) -> Option<Ring> {
    let places: Option<Vec<Point>> = value.as_array()?.iter().map(place).collect();
    Ring::new(&places?).ok()
}

fn place(value: &Value) -> Option<Point> {
    let (lon, lat) = (value.get(0)?, value.get(1)?);
    Point::new(e7(lat)?, e7(lon)?).ok()
}

fn e7(degrees: &Value) -> Option<i32> {
    let scaled = degrees.as_f64().filter(|d| d.abs() <= 180.0)? * 1e7;
    // Within +-1.8e9 by the check above.
    Some(scaled.round() as i32)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_polygon_is_a_zone_and_nothing_else_is() {
        let square = json!([
            [118.0, 43.0],
            [118.1, 43.0],
            [118.1, 43.1],
            [118.0, 43.1],
            [118.0, 43.0]
        ]);
        let zone = Zone::from_geojson(&json!({ "type": "Polygon", "coordinates": [square] }));
        let inside = Point::new(430_500_000, 1_180_500_000).expect("a place");
        assert!(zone.expect("a zone").contains(inside));
        for other in [
            json!({ "type": "Point", "coordinates": [118.0, 43.0] }),
            json!({ "type": "Polygon", "coordinates": [] }),
            json!({ "type": "Polygon", "coordinates": [[[118.0, 430.0], [118.1], ["x", 1]]] }),
            json!({ "type": "Polygon" }),
            json!(7),
        ] {
            assert_eq!(Zone::from_geojson(&other), None, "{other}");
        }
    }
}
