//! Zones as shapes that can be asked about a place. They are read once and kept until others are published.

use serde_json::Value;
use tala_protocol::geo::{Point, Zone};

use crate::engine::{Engine, EngineError};
use crate::store::Store;

/// Most zones that are asked about places.
const AREAS_MAX: usize = 20_000;

/// One zone.
#[derive(Debug, Clone)]
pub struct Area {
    /// Its id.
    pub id: String,
    /// `grazing_ban`, `core_reserve`, `mine`, `pasture`, `border_belt`, or a newer word.
    pub kind: String,
    /// Names by language, as they were published.
    pub names: Value,
    /// Its shape, the text of a GeoJSON geometry.
    pub geojson: String,
    /// Its shape, where this build can ask about it.
    pub zone: Option<Zone>,
}

impl<S: Store> Engine<S> {
    /// The zones that were published, in their order.
    pub fn areas(&mut self) -> Result<&[Area], EngineError> {
        if self.areas.is_none() {
            let kept = self.zones_geojson()?;
            self.areas = Some(kept.map(|geojson| read(&geojson)).unwrap_or_default());
        }
        Ok(self.areas.as_deref().unwrap_or_default())
    }

    /// Zones in which a place lies or that are at most this far, the nearest first.
    pub fn areas_near(
        &mut self,
        place: Point,
        within_m: f64,
    ) -> Result<Vec<(Area, f64)>, EngineError> {
        let mut near = Vec::new();
        for area in self.areas()? {
            let away = area.zone.as_ref().map(|zone| zone.distance(place).0);
            if let Some(away) = away.filter(|away| *away <= within_m) {
                near.push((area.clone(), away));
            }
        }
        near.sort_by(|a, b| a.1.total_cmp(&b.1));
        Ok(near)
    }
}

fn read(geojson: &[u8]) -> Vec<Area> {
    let read: Result<Value, _> = serde_json::from_slice(geojson);
    let Ok(collection) = read else {
        return Vec::new();
    };
    let features = collection["features"].as_array();
    let features = features.map(Vec::as_slice).unwrap_or_default();
    features.iter().take(AREAS_MAX).map(area).collect()
}

fn area(feature: &Value) -> Area {
    let properties = &feature["properties"];
    let text = |name: &str| properties[name].as_str().unwrap_or_default().to_owned();
    Area {
        id: text("id"),
        kind: text("kind"),
        names: properties["names"].clone(),
        geojson: feature["geometry"].to_string(),
        zone: Zone::from_geojson(&feature["geometry"]),
    }
}
