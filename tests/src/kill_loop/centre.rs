//! The ring of the centre: a server is killed under load, and what it said it had stored is looked for.
//!
//! Two ways of looking, both over the public wire. Everything promised is offered again: the centre must
//! know it, on the same leaf. And a second phone of the unit reads the whole delivery list: everything
//! promised must be in it, once.

use std::collections::BTreeMap;
use std::path::Path;

use rand_chacha::ChaCha8Rng;
use tala_client::outbox::Link;
use tala_client::sync::drive::{self, Surroundings};
use tala_client::sync::{SyncOptions, Why};
use tala_client::transport::Transport as _;
use tala_fixtures::rider::Rider;
use tala_protocol::doc::{DocType, IncidentEdit, PatrolEdit, Set};
use tala_protocol::envelope::Audience;
use tala_protocol::envelope::wire::Run;
use tala_protocol::hash::Digest;
use tala_protocol::id::UnitId;
use tala_protocol::sync::frame;
use tala_protocol::sync::{
    Cursor, Outcome, REPLY_LEN_MAX, Scope, SyncReply, SyncRequest, Versions,
};
use tala_protocol::transport::Transport;
use tokio::runtime::Runtime;

use super::death::{self, Death};
use super::plant::Snapshot;
use super::witness::{self, SharedLedger, Witness};
use super::{Report, worker};
use crate::rig::centre::{CentreHome, Running};
use crate::rig::phone::{HttpLink, Phone, fault, random16};
use crate::rig::{RigError, chain};

/// Fixes of one segment of the load.
const FIXES: usize = 40;
/// Incidents of one push of the load.
const INCIDENTS: usize = 6;

/// The ring of the centre.
pub struct CentreRing {
    home: CentreHome,
    running: Option<Running>,
    runtime: Runtime,
    load: Load,
    ledger: SharedLedger,
    reader: HttpLink,
    unit: UnitId,
    /// Pushes that were offered again after an earlier kill.
    offered: usize,
}

/// The phone that pushes.
struct Load {
    phone: Phone,
    rider: Rider<'static>,
}

impl CentreRing {
    /// Starts the centre and enrols who pushes and who reads.
    pub fn start(home: &CentreHome, folder: &Path) -> Result<Self, RigError> {
        let running = home.serve()?;
        let tree = tala_fixtures::units::load();
        let tree = tree.map_err(|error| RigError::World(error.to_string()))?;
        let find = |login: &str| {
            let person = tree.persons.iter().find(|person| person.login == login);
            let found = person.and_then(|person| Some((person.id, person.memberships.first()?.0)));
            found.ok_or_else(|| RigError::World(format!("nobody is called {login}")))
        };
        let (pusher, unit) = find("temur")?;
        let (listener, _) = find("liqing")?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(fault("killer", "starting its runtime"))?;
        let enrol = |person, name: &str| {
            let code = home.code(unit, person, name)?;
            runtime.block_on(Phone::enrol(&folder.join(name), name, &code))
        };
        let phone = enrol(pusher, "pusher")?;
        let reader = enrol(listener, "reader")?.link;
        // The other ring enrols its phone at a run of its own.
        running.kill()?;
        Ok(Self {
            home: home.clone(),
            running: None,
            runtime,
            load: Load {
                phone,
                rider: worker::rider(77),
            },
            ledger: SharedLedger::default(),
            reader,
            unit,
            offered: 0,
        })
    }

    /// Pushes until the centre is killed, starts it again, and looks for everything promised.
    pub fn kill_once(
        &mut self,
        is_planted: bool,
        rng: &mut ChaCha8Rng,
        report: &mut Report,
    ) -> Result<(), RigError> {
        let death = death::CENTRE.death(rng, &report.points);
        // A point is armed at the start; a disk is copied while nobody writes.
        if (is_planted || death.point.is_some())
            && let Some(running) = self.running.take()
        {
            running.kill()?;
        }
        let disk = is_planted
            .then(|| Snapshot::take(&self.home.data()))
            .transpose()?;
        let before = witness::open(&self.ledger).leaves.len();
        let running = match self.running.take() {
            Some(running) => Ok(running),
            None => self.home.serve_until(death.point.as_deref()),
        };
        match running {
            Ok(running) => self.push_until_it_dies(running, &death, report)?,
            // It met its point before it listened, with what the last death had left to do.
            Err(_) if death.point.is_some() => {
                report.centre.at_points += 1;
                report.died_at(death.name);
            }
            Err(error) => return Err(error),
        }
        report.centre.kills += 1;
        if let Some(disk) = disk {
            disk.put_back()?;
        }
        self.running = Some(self.home.serve()?);
        let after = witness::open(&self.ledger).leaves.len();
        report.centre.early += u64::from(after == before);
        let last = self.offered;
        self.offer_again(last, report)
    }

