//! The ring of the phone: a recording process is killed, and what it said it had saved is looked for.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use tala_client::store::Store as _;
use tala_protocol::fix::Fix;
use tala_protocol::id::ObjectId;
use tala_server::fail_at;

use super::death::{self, Death};
use super::plant::Snapshot;
use super::{Report, worker};
use crate::rig::centre::CentreHome;
use crate::rig::phone::{Phone, fault};
use crate::rig::{RigError, file};

/// How a process ends that ends itself without unwinding.
const SIGABRT: i32 = 6;

/// The ring of the phone.
#[derive(Debug)]
pub struct PhoneRing {
    folder: PathBuf,
    ledger: PathBuf,
    seed: u64,
    /// The rider's fixes as far as they were needed.
    expected: Vec<Fix>,
    /// Fixes promised, and how many are in the store.
    acknowledged: usize,
    held: usize,
    /// Incidents promised: after which fix, and which.
    incidents: BTreeMap<ObjectId, usize>,
}

impl PhoneRing {
    /// Enrols the victim at a centre that is started for it.
    pub fn start(home: &CentreHome, folder: &Path, seed: u64) -> Result<Self, RigError> {
        let running = home.serve()?;
        let place = folder.join("phone");
        let tree = tala_fixtures::units::load();
        let tree = tree.map_err(|error| RigError::World(error.to_string()))?;
        let person = tree.persons.iter().find(|person| person.login == "batu");
        let home_unit = person.and_then(|person| Some((person, person.memberships.first()?.0)));
        let (person, unit) =
            home_unit.ok_or_else(|| RigError::World("nobody is called batu".into()))?;
        let code = home.code(unit, person.id, "killed")?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(fault("killer", "starting its runtime"))?;
        drop(runtime.block_on(Phone::enrol(&place, "killed", &code))?);
        running.kill()?;
        Ok(Self {
            folder: place,
            ledger: folder.join("phone.ledger"),
            seed,
            expected: Vec::new(),
            acknowledged: 0,
            held: 0,
            incidents: BTreeMap::new(),
        })
    }

    /// Lets the victim record for a while, kills it, and looks for everything promised.
    pub fn kill_once(
        &mut self,
        is_planted: bool,
        rng: &mut ChaCha8Rng,
        report: &mut Report,
    ) -> Result<(), RigError> {
        let before = is_planted
            .then(|| Snapshot::take(&self.folder))
            .transpose()?;
        let death = death::PHONE.death(rng, &report.points);
        let (said, at_point) = self.live_and_die(&death)?;
        report.phone.at_points += u64::from(at_point);
        report.died_at(death.name.filter(|_| at_point));
        if let Some(before) = before {
            before.put_back()?;
        }
        let promised = self.acknowledged;
        self.note(&said, report)?;
        report.phone.kills += 1;
        report.phone.early += u64::from(self.acknowledged == promised);
        self.look(report)
    }

    /// What it said, and whether it died at its point.
    fn live_and_die(&self, death: &Death) -> Result<(String, bool), RigError> {
        let run = |source| RigError::Run {
            program: "kill-loop --worker".into(),
            source,
        };
        let mut command = Command::new(std::env::current_exe().map_err(run)?);
        command.arg("--worker").arg("--folder").arg(&self.folder);
        command.args([
            "--from",
            &self.held.to_string(),
            "--seed",
            &self.seed.to_string(),
        ]);
        command.envs(death.point.iter().map(|point| (fail_at::VARIABLE, point)));
        let mut child = command
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .map_err(run)?;
        let out = child.stdout.take();
        let reader = std::thread::spawn(move || {
            let mut said = String::new();
            if let Some(mut out) = out {
                // A line that was cut in the middle was no promise.
                let _ = out.read_to_string(&mut said);
            }
            said
        });
        let ended = await_death(&mut child, death).map_err(run)?;
        child.kill().and_then(|()| child.wait()).map_err(run)?;
        let at_point = ended.is_some_and(|status| status.signal() == Some(SIGABRT));
        if let Some(status) = ended.filter(|_| !(at_point && death.point.is_some())) {
            let program = "kill-loop --worker".into();
            let said = format!("it ended by itself, {status}");
            return Err(RigError::Failed { program, said });
        }
        Ok((reader.join().unwrap_or_default(), at_point))
    }

