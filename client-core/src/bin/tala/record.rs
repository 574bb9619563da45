//! `tala record`: a real track replayed through the recorder, fix by fix.

use std::io::Write as _;
use std::time::Duration;

use serde_json::json;
use tala_client::recorder::Recorded;
use tala_client::seal::Sealed;
use tala_protocol::fix::{GapCause, TimedFix};
use tala_protocol::time::{DeviceTimes, MonoMs};
use tala_protocol::track::import::{self, Imported};

use crate::args::RecordArgs;
use crate::fault::{Fault, Outcome};
use crate::home::{Phone, now};
use crate::patrol::{human, snapshot_json};
use crate::say::Say;

/// Replays a file.
pub(crate) fn run(args: &RecordArgs, phone: &mut Phone, say: &Say) -> Outcome {
    let name = args
        .file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("");
    let track = import::any(name, &std::fs::read(&args.file)?)?;
    let fixes = replayed(&track);
    let gaps: Vec<(usize, GapCause)> = track
        .gaps
        .iter()
        .map(|gap| (gap.index, gap.cause))
        .collect();
    let sealed = if args.batch {
        phone.engine.record_batch(&fixes, &gaps, now())?
    } else {
        live(args, phone, &fixes, &gaps)?
    };
    phone.sign()?;
    phone.engine.rest()?;
    let snapshot = phone
        .engine
        .snapshot()
        .ok_or_else(|| Fault::new("no patrol is going on"))?;
    let mut json = snapshot_json(&snapshot);
    if let Some(object) = json.as_object_mut() {
        object.insert("recorded".into(), json!(fixes.len()));
        object.insert("left_out".into(), json!(track.skipped_count));
        object.insert("segments".into(), json!(sealed.segments));
    }
    say.answer(&json, &human(&snapshot, say))
}

/// One transaction per fix, at the speed asked for.
fn live(
    args: &RecordArgs,
    phone: &mut Phone,
    fixes: &[TimedFix],
    gaps: &[(usize, GapCause)],
) -> Outcome<Sealed> {
    let mut out = std::io::stdout().lock();
    let mut sealed = Sealed::default();
    let mut gaps = gaps.iter().peekable();
    for (index, fix) in fixes.iter().enumerate() {
        if let Some((_, cause)) = gaps.next_if(|(at, _)| *at == index) {
            phone.engine.note_gap(*cause, now())?;
        }
        let before = index.checked_sub(1).and_then(|before| fixes.get(before));
        wait(args.speed, before, fix);
        // The clocks of the replay, so that sealing and gaps go by the track's own time.
        let times = DeviceTimes {
            wall: fix.wall,
            mono: fix.mono,
            boot: fix.boot,
            gnss: Some(fix.fix.time),
        };
        if let Recorded::Durable(now_sealed) = phone.engine.record(*fix, times)? {
            sealed.segments += now_sealed.segments;
            sealed.fixes += now_sealed.fixes;
        }
        if args.acks {
            writeln!(out, "{}", index + 1)?;
            out.flush()?;
        }
    }
    Ok(sealed)
}

/// The file's fixes with the clocks of a phone that was there: what the file does not say, the fix's own
/// time says.
fn replayed(track: &Imported) -> Vec<TimedFix> {
    let present = now();
    let start = track.fixes.first().map_or(0, |first| first.fix.time.0);
    let with_clocks = track.fixes.iter().map(|timed| {
        let since = timed.fix.time.0.saturating_sub(start);
        TimedFix {
            fix: timed.fix,
            wall: timed.clocks.wall.unwrap_or(timed.fix.time),
            mono: timed
                .clocks
                .mono
                .unwrap_or(MonoMs(present.mono.0.saturating_add(since))),
            boot: present.boot,
        }
    });
    with_clocks.collect()
}

fn wait(speed: f64, before: Option<&TimedFix>, fix: &TimedFix) {
    let Some(before) = before.filter(|_| speed > 0.0) else {
        return;
    };
    let step_ms = fix
        .fix
        .time
        .0
        .saturating_sub(before.fix.time.0)
        .clamp(0, 60_000);
    let step = Duration::from_millis(u64::try_from(step_ms).unwrap_or(0));
    std::thread::sleep(step.div_f64(speed.max(0.001)));
}
