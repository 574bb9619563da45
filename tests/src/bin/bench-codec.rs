//! Bytes a fix: Tala's segments beside pco, columns of differences with zstd, and GPX with gzip.
//!
//! The first three get the same segments of 300 fixes. Ours has everything in it (clocks at both ends,
//! boot, box, directory); the others have the seven columns and nothing else.
//!
//! Exit 0: every target holds. Exit 1: one was missed, named on standard error. Exit 2: the run could
//! not be made.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use tala_fixtures::rider::{RiderOptions, ride};
use tala_protocol::fix::Fix;
use tala_protocol::time::{BootId, MonoMs, UnixMs};
use tala_protocol::track::import::{self, Imported};
use tala_protocol::track::{
    ClockedFix, FixClocks, SEGMENT_FIXES_MAX, TimeSource, decode, encode, export,
};
use tala_protocol::transport::Transport;

/// Most that ours may take of the calibrated rider, B/fix.
const RIDER_MAX: (&str, f64) = ("rider horse seed 1", 3.65);
/// Most that ours may take of the recording of a good receiver, B/fix.
const UBLOX_MAX: (&str, f64) = ("ublox.nmea", 3.15);
/// Most that encoding or decoding may take, ns a fix.
const NS_MAX: f64 = 2_000.0;
/// Runs of a segment of which the quickest counts: what else the machine does is not ours.
const RUNS: usize = 5;

#[derive(Parser)]
#[command(about = "Bytes a fix of the track codec and of others")]
struct Cli {
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// One track, B/fix.
#[derive(Serialize)]
struct Row {
    track: String,
    fixes: usize,
    tala: f64,
    pco: f64,
    columns_zstd19: f64,
    gpx_gzip: f64,
    encode_ns_per_fix: f64,
    decode_ns_per_fix: f64,
}

/// What our segments of a track came to.
#[derive(Default)]
struct Ours {
    bytes: usize,
    encode: Duration,
    decode: Duration,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(missed) if missed.is_empty() => ExitCode::SUCCESS,
        Ok(missed) => {
            for target in missed {
                let _ = writeln!(io::stderr(), "bench-codec: missed: {target}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "bench-codec: {error}");
            ExitCode::from(2)
        }
    }
}

/// Measures and prints; every target that was missed.
fn run(cli: &Cli) -> Result<Vec<String>, Box<dyn Error>> {
    let mut tracks = riders();
    let recorded = recordings()?;
    if recorded.is_empty() {
        writeln!(
            io::stderr(),
            "bench-codec: no recorded tracks found, riders only"
        )?;
    }
    tracks.extend(recorded);
    let rows = tracks
        .iter()
        .map(measure)
        .collect::<Result<Vec<Row>, _>>()?;
    let mut out = io::stdout().lock();
    if cli.json {
        writeln!(out, "{}", serde_json::to_string(&rows)?)?;
    } else {
        table(&rows, &mut out)?;
    }
    Ok(rows.iter().flat_map(Row::missed).collect())
}

impl Row {
    fn missed(&self) -> Vec<String> {
        let track = &self.track;
        let mut limits = vec![
            ("B/fix, as pco", self.tala, self.pco),
            (
                "B/fix, as columns with zstd",
                self.tala,
                self.columns_zstd19,
            ),
            ("ns to encode a fix", self.encode_ns_per_fix, NS_MAX),
            ("ns to decode a fix", self.decode_ns_per_fix, NS_MAX),
        ];
        for (name, most) in [RIDER_MAX, UBLOX_MAX] {
            if track == name {
                limits.push(("B/fix", self.tala, most));
            }
        }
        limits.retain(|(_, found, most)| found > most);
        let said = |(what, found, most)| format!("{track}: {found} {what}, at most {most}");
        limits.into_iter().map(said).collect()
    }
}

fn table(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "{:28} {:>7} {:>7} {:>7} {:>9} {:>9} {:>8} {:>8}",
        "track", "fixes", "tala", "pco", "zstd-19", "gpx+gzip", "enc ns", "dec ns"
    )?;
    for row in rows {
        let Row {
            track,
            fixes,
            tala,
            pco,
            columns_zstd19,
            gpx_gzip,
            encode_ns_per_fix,
            decode_ns_per_fix,
        } = row;
        writeln!(
            out,
            "{track:28} {fixes:7} {tala:7.3} {pco:7.3} {columns_zstd19:9.3} {gpx_gzip:9.3} \
             {encode_ns_per_fix:8.0} {decode_ns_per_fix:8.0}"
        )?;
    }
    Ok(())
}

fn riders() -> Vec<(String, Imported)> {
    let of = |name: &str, transport, seed, interval_s, count| {
        let options = RiderOptions {
            interval_s,
            ..RiderOptions::new(transport, seed)
        };
        let timed = |fix| ClockedFix {
            fix,
            clocks: FixClocks::UNKNOWN,
        };
        let fixes = ride(options, count).into_iter().map(timed).collect();
        let track = Imported {
            fixes,
            ..Imported::default()
        };
        (format!("rider {name} seed {seed}"), track)
    };
    vec![
        of("horse", Transport::Horse, 1, 1.0, 28_800),
        of("horse", Transport::Horse, 2, 1.0, 14_400),
        of("motorcycle", Transport::Motorcycle, 3, 1.0, 14_400),
        of("foot", Transport::Foot, 4, 1.0, 14_400),
        of("vehicle", Transport::Vehicle, 5, 1.0, 14_400),
        of("horse 0.2 Hz", Transport::Horse, 1, 5.0, 5_760),
        of("horse 0.1 Hz", Transport::Horse, 1, 10.0, 2_880),
    ]
}

/// Every track file in `TALA_TRACKS`, else beside the workspace, else in `target/tracks`.
fn recordings() -> Result<Vec<(String, Imported)>, Box<dyn Error>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let named = std::env::var_os("TALA_TRACKS").map(PathBuf::from);
    let usual = [
        workspace.join("../shared/data/tracks"),
        workspace.join("target/tracks"),
    ];
    let Some(folder) = named
        .into_iter()
        .chain(usual)
        .find(|folder| folder.is_dir())
    else {
        return Ok(Vec::new());
    };
    let mut out = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    for path in paths {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or("")
            .to_owned();
        if name.ends_with(".md") {
            continue;
        }
        match import::any(&name, &fs::read(&path)?) {
            Ok(track) => out.push((name, track)),
            Err(error) => writeln!(io::stderr(), "bench-codec: {name} left out: {error}")?,
        }
    }
    Ok(out)
}