    /// Takes the promises into the ledger, and writes them beside it for people.
    fn note(&mut self, said: &str, report: &mut Report) -> Result<(), RigError> {
        let whole = said
            .rfind('\n')
            .and_then(|end| said.get(..=end))
            .unwrap_or_default();
        let open = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&self.ledger);
        let mut to = open.map_err(file("write", &self.ledger))?;
        let wrote = std::io::Write::write_all(&mut to, whole.as_bytes());
        wrote.map_err(file("write", &self.ledger))?;
        for line in whole.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["f", n] if n.parse() == Ok(self.next_promise()) => {
                    self.acknowledged = self.next_promise() + 1;
                }
                ["o", n, id] => match (n.parse(), id.parse()) {
                    (Ok(n), Ok(id)) => drop(self.incidents.insert(id, n)),
                    _ => report.faults.push(format!("the phone said `{line}`")),
                },
                _ => report
                    .faults
                    .push(format!("the phone said `{line}` out of turn")),
            }
        }
        let promised = self.acknowledged + self.incidents.len();
        report.phone.acknowledged = u64::try_from(promised).unwrap_or(u64::MAX);
        Ok(())
    }

    /// The fix that the next promise must be about: one in flight at the last kill may stand between.
    fn next_promise(&self) -> usize {
        self.acknowledged.max(self.held)
    }

    /// Opens the phone again and compares.
    fn look(&mut self, report: &mut Report) -> Result<(), RigError> {
        let mut phone = worker::open(&self.folder, self.seed, self.next_promise())?;
        let patrols = phone
            .engine
            .store()
            .patrols()
            .map_err(fault("killed", "reading"))?;
        let mut fixes = Vec::new();
        for patrol in patrols {
            let track = phone
                .engine
                .track(patrol.object)
                .map_err(fault("killed", "reading"))?;
            if track.unread > 0 {
                report
                    .faults
                    .push(format!("{} segments cannot be read", track.unread));
            }
            fixes.extend(track.fixes);
        }
        self.compare(&fixes, report);
        for (object, n) in &self.incidents {
            let view = phone.engine.incident_view(*object).ok();
            let title = view.and_then(|(view, _)| view.title?.get().cloned());
            if title != Some(worker::incident_title(*n)) {
                report.phone.lost += 1;
                report
                    .faults
                    .push(format!("incident {object} is gone or changed"));
            }
        }
        let chain = super::chain::faults(&phone.engine);
        report.faults.extend(
            chain
                .into_iter()
                .map(|fault| format!("phone's chain: {fault}")),
        );
        let complaints = phone.engine.store().complaints();
        let complaints = complaints.map_err(fault("killed", "checking its file"))?;
        report.faults.extend(
            complaints
                .into_iter()
                .map(|it| format!("phone's store: {it}")),
        );
        Ok(())
    }

    fn compare(&mut self, fixes: &[Fix], report: &mut Report) {
        let wanted = self.acknowledged.max(fixes.len());
        if self.expected.len() < wanted {
            self.expected = worker::rider(self.seed).take(wanted + 1_000).collect();
        }
        let promised = self.expected.get(..self.acknowledged).unwrap_or_default();
        let mut places: BTreeMap<i64, Vec<&Fix>> = BTreeMap::new();
        for fix in fixes {
            places.entry(fix.time.0).or_default().push(fix);
        }
        let (mut lost, mut doubled) = (0u64, 0u64);
        for fix in promised {
            match places.get(&fix.time.0).map(Vec::as_slice) {
                Some([held]) => lost += u64::from(**held != *fix),
                Some(held) if held.len() > 1 => doubled += 1,
                _ => lost += 1,
            }
        }
        report.phone.lost += lost;
        report.phone.doubled += doubled;
        // What was saved without the promise having come out in time is the fix in flight: one a kill.
        let extra = fixes.len().saturating_sub(self.next_promise());
        report.phone.in_flight += u64::try_from(extra).unwrap_or(u64::MAX);
        if extra > 1 || fixes != self.expected.get(..fixes.len()).unwrap_or_default() {
            report.faults.push(format!(
                "{} fixes held, not the rider's first ones",
                fixes.len()
            ));
        }
        self.held = fixes.len();
    }
}

/// Waits until it is time, or until it has ended by itself.
fn await_death(child: &mut Child, death: &Death) -> std::io::Result<Option<ExitStatus>> {
    let began = Instant::now();
    loop {
        let ended = child.try_wait()?;
        let left = death.at_latest.saturating_sub(began.elapsed());
        if ended.is_some() || left.is_zero() {
            return Ok(ended);
        }
        std::thread::sleep(left.min(Duration::from_millis(5)));
    }
}
