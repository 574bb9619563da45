//! A centre as its own process: founded, started, killed, started again.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tala_protocol::id::{PersonId, UnitId};
use tala_server::fail_at;

use super::{RigError, file, program};

/// How long a centre may take to listen.
const START_MAX: Duration = Duration::from_secs(60);

/// Names of the registries beside the configuration.
const TYPES: &str = "incident-types.json";
const RULES: &str = "legal-rules.json";

/// A data folder with a configuration, whether or not a centre runs on it.
#[derive(Debug, Clone)]
pub struct CentreHome {
    folder: PathBuf,
    address: SocketAddr,
    device_per_minute: u32,
}

/// Requests a minute that a phone in time lapse may make: sixty times as many as a real one.
const DEVICE_PER_MINUTE: u32 = 60_000;

/// A login with its password.
#[derive(Debug, Clone)]
pub struct Login {
    /// Name to sign in with.
    pub login: String,
    /// Its password.
    pub password: String,
}

/// A centre that runs. It is killed when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// Where it listens.
    pub url: String,
}

impl CentreHome {
    /// Founds a centre in a folder, for the units and people of the fictional league.
    pub fn found(
        folder: &Path,
        port: u16,
        basemap: Option<&Path>,
    ) -> Result<(Self, Login), RigError> {
        std::fs::create_dir_all(folder).map_err(file("make", folder))?;
        let home = Self {
            folder: folder.to_owned(),
            address: free_address(port)?,
            device_per_minute: DEVICE_PER_MINUTE,
        };
        home.configure(basemap)?;
        let units = folder.join("units.json");
        let texts = [
            ("units.json", tala_fixtures::units::UNITS_JSON),
            (
                TYPES,
                include_str!("../../../fixtures/registry/incident-types.json"),
            ),
            (
                RULES,
                include_str!("../../../fixtures/registry/legal-rules.json"),
            ),
        ];
        for (name, text) in texts {
            let path = folder.join(name);
            std::fs::write(&path, text).map_err(file("write", &path))?;
        }
        let said = home.admin(&["init", "--units", &units.to_string_lossy()])?;
        let login = Login {
            login: after(&said, "First administrator: ")?,
            password: after(&said, "Password: ")?,
        };
        Ok((home, login))
    }

    /// A centre that was founded in this folder, or whose folder was copied here, at a free address and
    /// with so many requests a minute for each device.
    pub fn founded(folder: &Path, device_per_minute: u32) -> Result<Self, RigError> {
        let home = Self {
            folder: folder.to_owned(),
            address: free_address(0)?,
            device_per_minute,
        };
        home.configure(None)?;
        Ok(home)
    }

    fn configure(&self, basemap: Option<&Path>) -> Result<(), RigError> {
        let config = self.config();
        std::fs::write(&config, self.settings(basemap)).map_err(file("write", &config))
    }

    /// The folder of stores, keys and files.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Where it listens when it runs.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Gives a login a password, which is made there.
    pub fn set_password(&self, login: &str) -> Result<Login, RigError> {
        let said = self.admin(&["set-password", login])?;
        Ok(Login {
            login: login.to_owned(),
            password: after(&said, "Password: ")?,
        })
    }

    /// A one-time code for a phone.
    pub fn code(&self, unit: UnitId, person: PersonId, name: &str) -> Result<String, RigError> {
        let (unit, person) = (unit.to_string(), person.to_string());
        let args = [
            "enrol",
            "--unit",
            &unit,
            "--person",
            &person,
            "--name",
            name,
            "--text-only",
        ];
        Ok(self.admin(&args)?.trim().to_owned())
    }

    /// Runs an `admin` command and returns what it printed.
    pub fn admin(&self, args: &[&str]) -> Result<String, RigError> {
        self.run(&[&["admin"], args].concat())
    }