fn measure((name, track): &(String, Imported)) -> Result<Row, Box<dyn Error>> {
    let fixes: Vec<Fix> = track.fixes.iter().map(|timed| timed.fix).collect();
    let per_fix = |bytes: usize| (bytes as f64 / fixes.len() as f64 * 1_000.0).round() / 1_000.0;
    let segments = || fixes.chunks(SEGMENT_FIXES_MAX);
    let mut zstd_bytes = 0;
    let mut pco_bytes = 0;
    for segment in segments() {
        zstd_bytes += zstd::encode_all(varint_columns(segment).as_slice(), 19)?.len();
        pco_bytes += pco_size(segment)?;
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
    gzip.write_all(export::gpx(name, &fixes, &track.gaps).as_bytes())?;
    let ours = ours(track)?;
    let ns = |time: Duration| (time.as_nanos() as f64 / fixes.len() as f64).round();
    Ok(Row {
        track: name.clone(),
        fixes: fixes.len(),
        tala: per_fix(ours.bytes),
        pco: per_fix(pco_bytes),
        columns_zstd19: per_fix(zstd_bytes),
        gpx_gzip: per_fix(gzip.finish()?.len()),
        encode_ns_per_fix: ns(ours.encode),
        decode_ns_per_fix: ns(ours.decode),
    })
}

/// Our segments with the clocks of a phone, checked to come back the same.
fn ours(track: &Imported) -> Result<Ours, Box<dyn Error>> {
    let mut track = track.clone();
    let start = track.fixes.first().map_or(0, |timed| timed.fix.time.0);
    for timed in &mut track.fixes {
        let time = timed.fix.time.0;
        let since = time.wrapping_sub(start);
        timed.clocks = FixClocks {
            gnss: Some(timed.fix.time),
            wall: Some(UnixMs(time.wrapping_add(850).wrapping_add(since / 50_000))),
            mono: Some(MonoMs(since.wrapping_add(7_200_000))),
        };
    }
    let segments = track.segments(Some(BootId(0x7a1a_0001)), TimeSource::Gnss);
    let mut ours = Ours::default();
    for segment in segments {
        let (mut encoding, mut decoding) = (Duration::MAX, Duration::MAX);
        let mut bytes = Vec::new();
        for _ in 0..RUNS {
            let began = Instant::now();
            bytes = encode(&segment)?;
            encoding = encoding.min(began.elapsed());
            let began = Instant::now();
            let decoded = decode(&bytes)?;
            decoding = decoding.min(began.elapsed());
            if decoded != segment {
                return Err("a segment did not come back the same".into());
            }
        }
        ours.bytes += bytes.len();
        ours.encode += encoding;
        ours.decode += decoding;
    }
    Ok(ours)
}

/// Time, latitude, longitude, altitude, accuracy, speed, bearing; missing is 0, a missing bearing -1.
fn columns(fixes: &[Fix]) -> [Vec<i64>; 7] {
    let column = |value: &dyn Fn(&Fix) -> i64| fixes.iter().map(value).collect();
    [
        column(&|fix| fix.time.0),
        column(&|fix| fix.lat_e7.into()),
        column(&|fix| fix.lon_e7.into()),
        column(&|fix| fix.alt_dm.unwrap_or(0).into()),
        column(&|fix| fix.acc_dm.unwrap_or(0).into()),
        column(&|fix| fix.speed_cms.unwrap_or(0).into()),
        column(&|fix| fix.bearing_deg.map_or(-1, i64::from)),
    ]
}

/// Columns of first (time and place: second) differences as varints.
fn varint_columns(fixes: &[Fix]) -> Vec<u8> {
    let mut out = Vec::new();
    for (mut column, order) in columns(fixes).into_iter().zip([2, 2, 2, 1, 1, 1, 1]) {
        for _ in 0..order {
            let mut before = 0_i64;
            for value in &mut column {
                (before, *value) = (*value, value.wrapping_sub(before));
            }
        }
        for value in column {
            let mut folded = ((value << 1) ^ (value >> 63)) as u64;
            while folded >= 128 {
                out.push(folded as u8 | 128);
                folded >>= 7;
            }
            out.push(folded as u8);
        }
    }
    out
}

/// pco at level 8 with its own choice of differences, a length before each column.
fn pco_size(fixes: &[Fix]) -> Result<usize, Box<dyn Error>> {
    let config = pco::ChunkConfig::default().with_compression_level(8);
    let mut sum = 0;
    for (index, column) in columns(fixes).into_iter().enumerate() {
        let bytes = if index == 0 {
            pco::standalone::simple_compress(&column, &config)?
        } else {
            let column: Vec<i32> = column.into_iter().map(|value| value as i32).collect();
            pco::standalone::simple_compress(&column, &config)?
        };
        sum += bytes.len() + 1 + usize::from(bytes.len() >= 128);
    }
    Ok(sum)
}
