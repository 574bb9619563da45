//! Importing zones.

use std::sync::Arc;

use tala_protocol::envelope::Audience;
use tala_protocol::id::UnitId;

use crate::app::centre::Centre;
use crate::app::error::AppError;
use crate::app::project::{Zones, text_of};
use crate::store::projections::{Owner, Row, RowKind};

impl Centre {
    /// Replaces all zones by those of a GeoJSON text; returns how many. Tracks from then on are compared
    /// with them; a rebuild compares the earlier ones too.
    pub fn import_zones(&self, geojson: &str) -> Result<usize, AppError> {
        let zones = Zones::read_geojson(geojson)
            .map_err(|error| AppError::Invalid(format!("zones: {error}")))?;
        // Zones are nobody's in particular: they are read without a sight.
        let owner = Owner {
            unit: UnitId::from_bytes([0; 16]),
            audience: Audience::Field,
        };
        let rows: Vec<Row> = zones
            .iter()
            .map(|zone| Row {
                kind: RowKind::Zone,
                key: zone.id.as_bytes().to_vec(),
                owner,
                at: 0,
                tags: [None, None],
                parent: None,
                text: text_of(zone),
            })
            .collect();
        self.writer().change(Box::new(move |tx| {
            tx.forget_rows(RowKind::Zone)?;
            rows.iter().try_for_each(|row| tx.put_row(row))
        }))?;
        self.zones.set(Arc::new(Zones::of(&zones)));
        Ok(zones.len())
    }
}
