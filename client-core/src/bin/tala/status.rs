//! `tala status`: where every record is.

use serde_json::{Value, json};
use tala_client::status::RecordStatus;

use crate::fault::Outcome;
use crate::home::Phone;
use crate::patrol::{short, snapshot_json};
use crate::say::{Say, rfc3339};

/// Lists every record.
pub(crate) fn run(phone: &mut Phone, say: &Say) -> Outcome {
    let records = phone.engine.status()?;
    let waiting = phone.engine.waiting_for_key()?;
    let (me, centre) = (phone.engine.identity(), phone.engine.centre());
    let json = json!({
        "device": me.device.to_string(),
        "unit": me.unit.to_string(),
        "epoch": me.epoch,
        "url": me.url,
        "restored_here": phone.opening.restored,
        "synced_at": centre.synced_at.map(rfc3339),
        "centre_restored_at": centre.restored_at.map(rfc3339),
        "clock_ahead_ms": centre.clock_ahead_ms,
        "alarm": centre.alarm.map(|alarm| format!("{alarm:?}")),
        "waiting_for_key": waiting,
        "recording": phone.engine.snapshot().as_ref().map(snapshot_json),
        "records": records.iter().map(record_json).collect::<Vec<_>>(),
    });
    let mut lines = vec![format!(
        "{} {}, {} {}",
        say.text("设备", "device"),
        short(&me.device.to_string()),
        say.text("上次同步", "last sync"),
        centre
            .synced_at
            .map_or_else(|| say.text("从未", "never").to_owned(), rfc3339),
    )];
    lines.extend(records.iter().map(|record| line(record, say)));
    phone.engine.rest()?;
    say.answer(&json, &lines.join("\n"))
}

fn record_json(record: &RecordStatus) -> Value {
    let envelopes: serde_json::Map<String, Value> = record
        .envelopes
        .iter()
        .map(|(at, count)| (at.word().to_owned(), json!(count)))
        .collect();
    json!({
        "id": record.object.to_string(),
        "type": record.doc_type.word(),
        "title": record.listing.title,
        "own": record.own,
        "state": record.whereabouts.word(),
        "envelopes": envelopes,
        "quarantined": record.quarantined,
        "unsealed": record.unsealed,
        "files": { "all": record.files.0, "at_centre": record.files.1 },
    })
}

fn line(record: &RecordStatus, say: &Say) -> String {
    let id = record.object.to_string();
    let mut line = format!(
        "{}  {:8}  {}  {}",
        short(&id),
        record.doc_type.word(),
        say.whereabouts(record.whereabouts),
        record.listing.title.as_deref().unwrap_or("-"),
    );
    if record.quarantined > 0 {
        line.push_str(&format!(
            "  [{} {}]",
            record.quarantined,
            say.text("隔离", "in quarantine")
        ));
    }
    if record.files.0 > 0 {
        let (all, there) = record.files;
        line.push_str(&format!("  [{there}/{all} {}]", say.text("附件", "files")));
    }
    line
}
