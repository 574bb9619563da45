//! `tala track`: a track file as segments, and segments as a track file.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use serde_json::json;
use tala_protocol::fix::Fix;
use tala_protocol::time::{BootId, MonoMs, UnixMs};
use tala_protocol::track::import::{self, Imported, ImportedGap};
use tala_protocol::track::{
    SEGMENT_BYTES_MAX, SEGMENT_FIXES_MAX, Segment, TimeSource, decode, encode, export,
};

/// What to do with a track file.
#[derive(Subcommand)]
pub(crate) enum TrackCommand {
    /// How many bytes and how much time a track takes as segments, and whether it comes back the same.
    Stat(FileArgs),
    /// Writes a GPX, NMEA, GnssLogger or CSV file as segments.
    Encode(OutArgs),
    /// Writes segments as CSV, or as GPX or GeoJSON by the ending of `--out`.
    Decode(OutArgs),
}

/// A file, and how to answer.
#[derive(Args)]
pub(crate) struct FileArgs {
    /// The file.
    file: PathBuf,
    /// Answer in JSON: said once for all commands.
    #[arg(skip)]
    json: bool,
}

/// A file, and where to write.
#[derive(Args)]
pub(crate) struct OutArgs {
    #[command(flatten)]
    input: FileArgs,
    /// Where to write; beside the file if left out.
    #[arg(long)]
    out: Option<PathBuf>,
}

type Outcome = Result<(), Box<dyn Error>>;

/// Runs one of the commands.
pub(crate) fn run(mut command: TrackCommand, json: bool) -> Outcome {
    match &mut command {
        TrackCommand::Stat(args) => args.json = json,
        TrackCommand::Encode(args) | TrackCommand::Decode(args) => args.input.json = json,
    }
    match command {
        TrackCommand::Stat(args) => stat(&args),
        TrackCommand::Encode(args) => encode_file(&args),
        TrackCommand::Decode(args) => decode_file(&args),
    }
}

/// What stands before each segment in a file of them: its length, four bytes, least first.
const LENGTH_BYTES: usize = 4;
/// Measuring goes on for this long and the best pass counts: others may be using the machine.
const MEASURE_FOR: Duration = Duration::from_millis(600);

fn stat(args: &FileArgs) -> Outcome {
    let segments = segments(&read_track(&args.file)?);
    let fixes: usize = segments.iter().map(|segment| segment.fixes.len()).sum();
    let (encoded, encode_ns) =
        best_pass(|| segments.iter().map(encode).collect::<Result<Vec<_>, _>>());
    let encoded = encoded?;
    let (decoded, decode_ns) = best_pass(|| {
        encoded
            .iter()
            .map(|bytes| decode(bytes))
            .collect::<Result<Vec<_>, _>>()
    });
    let lossless = decoded? == segments;
    let bytes: usize = encoded.iter().map(Vec::len).sum();
    let per_fix = |number: f64| (number / fixes as f64 * 10_000.0).round() / 10_000.0;
    let answer = json!({
        "fixes": fixes,
        "segment_fixes": SEGMENT_FIXES_MAX,
        "bytes": bytes,
        "bytes_per_fix": per_fix(bytes as f64),
        "encode_ns_per_fix": per_fix(encode_ns).round() as u64,
        "decode_ns_per_fix": per_fix(decode_ns).round() as u64,
        "lossless": lossless,
    });
    let human = format!(
        "{fixes} fixes in {} segments: {bytes} bytes, {} a fix; encoding {} ns, decoding {} ns a fix; {}",
        segments.len(),
        answer["bytes_per_fix"],
        answer["encode_ns_per_fix"],
        answer["decode_ns_per_fix"],
        if lossless {
            "comes back the same"
        } else {
            "DOES NOT COME BACK THE SAME"
        },
    );
    say(args.json, &answer, &human)?;
    if lossless {
        Ok(())
    } else {
        Err("the track did not come back the same".into())
    }
}

fn encode_file(args: &OutArgs) -> Outcome {
    let file = &args.input.file;
    let track = read_track(file)?;
    let mut out = Vec::new();
    let segments = segments(&track);
    for segment in &segments {
        let bytes = encode(segment)?;
        out.extend(u32::try_from(bytes.len())?.to_le_bytes());
        out.extend(bytes);
    }
    let path = args
        .out
        .clone()
        .unwrap_or_else(|| file.with_extension("segments"));
    fs::write(&path, &out)?;
    let answer = json!({
        "fixes": track.fixes.len(),
        "segments": segments.len(),
        "bytes": out.len(),
        "skipped": track.skipped_count,
        "file": path,
    });
    let human = format!(
        "{} fixes in {} segments, {} left out, {} bytes: {}",
        track.fixes.len(),
        segments.len(),
        track.skipped_count,
        out.len(),
        path.display()
    );
    say(args.input.json, &answer, &human)
}

