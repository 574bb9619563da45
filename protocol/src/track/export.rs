//! Tracks for other programs: GPX 1.1 and GeoJSON.

mod geojson;
mod gpx;

pub use geojson::geojson;
pub use gpx::gpx;

use super::import::ImportedGap;
use crate::fix::Fix;

/// The runs of fixes between gaps, none of them empty.
fn parts<'f>(fixes: &'f [Fix], gaps: &[ImportedGap]) -> Vec<&'f [Fix]> {
    let mut out = Vec::new();
    let mut start = 0;
    let ends = gaps.iter().map(|gap| gap.index).chain([fixes.len()]);
    for end in ends {
        if let Some(part) = fixes.get(start..end).filter(|part| !part.is_empty()) {
            out.push(part);
            start = end;
        }
    }
    out
}

#[cfg(test)]
mod tests;