    /// Runs any command and returns what it printed.
    pub fn run(&self, args: &[&str]) -> Result<String, RigError> {
        let named = format!("tala-server {}", args.join(" "));
        let ran = self
            .command()
            .args(args)
            .output()
            .map_err(|source| RigError::Run {
                program: named.clone(),
                source,
            })?;
        if ran.status.success() {
            return Ok(String::from_utf8_lossy(&ran.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&ran.stderr).trim().to_owned();
        Err(RigError::Failed {
            program: named,
            said,
        })
    }

    /// Starts the centre and waits until it listens.
    pub fn serve(&self) -> Result<Running, RigError> {
        self.serve_until(None)
    }

    /// Starts the centre to end by itself at `point:visit` of its own code.
    pub fn serve_until(&self, point: Option<&str>) -> Result<Running, RigError> {
        let log = self.folder.join("server.log");
        let append = File::options().create(true).append(true).open(&log);
        let append = append.map_err(file("write", &log))?;
        let mut command = self.command();
        command
            .arg("serve")
            .stdout(Stdio::piped())
            .stderr(append)
            .stdin(Stdio::null());
        command.envs(point.map(|point| (fail_at::VARIABLE, point)));
        let mut child = command.spawn().map_err(|source| RigError::Run {
            program: "tala-server serve".into(),
            source,
        })?;
        let (told, listens) = mpsc::channel();
        if let Some(out) = child.stdout.take() {
            // Reads on for as long as the centre lives: a full pipe would stop it.
            std::thread::spawn(move || {
                for line in BufReader::new(out).lines().map_while(Result::ok) {
                    if line.starts_with("listening on ") {
                        let _ = told.send(());
                    }
                }
            });
        }
        let running = Running {
            child,
            url: self.url(),
        };
        match listens.recv_timeout(START_MAX) {
            Ok(()) => Ok(running),
            Err(_) => Err(RigError::Failed {
                program: "tala-server serve".into(),
                said: last_lines(&log),
            }),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program("tala-server"));
        command.arg("--config").arg(self.config());
        command
    }

    fn config(&self) -> PathBuf {
        self.folder.join("tala.toml")
    }

    /// Limits are raised: a time lapse asks sixty times as often as twelve real phones.
    fn settings(&self, basemap: Option<&Path>) -> String {
        let mut text = format!(
            "data = \"data\"\ndeployment = \"示例盟\"\nzone = \"Asia/Shanghai\"\n\
             listen.address = \"{}\"\nrates.device_per_minute = {}\n\
             rates.session_per_minute = 6000\nrates.door_per_minute = 600\nlog.filter = \"warn\"\n\
             registry.incident_types = \"{TYPES}\"\nregistry.legal_rules = \"{RULES}\"\n",
            self.address, self.device_per_minute
        );
        if let Some(basemap) = basemap {
            text.push_str(&format!("basemap = \"{}\"\n", basemap.display()));
        }
        text
    }
}

impl Running {
    /// Kills it: no warning, no clean-up.
    pub fn kill(mut self) -> Result<(), RigError> {
        self.end()
    }

    /// Kills it after `life`, unless it has ended by itself; whether it had.
    pub fn kill_at(mut self, life: Duration) -> Result<bool, RigError> {
        let began = Instant::now();
        let mut ended = false;
        while !ended && began.elapsed() < life {
            std::thread::sleep(Duration::from_millis(5));
            ended = matches!(self.child.try_wait(), Ok(Some(_)));
        }
        self.end()?;
        Ok(ended)
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn end(&mut self) -> Result<(), RigError> {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        ended.map(|_| ()).map_err(|source| RigError::Run {
            program: "tala-server serve".into(),
            source,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.end();
    }
}

/// This port on loopback, or another that is free.
fn free_address(port: u16) -> Result<SocketAddr, RigError> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = bind(port).or_else(|_| bind(0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map_err(|source| RigError::Run {
        program: "a listener on loopback".into(),
        source,
    })
}

/// The rest of the line that begins with this.
fn after(said: &str, head: &'static str) -> Result<String, RigError> {
    let line = said.lines().find_map(|line| line.trim().strip_prefix(head));
    line.map(|rest| rest.trim().to_owned())
        .ok_or_else(|| RigError::Unexpected {
            program: "tala-server admin".into(),
            wanted: head,
        })
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(5);
    lines.get(from..).unwrap_or_default().join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_prints_is_found_by_the_head_of_its_line() {
        let said = "The centre is founded.\n\n  Root fingerprint: x\nPassword: a b\n";
        assert_eq!(after(said, "Password: ").ok().as_deref(), Some("a b"));
        assert!(after(said, "First administrator: ").is_err());
    }

    #[test]
    fn a_taken_port_gives_way_to_a_free_one() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = taken.local_addr().expect("an address").port();
        let other = free_address(port).expect("another");
        assert_ne!(other.port(), port);
    }
}
