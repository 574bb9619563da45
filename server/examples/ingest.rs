//! How quickly the centre takes in segments and changes, without HTTP: for finding what is slow.
//!
//! `cargo run --release -p tala-server --features testing --example ingest -- FILE SECONDS`

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tala_protocol::body::TrackBody;
use tala_protocol::doc::IncidentEdit;
use tala_protocol::envelope::{Audience, Kind, Lane};
use tala_protocol::fix::Fix;
use tala_protocol::id::ObjectId;
use tala_protocol::time::UnixMs;
use tala_protocol::track::{Segment, encode};
use tala_protocol::transport::Transport;
use tala_server::store::sqlite::SqliteStore;
use tala_server::testing::{BEGIN, TestCentre, TestIncident, TestPhone};

const PHONES: usize = 16;
const INCIDENTS_PER_PHONE: usize = 60;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("name a file")?;
    let seconds: u64 = args.next().ok_or("name seconds")?.parse()?;
    let centre = TestCentre::on(Arc::new(SqliteStore::open(path.as_ref())?));
    let segments = run(&centre, seconds, "segments", push_segments)?;
    report("segments", segments, &centre)?;
    let changes = run(&centre, seconds, "incidents", push_changes)?;
    report("changes", changes, &centre)?;
    Ok(())
}

/// Envelopes, and seconds until they were committed and until they were projected.
type Measured = (u64, f64, f64);

fn run(
    centre: &TestCentre,
    seconds: u64,
    name: &str,
    push: impl Fn(&TestCentre, &mut TestPhone, &dyn Fn() -> bool) -> u64 + Sync,
) -> Result<Measured, Box<dyn std::error::Error>> {
    let (began, total) = (Instant::now(), AtomicU64::new(0));
    let until = Duration::from_secs(seconds);
    std::thread::scope(|scope| {
        for n in 0..PHONES {
            let mut phone = centre.phone(&format!("{name} {n}"));
            let (push, total) = (&push, &total);
            scope.spawn(move || {
                let pushed = push(centre, &mut phone, &|| began.elapsed() < until);
                total.fetch_add(pushed, Ordering::Relaxed);
            });
        }
    });
    let committed = began.elapsed().as_secs_f64();
    centre.centre.settle()?;
    let projected = began.elapsed().as_secs_f64();
    Ok((total.into_inner(), committed, projected))
}

fn push_segments(centre: &TestCentre, phone: &mut TestPhone, go_on: &dyn Fn() -> bool) -> u64 {
    let bodies: Vec<Vec<u8>> = (0..8).map(segment).collect();
    let patrol = ObjectId::from_bytes(*phone.device().as_bytes());
    let mut pushed = 0;
    while go_on() {
        let said: Vec<_> = bodies
            .iter()
            .map(|body| {
                phone.says_in(
                    Lane::Track,
                    Audience::Field,
                    Kind::Track,
                    Some(patrol),
                    body,
                )
            })
            .collect();
        phone.cursors.clear();
        phone.syncs(centre, &said);
        pushed += said.len() as u64;
    }
    pushed
}

fn push_changes(centre: &TestCentre, phone: &mut TestPhone, go_on: &dyn Fn() -> bool) -> u64 {
    let mut incidents: Vec<TestIncident> = Vec::new();
    incidents.resize_with(INCIDENTS_PER_PHONE, TestIncident::default);
    let mut pushed = 0;
    while go_on() {
        let mut said = Vec::new();
        for incident in incidents.iter_mut().skip(pushed as usize % 60).take(5) {
            let edit = IncidentEdit {
                title: format!("开垦 {pushed}").into(),
                narrative: "又发现一处非法开垦，约二十亩".to_owned().into(),
                ..IncidentEdit::default()
            };
            said.push(incident.write(phone, &edit));
        }
        phone.cursors.clear();
        phone.syncs(centre, &said);
        pushed += said.len() as u64;
    }
    pushed
}

fn segment(seed: i32) -> Vec<u8> {
    let mut state = seed as u32 + 1;
    let mut draw = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as i32
    };
    let (mut lat, mut lon) = (436_000_000, 1_160_000_000 + seed * 10_000);
    let fixes = (0..300).filter_map(|n| {
        lat += 100 + draw() / 8;
        lon += 200 + draw() / 8;
        Fix::at(UnixMs(BEGIN.0 + n * 1_000), lat, lon).ok()
    });
    let segment = Segment {
        boot: None,
        time_source: Default::default(),
        triples: Vec::new(),
        fixes: fixes.collect(),
        gaps: Vec::new(),
        unknown: Vec::new(),
    };
    TrackBody {
        leg: 1,
        transport: Transport::Horse,
        segment: encode(&segment).unwrap_or_default(),
    }
    .to_bytes()
}

fn report(
    name: &str,
    (count, committed_s, projected_s): Measured,
    centre: &TestCentre,
) -> Result<(), Box<dyn std::error::Error>> {
    let lag = centre.centre.projection_lag()?;
    writeln!(
        std::io::stdout(),
        "{name}: {count} in {committed_s:.1} s committed ({:.0}/s), {projected_s:.1} s projected \
         ({:.0}/s), lag {lag}",
        count as f64 / committed_s,
        count as f64 / projected_s,
    )?;
    Ok(())
}
