//! The phone that is searched: a process of its own, which is killed.
//!
//! It reads its key from standard input and says on standard output how far it is: `ready` when everything
//! was planted, after which it goes on recording until it is killed; when it is told to leave instead,
//! `refused`, `forgot`, `left`.

use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use data_encoding::HEXLOWER;
use tala_client::at_rest::RestKey;
use tala_client::enrol::Enrolment;
use tala_client::folder::Folder;
use tala_client::handset::ask::{FileIn, FixIn, IncidentIn, PatrolIn, Place, ShapeIn};
use tala_client::handset::{Handset, Platform as _};
use tala_client::media::Blobs as _;
use tala_client::outbox::Link;
use tala_client::signer::Signer as _;
use tala_client::store::Store as _;
use tala_client::store::sqlite::SqliteStore;
use tala_client::sync::{SyncOptions, Why};
use tala_client::testing::block_on;
use tala_client::transport::Transport as _;
use tala_protocol::hash::Digest;
use tala_protocol::time::UnixMs;

use crate::centre::Ledgered;
use crate::photo::photo;
use crate::platform::{Pocket, random16};
use crate::{AtRestError, canary, file, phone};

/// What a worker is told.
#[derive(Debug, Clone)]
pub struct Orders {
    /// The phone's folder.
    pub folder: PathBuf,
    /// The centre's ledger.
    pub ledger: PathBuf,
    /// Sign out instead of riding.
    pub leaves: bool,
}

type Worker = Handset<SqliteStore, Pocket>;

/// Second of the ride at which a phone that was killed comes back.
const BACK_AT_S: i64 = 100_000;
/// Between two fixes of the ride.
const PACE: Duration = Duration::from_millis(20);
/// An incident and a sync after every so many fixes.
const EVERY_FIXES: u16 = 8;

/// Does what it is told.
pub fn run(orders: &Orders) -> Result<(), AtRestError> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(file("reading the key"))?;
    let key = HEXLOWER.decode(line.trim().as_bytes());
    let key = key.map_err(phone("reading the key"))?;
    let key = match key.as_slice() {
        [] => None,
        bytes => Some(RestKey::from_slice(bytes).map_err(phone("reading the key"))?),
    };
    let pocket = Pocket::new(if orders.leaves { BACK_AT_S } else { 0 });
    let device = pocket.key().public_key().device_id();
    let mut link = Ledgered::open(&orders.ledger, device)?;
    let folder = take(&orders.folder, key)?;
    if orders.leaves {
        leave(folder, pocket, &mut link)
    } else {
        ride(&folder, pocket, &mut link)
    }
}

/// The folder of a phone, encrypted where there is a key.
pub fn take(folder: &Path, key: Option<RestKey>) -> Result<Folder, AtRestError> {
    let folder = Folder::take(folder).map_err(phone("taking its folder"))?;
    Ok(match key {
        None => folder,
        Some(key) => folder.encrypted(key, random16),
    })
}

fn ride(folder: &Folder, pocket: Pocket, link: &mut Ledgered) -> Result<(), AtRestError> {
    let handset = open(folder, pocket, link)?;
    let patrol = PatrolIn {
        transport: "horse".to_owned(),
        title: Some(canary::PATROL.to_owned()),
        purpose: Some(canary::PURPOSE.to_owned()),
        team: canary::TEAM.map(str::to_owned).to_vec(),
        ..PatrolIn::default()
    };
    handset
        .start_patrol(&patrol)
        .map_err(phone("setting out"))?;
    for n in 0..12 {
        handset.deliver(&fix(n)).map_err(phone("riding"))?;
    }
    report(&handset)?;
    sync(&handset, link, Some(1))?;
    handset
        .sos(Some(canary::HELP.to_owned()), 0)
        .map_err(phone("calling for help"))?;
    let coming = photo(2).map_err(phone("making a photo"))?;
    let half = coming.get(..coming.len() / 5 * 4).unwrap_or_default();
    let kept = folder.files().put_part(&Digest::sha256(&coming), 0, half);
    kept.map_err(phone("keeping a part"))?;
    // An orderly end moves everything from the log into the file; what comes then lies in the log.
    let handset = again(handset, folder)?;
    say("ready")?;
    for n in 12..u16::MAX {
        handset.deliver(&fix(n)).map_err(phone("riding"))?;
        if n.is_multiple_of(EVERY_FIXES) {
            report(&handset)?;
            sync(&handset, link, Some(1))?;
        }
        std::thread::sleep(PACE);
    }
    Ok(())
}