fn decode_file(args: &OutArgs) -> Outcome {
    let file = &args.input.file;
    let (fixes, gaps) = read_segments(&fs::read(file)?)?;
    let path = args
        .out
        .clone()
        .unwrap_or_else(|| file.with_extension("csv"));
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or("");
    let name = file
        .file_stem()
        .and_then(|name| name.to_str())
        .unwrap_or("track");
    let text = match ending {
        "gpx" => export::gpx(name, &fixes, &gaps),
        "geojson" | "json" => export::geojson(&fixes, &gaps).to_string(),
        _ => csv(&fixes),
    };
    fs::write(&path, text)?;
    let answer = json!({ "fixes": fixes.len(), "gaps": gaps.len(), "file": path });
    let human = format!(
        "{} fixes, {} gaps: {}",
        fixes.len(),
        gaps.len(),
        path.display()
    );
    say(args.input.json, &answer, &human)
}

fn say(as_json: bool, answer: &serde_json::Value, human: &str) -> Outcome {
    let mut out = io::stdout().lock();
    if as_json {
        writeln!(out, "{answer}")?;
    } else {
        writeln!(out, "{human}")?;
    }
    Ok(())
}

fn read_track(path: &Path) -> Result<Imported, Box<dyn Error>> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("");
    Ok(import::any(name, &fs::read(path)?)?)
}

/// The segments a phone would have sealed. Files do not know all three clocks; what they lack is put in as
/// a phone would have it (wall clock 0.85 s ahead and drifting 20 ppm, counter two hours old), so that
/// sizes include it.
fn segments(track: &Imported) -> Vec<Segment> {
    let mut track = track.clone();
    let start = track.fixes.first().map_or(0, |timed| timed.fix.time.0);
    for timed in &mut track.fixes {
        let time = timed.fix.time;
        let since = time.0.wrapping_sub(start);
        timed.clocks.gnss.get_or_insert(time);
        timed.clocks.wall.get_or_insert(UnixMs(
            time.0.wrapping_add(850).wrapping_add(since / 50_000),
        ));
        timed
            .clocks
            .mono
            .get_or_insert(MonoMs(since.wrapping_add(7_200_000)));
    }
    track.segments(Some(BootId(0x7a1a_0001)), TimeSource::Gnss)
}

fn read_segments(bytes: &[u8]) -> Result<(Vec<Fix>, Vec<ImportedGap>), Box<dyn Error>> {
    let mut rest = bytes;
    let mut fixes = Vec::new();
    let mut gaps = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest
            .split_first_chunk::<LENGTH_BYTES>()
            .ok_or("the file is cut")?;
        let length = usize::try_from(u32::from_le_bytes(*length))?.min(SEGMENT_BYTES_MAX + 1);
        let (segment, after) = after.split_at_checked(length).ok_or("the file is cut")?;
        let segment = decode(segment)?;
        gaps.extend(segment.gaps.iter().map(|gap| ImportedGap {
            index: fixes.len() + usize::from(gap.index),
            cause: gap.cause,
        }));
        fixes.extend(segment.fixes);
        rest = after;
    }
    Ok((fixes, gaps))
}

fn csv(fixes: &[Fix]) -> String {
    let mut out = "t_ms,lat_e7,lon_e7,alt_dm,acc_dm,speed_cms,bearing_deg\n".to_owned();
    let optional = |value: Option<i32>| value.map_or_else(String::new, |v| v.to_string());
    for fix in fixes {
        out += &format!(
            "{},{},{},{},{},{},{}\n",
            fix.time.0,
            fix.lat_e7,
            fix.lon_e7,
            optional(fix.alt_dm),
            optional(fix.acc_dm),
            optional(fix.speed_cms),
            optional(fix.bearing_deg.map(i32::from)),
        );
    }
    out
}

/// Runs it again and again and returns the last result and the time of the best pass in ns.
fn best_pass<T>(mut pass: impl FnMut() -> T) -> (T, f64) {
    let start = Instant::now();
    let mut best = f64::INFINITY;
    loop {
        let before = Instant::now();
        let result = pass();
        best = best.min(before.elapsed().as_nanos() as f64);
        if start.elapsed() > MEASURE_FOR {
            return (result, best);
        }
    }
}
