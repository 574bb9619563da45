//! What a screen keeps for itself, and what it works out before anything is saved.

use serde_json::Value;
use tala_protocol::geo::{OffsetSighting, Point, Sigma};

use super::answer::{DraftLine, Estimate, Measured};
use super::ask::{OffsetIn, Place, ShapeIn};
use super::edit::{degrees_e7, input, place_of, shape};
use super::{Handset, HandsetError, Platform};
use crate::store::Store;

impl<S: Store, P: Platform> Handset<S, P> {
    /// Keeps a draft under a name, in place of an older one. It is durable when this returns.
    pub fn save_draft(&self, key: &str, value: &Value) -> Result<(), HandsetError> {
        let now = self.platform().now().wall;
        let value = value.to_string().into_bytes();
        self.write(|engine, _| Ok(engine.save_draft(key, value, now)?))
    }

    /// Every draft, the one saved last first.
    pub fn drafts(&self) -> Result<Vec<DraftLine>, HandsetError> {
        self.read(|engine| {
            let drafts = engine.drafts()?.into_iter();
            let lines = drafts.map(|draft| DraftLine {
                key: draft.key,
                saved_ms: draft.saved_at.0,
                // Only this writes drafts; what cannot be read is shown empty, so that it can be dropped.
                value: serde_json::from_slice(&draft.value).unwrap_or_default(),
            });
            Ok(lines.collect())
        })
    }

    /// Lets a draft go, if it is there.
    pub fn drop_draft(&self, key: &str) -> Result<(), HandsetError> {
        self.write(|engine, _| Ok(engine.drop_draft(key)?))
    }

    /// How large or long a shape is, with its error, as it would be saved.
    pub fn measure(&self, given: &ShapeIn) -> Result<Measured, HandsetError> {
        let shaped = shape(given)?;
        Ok(Measured {
            area_m2: shaped.area.map(|area| Estimate {
                value: area.area().0,
                error_95: area.error().0,
            }),
            length_m: shaped.length.map(|length| Estimate {
                value: length.length().0,
                error_95: length.error().0,
            }),
        })
    }

    /// Where a bearing and a distance lead.
    pub fn offset_place(&self, given: &OffsetIn) -> Result<Place, HandsetError> {
        let (lat_e7, lon_e7) = degrees_e7("offset.from", given.from)?;
        let from = Point::new(lat_e7, lon_e7).map_err(|_why| input("offset.from", "a place"))?;
        let (bearing, distance) = ((given.bearing_deg, 0.0), (given.distance_m, 0.0));
        let seen = Sigma::from_metres(0.0)
            .and_then(|sigma| OffsetSighting::new(from, sigma, bearing, distance))
            .ok_or_else(|| input("offset", "a bearing and a distance up to 100 km"))?;
        let area = seen.area();
        let area = area.ok_or_else(|| input("offset", "a place on the map"))?;
        Ok(place_of((area.centre.lat_e7(), area.centre.lon_e7())))
    }
}
