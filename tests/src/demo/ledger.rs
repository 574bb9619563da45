//! What a phone is about to record, written down before it is told: one JSON line each, outside its folder.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tala_protocol::fix::Fix;

use crate::rig::{RigError, file};

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Entry {
    /// Whose ledger it is.
    Phone {
        /// Name for people.
        name: String,
        /// Id of the device.
        device: String,
    },
    /// A fix, in the fields that the public interface gives.
    Fix(FixLine),
    /// An incident.
    Incident(IncidentLine),
    /// Which document the incident of a key became.
    Made {
        /// Key of the scenario.
        key: String,
        /// Id of the document.
        object: String,
    },
    /// A photo of an incident.
    Photo {
        /// Key of the scenario.
        key: String,
        /// Tagged hash, hex.
        hash: String,
        /// Bytes.
        len: usize,
    },
    /// A field that two people write at the same time.
    Rival {
        /// Key of the scenario.
        key: String,
        /// The field.
        path: String,
        /// What this phone writes.
        value: String,
    },
}

/// A fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FixLine {
    /// Time, ms.
    pub time_ms: i64,
    /// Latitude, 1e-7 degree.
    pub lat_e7: i32,
    /// Longitude, 1e-7 degree.
    pub lon_e7: i32,
    /// Altitude.
    pub alt_dm: Option<i32>,
    /// Accuracy.
    pub acc_dm: Option<i32>,
    /// Speed.
    pub speed_cms: Option<i32>,
    /// Bearing.
    pub bearing_deg: Option<u16>,
    /// Satellites.
    pub satellites: Option<u8>,
    /// Whether it was mocked.
    pub mock: bool,
}

/// An incident as it is reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentLine {
    /// Key of the scenario.
    pub key: String,
    /// Title.
    pub title: String,
    /// Narrative.
    pub narrative: String,
    /// Code of the category.
    pub category: String,
    /// Word of the severity.
    pub severity: String,
    /// Vertices, 1e-7 degree (lon, lat), ring by ring.
    pub vertices_e7: Vec<(i64, i64)>,
}

/// A ledger being written.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    to: BufWriter<File>,
}

impl Ledger {
    /// A new one.
    pub fn create(path: PathBuf) -> Result<Self, RigError> {
        let to = File::create(&path).map_err(file("write", &path))?;
        Ok(Self {
            to: BufWriter::new(to),
            path,
        })
    }

    /// Writes a line; with the system when this returns.
    pub fn write(&mut self, entry: &Entry) -> Result<(), RigError> {
        let wrote = serde_json::to_writer(&mut self.to, entry).map_err(std::io::Error::from);
        let wrote = wrote
            .and_then(|()| self.to.write_all(b"\n"))
            .and_then(|()| self.to.flush());
        wrote.map_err(file("write", &self.path))
    }
}

/// Reads a whole ledger.
pub fn read(path: &Path) -> Result<Vec<Entry>, RigError> {
    let text = std::fs::read_to_string(path).map_err(file("read", path))?;
    let lines = text.lines().map(serde_json::from_str::<Entry>);
    let entries: Result<Vec<Entry>, _> = lines.collect();
    entries.map_err(|error| file("read", path)(error.into()))
}

impl From<&Fix> for FixLine {
    fn from(fix: &Fix) -> Self {
        Self {
            time_ms: fix.time.0,
            lat_e7: fix.lat_e7,
            lon_e7: fix.lon_e7,
            alt_dm: fix.alt_dm,
            acc_dm: fix.acc_dm,
            speed_cms: fix.speed_cms,
            bearing_deg: fix.bearing_deg,
            satellites: fix.satellites,
            mock: fix.mock,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("one.jsonl");
        let entries = [
            Entry::Phone {
                name: "batu".into(),
                device: "00".into(),
            },
            Entry::Fix(FixLine {
                time_ms: 1,
                lat_e7: -2,
                lon_e7: 3,
                alt_dm: None,
                acc_dm: Some(4),
                speed_cms: None,
                bearing_deg: Some(359),
                satellites: None,
                mock: true,
            }),
        ];
        let mut ledger = Ledger::create(path.clone()).expect("a ledger");
        for entry in &entries {
            ledger.write(entry).expect("written");
        }
        assert_eq!(read(&path).expect("read"), entries);
    }
}
