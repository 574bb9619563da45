//! The comparison: what was written down before it was recorded, against what the public interface returns.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tala_protocol::hash::Digest;
use tala_protocol::track::import;

use super::ledger::{self, Entry, FixLine, IncidentLine};
use super::stage::Stage;
use crate::rig::desk::Desk;
use crate::rig::{RigError, file};

mod incidents;

/// How often the lists are read until they show everything, half a second apart.
const READS_MAX: u32 = 60;

/// One phone's line of the table.
#[derive(Debug, Default)]
pub struct Line {
    /// Whose.
    pub name: String,
    /// Fixes written down, and returned.
    pub fixes: (usize, usize),
    /// Incidents written down, and returned equal.
    pub incidents: (usize, usize),
    /// Photos written down, and returned with the same bytes.
    pub photos: (usize, usize),
    /// What is not equal.
    pub faults: Vec<String>,
}

/// All lines.
#[derive(Debug, Default)]
pub struct Comparison {
    lines: Vec<Line>,
    faults: Vec<String>,
}

/// What one ledger holds.
#[derive(Debug, Default)]
pub(crate) struct Written {
    name: String,
    device: String,
    fixes: Vec<FixLine>,
    incidents: Vec<IncidentLine>,
    objects: BTreeMap<String, String>,
    photos: Vec<(String, String, usize)>,
    rivals: Vec<(String, String, String)>,
}

impl Comparison {
    /// Reads every ledger and asks the centre for the same.
    pub async fn make(stage: &Stage) -> Result<Self, RigError> {
        let written = read_all(stage)?;
        let desk = Desk::sign_in(&stage.running.url, &stage.duty_officer).await?;
        let fixes: usize = written.iter().map(|it| it.fixes.len()).sum();
        let reported: usize = written.iter().map(|it| it.incidents.len()).sum();
        let (patrols, incidents) = settled(&desk, fixes, reported).await?;
        let rivals: Vec<_> = written.iter().flat_map(|it| it.rivals.clone()).collect();
        let mut comparison = Self::default();
        for phone in &written {
            let mut line = Line {
                name: phone.name.clone(),
                ..Line::default()
            };
            tracks(&desk, phone, &patrols, &mut line).await?;
            incidents::compare(&desk, phone, &rivals, &mut line).await?;
            comparison.lines.push(line);
        }
        comparison.count("patrols", patrols.len(), written.len());
        comparison.count("incidents", incidents.len(), reported);
        Ok(comparison)
    }

    /// Whether nothing is missing, doubled or different.
    pub fn is_equal(&self) -> bool {
        let is_whole = |line: &Line| {
            let pairs = [line.fixes, line.incidents, line.photos];
            line.faults.is_empty() && pairs.iter().all(|(wanted, found)| wanted == found)
        };
        self.faults.is_empty() && !self.lines.is_empty() && self.lines.iter().all(is_whole)
    }

    /// The table, for people.
    pub fn table(&self) -> String {
        let mut text =
            String::from("\nledger | returned      fixes         incidents  photos   phone\n");
        for line in &self.lines {
            let ((a, b), (c, d), (e, f)) = (line.fixes, line.incidents, line.photos);
            let is_equal = line.faults.is_empty() && a == b && c == d && e == f;
            let word = if is_equal { "equal" } else { "DIFFERENT" };
            let name = &line.name;
            text.push_str(&format!(
                "{word:<16}{a:>8} |{b:>6} {c:>8} |{d:>3} {e:>6} |{f:>3}   {name}\n"
            ));
            for fault in &line.faults {
                text.push_str(&format!("    {fault}\n"));
            }
        }
        for fault in &self.faults {
            text.push_str(&format!("{fault}\n"));
        }
        let sum = |of: fn(&Line) -> usize| -> usize { self.lines.iter().map(of).sum() };
        let verdict = if self.is_equal() {
            "all equal"
        } else {
            "NOT EQUAL"
        };
        text.push_str(&format!(
            "{} phones, {} fixes, {} incidents, {} photos: {verdict}",
            self.lines.len(),
            sum(|line| line.fixes.0),
            sum(|line| line.incidents.0),
            sum(|line| line.photos.0),
        ));
        text
    }

    fn count(&mut self, what: &str, found: usize, wanted: usize) {
        if found != wanted {
            self.faults
                .push(format!("{found} {what} returned, {wanted} written down"));
        }
    }
}