    fn push_until_it_dies(
        &mut self,
        running: Running,
        death: &Death,
        report: &mut Report,
    ) -> Result<(), RigError> {
        let at_latest = death.at_latest;
        let killer = std::thread::spawn(move || running.kill_at(at_latest));
        while !killer.is_finished() {
            if let Err(error) = self.runtime.block_on(self.load.push(&self.ledger)) {
                // A link that breaks is what this is about; anything else is not.
                if !matches!(error, drive::DriveError::Transport(_)) {
                    let fault = format!("pushing: {}", chain(&error));
                    report.faults.push(fault);
                    break;
                }
            }
        }
        match killer.join() {
            Ok(killed) => {
                let at_point = killed?;
                report.centre.at_points += u64::from(at_point);
                report.died_at(death.name.filter(|_| at_point));
            }
            Err(_) => report.faults.push("the killer died".into()),
        }
        Ok(())
    }

    /// Everything once more: offered again from the first push on, read through, and the log verified.
    pub fn finish(mut self, report: &mut Report) -> Result<(), RigError> {
        if self.running.is_none() {
            self.running = Some(self.home.serve()?);
        }
        self.offer_again(0, report)?;
        self.read_through(report)?;
        if let Some(alarm) = self.load.phone.engine.centre().alarm {
            report.faults.push(format!("the phone raises {alarm:?}"));
        }
        report
            .faults
            .append(&mut witness::open(&self.ledger).faults);
        if let Some(running) = self.running.take() {
            running.kill()?;
        }
        match self.home.run(&["verify-log"]) {
            Ok(_) => report.log_verified = true,
            Err(error) => report.faults.push(chain(&error)),
        }
        Ok(())
    }

    /// Offers pushes again from this one on; each envelope must be known on the leaf that was promised.
    fn offer_again(&mut self, from: usize, report: &mut Report) -> Result<(), RigError> {
        let pushes = witness::open(&self.ledger)
            .pushes
            .get(from..)
            .map(<[_]>::to_vec);
        for envelopes in pushes.unwrap_or_default() {
            let request = SyncRequest {
                runs: Run::pack_all(&envelopes),
                ..self.request()
            };
            let reply = self.ask(&request)?;
            let mut ids = request_ids(&request).into_iter();
            for span in &reply.spans {
                for (id, n) in ids.by_ref().take(span.count as usize).zip(0u64..) {
                    let promised = witness::open(&self.ledger).leaves.get(&id).copied();
                    let found = match span.outcome {
                        Outcome::Known { first_leaf } => Some(first_leaf.saturating_add(n)),
                        _ => None,
                    };
                    if found != promised {
                        report.centre.lost += 1;
                        let fault = format!("{id}: promised {promised:?}, now {:?}", span.outcome);
                        report.faults.push(fault);
                    }
                }
            }
            let silent = ids.count() as u64;
            report.centre.lost += silent;
        }
        let ledger = witness::open(&self.ledger);
        self.offered = ledger.pushes.len();
        report.centre.acknowledged = ledger.leaves.len() as u64;
        Ok(())
    }

