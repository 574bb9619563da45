//! Orders of the command line beside a centre that runs: each a process of its own, as on the machine of a
//! bureau. `tala-server` is looked for beside this test: `cargo build --workspace` makes it.

use std::error::Error;
use std::path::Path;

use tala_client::outbox::Link;
use tala_client::signer::Signer as _;
use tala_client::sync::drive::{self, Surroundings};
use tala_client::sync::{SyncOptions, Why};
use tala_client::transport::Transport as _;
use tala_protocol::doc::{DocType, IncidentEdit, Set};
use tala_protocol::envelope::Audience;
use tala_protocol::envelope::wire::Run;
use tala_protocol::hash::Digest;
use tala_protocol::id::{PersonId, UnitId};
use tala_protocol::sync::{Cursor, REPLY_LEN_MAX, Scope, SyncReply, SyncRequest, Versions, frame};
use tala_protocol::time::{DeviceTimes, MonoMs, UnixMs};
use tala_server::store::sqlite::SqliteStore;
use tala_server::store::{StoreError, read};
use tala_tests::kill_loop::witness::{self, SharedLedger, Witness};
use tala_tests::kill_loop::worker;
use tala_tests::rig::centre::{CentreHome, Login};
use tala_tests::rig::desk::Desk;
use tala_tests::rig::now_ms;
use tala_tests::rig::phone::{Phone, random16};
use tokio::runtime::Runtime;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A bureau with a centre, and what its phones were promised.
struct Bureau {
    home: CentreHome,
    runtime: Runtime,
    unit: UnitId,
    promised: SharedLedger,
}

/// The unit and id of somebody of the fictional league.
fn found(login: &str) -> Outcome<(UnitId, PersonId)> {
    let tree = tala_fixtures::units::load()?;
    let person = tree.persons.iter().find(|person| person.login == login);
    let found = person.and_then(|person| Some((person.memberships.first()?.0, person.id)));
    found.ok_or_else(|| format!("nobody is called {login}").into())
}

fn now() -> DeviceTimes {
    DeviceTimes {
        wall: UnixMs(now_ms()),
        mono: MonoMs(now_ms()),
        ..DeviceTimes::default()
    }
}

impl Bureau {
    /// A code is asked for beside the running centre, which then takes the phone in.
    fn enrol(&self, folder: &Path, login: &str) -> Outcome<Phone> {
        let (unit, person) = found(login)?;
        let code = self.home.code(unit, person, login)?;
        let folder = folder.join(login);
        let phone = Phone::enrol(&folder, login, &code);
        Ok(self.runtime.block_on(phone)?)
    }

    /// Some incidents, handed over; what the centre promises of them is taken down.
    fn report(&self, phone: &mut Phone) -> Outcome<()> {
        let (now, mut entropy) = (now(), random16 as fn() -> [u8; 16]);
        for n in 0..3 {
            let make = |document: &_, actor, at| {
                let edit = IncidentEdit {
                    title: Set::To(worker::incident_title(n)),
                    ..IncidentEdit::default()
                };
                edit.change(document, actor, at)
            };
            let field = Audience::Field;
            phone
                .engine
                .create(DocType::Incident, field, make, now, &mut entropy)?;
        }
        let mut link = Witness::new(&mut phone.link, self.promised.clone());
        let mut with = Surroundings {
            transport: &mut link,
            signer: &phone.signer,
            blobs: &phone.blobs,
            clock: || now,
            battery_pct: None,
        };
        let options = SyncOptions {
            why: Why::Officer,
            link: Link::Good,
            originals: true,
        };
        let synced = drive::sync(&mut phone.engine, &mut with, options);
        self.runtime.block_on(synced)?;
        Ok(())
    }

    /// What has been promised so far, with its leaf.
    fn promises(&self) -> Vec<(Digest, u64)> {
        let ledger = witness::open(&self.promised);
        assert_eq!(ledger.faults, [""; 0]);
        ledger
            .leaves
            .iter()
            .map(|(id, leaf)| (*id, *leaf))
            .collect()
    }

    /// Everything that the unit's list gives a phone.
    fn list(&self, phone: &mut Phone) -> Outcome<SyncReply> {
        let scope = Scope {
            unit: self.unit,
            audience: Audience::Field,
        };
        let request = SyncRequest {
            versions: Versions::CURRENT,
            features: 1,
            log: phone.engine.centre().log,
            cursors: vec![Cursor { scope, position: 0 }],
            runs: Vec::new(),
            prove: Vec::new(),
            proof_from: None,
            budget_bytes: 256 * 1024,
            beacon: None,
        };
        let asked = phone.link.sync(frame::close(&request.to_bytes()));
        let answer = self.runtime.block_on(asked)?;
        Ok(SyncReply::from_bytes(&frame::open(
            &answer,
            REPLY_LEN_MAX,
        )?)?)
    }
}

fn ids(runs: Vec<Run>) -> Vec<Digest> {
    let envelopes = runs.into_iter().filter_map(|run| run.unpack().ok());
    envelopes.flatten().map(|envelope| envelope.id()).collect()
}

/// The leaf of each of these envelopes in a store that no centre runs on.
fn leaves(store: &Path, promised: &[(Digest, u64)]) -> Outcome<Vec<Option<u64>>> {
    let store = SqliteStore::open(store)?;
    let found = read(&store, |reads| {
        let base = reads.log()?.ok_or(StoreError::Damaged("log"))?.base;
        let found = promised.iter().map(|(id, _)| {
            let lsn = reads.lsn_of(id)?;
            Ok(lsn.map(|lsn| lsn.0.saturating_add(base)))
        });
        found.collect()
    });
    Ok(found?)
}