/// Reads the lists until they show as much as was written down, or no more comes.
async fn settled(
    desk: &Desk,
    fixes: usize,
    reported: usize,
) -> Result<(Vec<Value>, Vec<Value>), RigError> {
    let mut reads = 0;
    loop {
        let patrols = desk.all("/api/v1/patrols").await?;
        let incidents = desk.all("/api/v1/incidents").await?;
        let shown = patrols
            .iter()
            .filter_map(|it| it.get("fixes")?.as_u64())
            .sum::<u64>();
        reads += 1;
        if reads == READS_MAX || (shown >= fixes as u64 && incidents.len() >= reported) {
            return Ok((patrols, incidents));
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

/// Fix for fix, in every field that the track comes with.
async fn tracks(
    desk: &Desk,
    phone: &Written,
    patrols: &[Value],
    line: &mut Line,
) -> Result<(), RigError> {
    let mut returned: Vec<FixLine> = Vec::new();
    for patrol in patrols
        .iter()
        .filter(|it| text(it, "device") == phone.device)
    {
        let id = text(patrol, "id");
        let gpx = desk
            .bytes(&format!("/api/v1/patrols/{id}/track.gpx"))
            .await?;
        let imported = import::gpx(&gpx).map_err(|error| RigError::World(error.to_string()))?;
        returned.extend(imported.fixes.iter().map(|timed| FixLine::from(&timed.fix)));
        let detail = desk.get(&format!("/api/v1/patrols/{id}")).await?;
        if text(&detail, "state") != "ended" {
            line.faults.push(format!(
                "patrol {id} is {}, not ended",
                text(&detail, "state")
            ));
        }
    }
    line.fixes = (phone.fixes.len(), returned.len());
    if returned == phone.fixes {
        return Ok(());
    }
    let mut times: BTreeMap<i64, usize> = BTreeMap::new();
    for fix in &returned {
        *times.entry(fix.time_ms).or_default() += 1;
    }
    let doubled = times.values().filter(|count| **count > 1).count();
    let held: BTreeSet<&FixLine> = returned.iter().collect();
    let missing = phone
        .fixes
        .iter()
        .filter(|fix| !times.contains_key(&fix.time_ms))
        .count();
    let absent: Vec<&FixLine> = phone
        .fixes
        .iter()
        .filter(|fix| !held.contains(fix))
        .collect();
    let changed = absent.len().saturating_sub(missing);
    line.faults.push(format!(
        "{missing} fixes missing, {doubled} doubled, {changed} changed"
    ));
    if let Some(wanted) = absent.first() {
        let found = returned.iter().find(|fix| fix.time_ms == wanted.time_ms);
        line.faults.push(format!("wanted {wanted:?}"));
        line.faults.push(format!("found  {found:?}"));
    }
    Ok(())
}

fn read_all(stage: &Stage) -> Result<Vec<Written>, RigError> {
    let folder = stage.ledgers();
    let entries = std::fs::read_dir(&folder).map_err(file("read", &folder))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| Ok(Written::of(ledger::read(path)?)))
        .collect()
}

impl Written {
    fn of(entries: Vec<Entry>) -> Self {
        let mut it = Self::default();
        for entry in entries {
            match entry {
                Entry::Phone { name, device } => (it.name, it.device) = (name, device),
                Entry::Fix(fix) => it.fixes.push(fix),
                Entry::Incident(incident) => it.incidents.push(incident),
                Entry::Made { key, object } => drop(it.objects.insert(key, object)),
                Entry::Photo { key, hash, len } => it.photos.push((key, hash, len)),
                Entry::Rival { key, path, value } => it.rivals.push((key, path, value)),
            }
        }
        it
    }
}

/// A text member, or nothing.
pub(super) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The tagged hash of bytes, as the interface writes it.
pub(super) fn hash_of(bytes: &[u8]) -> String {
    Digest::sha256(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fix_too_few_is_not_equal() {
        let mut comparison = Comparison::default();
        assert!(!comparison.is_equal(), "nothing compared is nothing shown");
        comparison.lines.push(Line {
            name: "batu".into(),
            fixes: (400, 400),
            incidents: (1, 1),
            photos: (3, 3),
            faults: Vec::new(),
        });
        assert!(comparison.is_equal());
        assert!(
            comparison
                .table()
                .ends_with("400 fixes, 1 incidents, 3 photos: all equal")
        );
        comparison.lines[0].fixes.1 = 399;
        assert!(!comparison.is_equal());
        assert!(comparison.table().contains("DIFFERENT"));
    }
}