    /// Reads the unit's whole delivery list as another phone.
    fn read_through(&mut self, report: &mut Report) -> Result<(), RigError> {
        let scope = Scope {
            unit: self.unit,
            audience: Audience::Field,
        };
        let mut position = 0;
        let mut seen: BTreeMap<Digest, u64> = BTreeMap::new();
        loop {
            let request = SyncRequest {
                cursors: vec![Cursor { scope, position }],
                ..self.request()
            };
            let reply = self.ask_as_reader(&request)?;
            for run in reply.runs {
                for envelope in run.unpack().unwrap_or_default() {
                    *seen.entry(envelope.id()).or_default() += 1;
                }
            }
            let next = reply.cursors.iter().find(|cursor| cursor.scope == scope);
            match next
                .map(|cursor| cursor.position)
                .filter(|next| *next > position)
            {
                Some(next) => position = next,
                None => break,
            }
        }
        let ledger = witness::open(&self.ledger);
        for id in ledger.leaves.keys() {
            match seen.get(id) {
                Some(1) => {}
                Some(_) => report.centre.doubled += 1,
                None => {
                    report.centre.lost += 1;
                    report.faults.push(format!("{id} is in no delivery list"));
                }
            }
        }
        let more = seen
            .keys()
            .filter(|id| !ledger.leaves.contains_key(id))
            .count();
        report.centre.in_flight = more as u64;
        Ok(())
    }

    fn request(&self) -> SyncRequest {
        SyncRequest {
            versions: Versions::CURRENT,
            features: 0,
            log: self.load.phone.engine.centre().log,
            cursors: Vec::new(),
            runs: Vec::new(),
            prove: Vec::new(),
            proof_from: None,
            budget_bytes: 256 * 1024,
            beacon: None,
        }
    }

    fn ask(&mut self, request: &SyncRequest) -> Result<SyncReply, RigError> {
        ask(&self.runtime, &mut self.load.phone.link, request)
    }

    fn ask_as_reader(&mut self, request: &SyncRequest) -> Result<SyncReply, RigError> {
        ask(&self.runtime, &mut self.reader, request)
    }
}

impl Load {
    /// One push: a segment and some incidents. Where an earlier push was cut, that goes with it.
    async fn push(&mut self, ledger: &SharedLedger) -> Result<(), drive::DriveError> {
        let Self { phone, rider } = self;
        let fixes: Vec<_> = rider.by_ref().take(FIXES).map(worker::timed).collect();
        let now = fixes
            .last()
            .map(|last| worker::clocks(&last.fix))
            .unwrap_or_default();
        let mut entropy: fn() -> [u8; 16] = random16;
        if phone.engine.snapshot().is_none() {
            let edit = PatrolEdit::default();
            phone
                .engine
                .start_patrol(edit, Transport::Horse, now, &mut entropy)?;
        }
        phone.engine.record_batch(&fixes, &[], now)?;
        for n in 0..INCIDENTS {
            let make = |document: &_, actor, at| {
                let edit = IncidentEdit {
                    title: Set::To(worker::incident_title(n)),
                    category: worker::category(),
                    ..IncidentEdit::default()
                };
                edit.change(document, actor, at)
            };
            phone
                .engine
                .create(DocType::Incident, Audience::Field, make, now, &mut entropy)?;
        }
        let Phone {
            engine,
            link,
            signer,
            blobs,
            ..
        } = phone;
        let mut link = Witness::new(link, ledger.clone());
        let mut with = Surroundings {
            transport: &mut link,
            signer,
            blobs,
            clock: || now,
            battery_pct: None,
        };
        let options = SyncOptions {
            why: Why::Officer,
            link: Link::Good,
            originals: true,
        };
        drive::sync(engine, &mut with, options).await.map(|_| ())
    }
}

fn ask(
    runtime: &Runtime,
    link: &mut HttpLink,
    request: &SyncRequest,
) -> Result<SyncReply, RigError> {
    let frame = frame::close(&request.to_bytes());
    let mut answer = runtime.block_on(link.sync(frame.clone()));
    if answer.is_err() {
        // The kept connection ended with the process that was killed.
        answer = runtime.block_on(link.sync(frame));
    }
    let answer = answer.map_err(fault("killer", "asking the centre"))?;
    let bytes = frame::open(&answer, REPLY_LEN_MAX);
    let bytes = bytes.map_err(fault("killer", "opening the reply"))?;
    SyncReply::from_bytes(&bytes).map_err(fault("killer", "reading the reply"))
}

/// Ids in the order in which they are sent.
fn request_ids(request: &SyncRequest) -> Vec<Digest> {
    let runs = request
        .runs
        .iter()
        .cloned()
        .filter_map(|run| run.unpack().ok());
    runs.flatten().map(|envelope| envelope.id()).collect()
}