/// A backup as the data folder of a centre of its own.
fn put_back(backup: &Path, home: &Path, from: &Path) -> Outcome<CentreHome> {
    std::fs::create_dir_all(home)?;
    std::fs::rename(backup, home.join("data"))?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        if let Some(name) = path
            .file_name()
            .filter(|_| path.extension().is_some_and(|it| it == "json"))
        {
            std::fs::copy(&path, home.join(name))?;
        }
    }
    Ok(CentreHome::founded(home, 600)?)
}

/// Backs up while a phone goes on reporting; whatever was promised before is in the copy, whose log verifies.
fn a_backup_holds_all_that_was_promised(
    bureau: &Bureau,
    kept: &mut Phone,
    folder: &Path,
) -> Outcome<()> {
    let before = bureau.promises();
    assert!(before.len() >= 12, "{before:?}");
    let to = folder.join("backup");
    let backing_up = {
        let (home, to) = (bureau.home.clone(), to.display().to_string());
        std::thread::spawn(move || home.run(&["backup", &to]))
    };
    while !backing_up.is_finished() {
        bureau.report(kept)?;
    }
    let said = backing_up
        .join()
        .map_err(|_panic| "the backup panicked")??;
    assert!(said.contains("files copied"), "{said}");
    bureau.home.run(&["verify-log"])?;
    let copy = put_back(&to, &folder.join("copy"), &folder.join("centre"))?;
    copy.run(&["verify-log"])?;
    let promised: Vec<_> = before.iter().map(|(_, leaf)| Some(*leaf)).collect();
    assert_eq!(leaves(&copy.data().join("tala.sqlite"), &before)?, promised);
    // It opens: a centre runs on it.
    drop(copy.serve()?);
    Ok(())
}

/// Revokes a phone beside the centre: the centre knows at once, keeps what comes apart, and gives nothing.
fn a_revoked_phone_is_refused(
    bureau: &Bureau,
    admin: &Login,
    lost: &mut Phone,
    kept: &mut Phone,
) -> Outcome<()> {
    let device = lost.signer.public_key().device_id();
    let open = bureau
        .runtime
        .block_on(lost.link.media_state(Digest::sha256(b"none")));
    assert!(!format!("{open:?}").contains("403"), "{open:?}");
    assert!(!bureau.list(lost)?.runs.is_empty());
    let before = bureau.promises();
    let orders = [
        "revoke",
        &device.to_string(),
        "--reason",
        "lost in the river",
    ];
    bureau.home.admin(&orders)?;

    assert!(bureau.list(lost)?.runs.is_empty(), "nothing is given");
    let files = bureau
        .runtime
        .block_on(lost.link.media_state(Digest::sha256(b"none")));
    assert!(files.is_err(), "{files:?}");
    bureau.report(lost)?;
    let mut after = bureau.promises();
    after.retain(|promise| !before.contains(promise));
    assert!(!after.is_empty(), "what it hands over is evidence");
    let shown = ids(bureau.list(kept)?.runs);
    assert!(before.iter().any(|(id, _)| shown.contains(id)));
    assert!(after.iter().all(|(id, _)| !shown.contains(id)));
    let apart = bureau.runtime.block_on(async {
        let desk = Desk::sign_in(&bureau.home.url(), admin).await?;
        desk.all("/api/v1/quarantine").await
    })?;
    let apart: Vec<_> = apart
        .iter()
        .map(|row| (row["envelope"].as_str(), row["reason"].as_str()))
        .collect();
    for (id, _) in &after {
        assert!(
            apart.contains(&(Some(id.to_string().as_str()), Some("revoked"))),
            "{id}"
        );
    }
    Ok(())
}

/// Somebody new is stated and given a login beside the centre, and signs in at it.
fn somebody_new_signs_in(bureau: &Bureau) -> Outcome<()> {
    let unit = bureau.unit.to_string();
    let name = ["add-person", "--name", "新同事", "--unit", &unit];
    let post = ["--role", "duty_officer", "--login", "new.duty"];
    let said = bureau.home.admin(&[&name[..], &post[..]].concat())?;
    let password = said
        .lines()
        .find_map(|line| line.strip_prefix("Password: "));
    let login = Login {
        login: "new.duty".into(),
        password: password.ok_or("no password was printed")?.to_owned(),
    };
    let url = bureau.home.url();
    let desk = Desk::sign_in(&url, &login);
    let desk = bureau.runtime.block_on(desk)?;
    let incidents = bureau.runtime.block_on(desk.all("/api/v1/incidents"))?;
    assert!(incidents.len() >= 12, "{}", incidents.len());
    Ok(())
}

#[test]
fn a_running_centre_obeys_what_other_processes_order() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let (home, admin) = CentreHome::found(&folder.path().join("centre"), 0, None)?;
    let running = home.serve()?;
    let bureau = Bureau {
        home,
        runtime: tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?,
        unit: found("temur")?.0,
        promised: SharedLedger::default(),
    };
    let mut lost = bureau.enrol(folder.path(), "temur")?;
    let mut kept = bureau.enrol(folder.path(), "liqing")?;
    for _ in 0..2 {
        bureau.report(&mut lost)?;
        bureau.report(&mut kept)?;
    }
    a_backup_holds_all_that_was_promised(&bureau, &mut kept, folder.path())?;
    somebody_new_signs_in(&bureau)?;
    a_revoked_phone_is_refused(&bureau, &admin, &mut lost, &mut kept)?;
    bureau.home.run(&["verify-log"])?;
    running.kill()?;
    // A process that was killed leaves a log that verifies.
    bureau.home.run(&["verify-log"])?;
    Ok(())
}