fn leave(folder: Folder, pocket: Pocket, link: &mut Ledgered) -> Result<(), AtRestError> {
    let handset = open(&folder, pocket, link)?;
    let Err(stays) = handset.leave() else {
        return Err(AtRestError::Worker("left with unproved work".to_owned()));
    };
    tracing::info!(why = %stays.why, "nobody leaves yet");
    let broken = || AtRestError::Worker("was broken".to_owned());
    let handset = stays.held.ok_or_else(broken)?;
    say("refused")?;
    handset.stop_patrol().map_err(phone("coming back"))?;
    sync(&handset, link, None)?;
    sync(&handset, link, None)?;
    let proof = handset.leave();
    let proof =
        proof.map_err(|stays| AtRestError::Worker(format!("cannot leave: {}", stays.why)))?;
    let wiped = folder.wipe(proof, || Ok(say("forgot")?));
    wiped.map_err(phone("wiping its folder"))?;
    say("left")
}

/// Closes the phone, and opens it again.
fn again(handset: Worker, folder: &Folder) -> Result<Worker, AtRestError> {
    handset.rest().map_err(phone("resting"))?;
    let parts = handset.into_parts().map_err(phone("closing"))?;
    let (store, marker, files, pocket) = parts;
    drop(store);
    let store = folder.store().map_err(phone("opening its store"))?;
    let opened = Handset::open(store, marker, files, pocket);
    Ok(opened.map_err(phone("opening"))?.0)
}

/// Opens the phone, enrols it before where it is new.
fn open(folder: &Folder, pocket: Pocket, link: &mut Ledgered) -> Result<Worker, AtRestError> {
    let mut store = folder.store().map_err(phone("opening its store"))?;
    let known = store.setting("identity").map_err(phone("reading"))?;
    if known.is_none() {
        let key = pocket.key();
        let enrolment = Enrolment::new(link.code(), key.public_key(), "phone".to_owned());
        let proof = block_on(key.sign(&enrolment.to_sign())).map_err(phone("proving its key"))?;
        let answer = block_on(link.enrol(enrolment.request(proof)));
        let answer = answer.map_err(phone("asking to be enrolled"))?;
        let enrolled = enrolment.finish(&answer, &mut store, UnixMs(0));
        enrolled.map_err(phone("being enrolled"))?;
    }
    let opened = Handset::open(store, folder.marker(), folder.files(), pocket);
    Ok(opened.map_err(phone("opening"))?.0)
}

fn report(handset: &Worker) -> Result<(), AtRestError> {
    let (lat_e7, lon_e7) = canary::INCIDENT_E7;
    let at = Place {
        lat: f64::from(lat_e7) / 1e7,
        lon: f64::from(lon_e7) / 1e7,
    };
    let incident = IncidentIn {
        category: Some("mining".to_owned()),
        title: Some(canary::TITLE.to_owned()),
        narrative: Some(canary::NARRATIVE.to_owned()),
        shape: Some(ShapeIn {
            kind: "point".to_owned(),
            corners: vec![at],
            source: "gnss".to_owned(),
            acc_m: vec![4.0],
        }),
        ..IncidentIn::default()
    };
    let id = handset.report(&incident).map_err(phone("reporting"))?;
    let shot = FileIn {
        media_type: "image/jpeg".to_owned(),
        place: Some(at),
        title: Some(canary::CAPTION.to_owned()),
        ..FileIn::default()
    };
    let bytes = photo(1).map_err(phone("making a photo"))?;
    let attached = handset.attach(&id, &shot, &bytes);
    attached.map_err(phone("attaching the photo"))?;
    Ok(())
}

/// Hands over; with a cut in the middle of the files, which is no fault.
fn sync(handset: &Worker, link: &mut Ledgered, cut: Option<u32>) -> Result<(), AtRestError> {
    link.cut_uploads(cut);
    let options = SyncOptions {
        why: Why::Officer,
        link: Link::Good,
        originals: true,
    };
    match block_on(handset.sync(link, options, |_| {})) {
        Err(error) if cut.is_none() => Err(phone("handing over")(error)),
        ended => {
            tracing::debug!(?ended, "handed over in part");
            Ok(())
        }
    }
}

fn fix(n: u16) -> FixIn {
    let (lat_e7, lon_e7) = canary::place_e7(n);
    FixIn {
        time_ms: 1_790_000_000_000 + i64::from(n) * 1_000,
        lat: f64::from(lat_e7) / 1e7,
        lon: f64::from(lon_e7) / 1e7,
        alt_m: Some(1_204.0),
        acc_m: Some(4.0),
        speed_ms: Some(2.5),
        bearing_deg: Some(40.0),
        provider: 0,
        satellites: Some(11),
        mock: false,
        mono_ms: None,
    }
}

fn say(word: &str) -> Result<(), AtRestError> {
    let mut out = io::stdout().lock();
    let said = writeln!(out, "{word}").and_then(|()| out.flush());
    said.map_err(file("speaking"))
}
