//! What an operator may set: one `tala.toml`, every value also by environment.
//!
//! You are here because you run a centre or add a setting. A setting is asked for once, in
//! [`Config::from_settings`], with its default; its name in the file is `part.name`, in the environment
//! `TALA_SERVER_PART_NAME`, and the environment wins. All faults are found before any is reported, names
//! that nobody asks for among them. Nothing else reads the environment.

mod settings;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::app::DeviceLimits;
pub use settings::{Fault, Settings};

/// A device that may hand over less than this a day cannot work.
const BYTES_MIN: u64 = 1024 * 1024;
/// A tebibyte.
const BYTES_MAX: u64 = 1 << 40;

/// Everything that an operator may set.
#[derive(Debug, Clone)]
pub struct Config {
    /// `data`: the folder of stores and files. Default `data`, beside the configuration file.
    pub data: PathBuf,
    /// `deployment`: name shown to people. Default `Tala`.
    pub deployment: String,
    /// `zone`: IANA name of the zone that decides days and deadlines. Default `Asia/Shanghai`.
    pub zone: String,
    /// Where and how the centre is reached.
    pub listen: Listen,
    /// Sessions of staff.
    pub session: SessionLimits,
    /// How much one sender may ask for.
    pub rates: Rates,
    /// How much one device may hand over.
    pub device: DeviceLimits,
    /// `basemap`: a PMTiles archive. Default none.
    pub basemap: Option<PathBuf>,
    /// `registry.incident_types` and `registry.legal_rules`: JSON files. Default none.
    pub registry: RegistryFiles,
    /// `log.format`: `human` or `json`. Default `human`.
    pub log_format: LogFormat,
    /// `log.filter`: what is logged, as `tracing` directives. Default `info,refinery_core=warn`.
    pub log_filter: String,
}

/// Addresses and transport.
#[derive(Debug, Clone)]
pub struct Listen {
    /// `listen.address`. Default `127.0.0.1:8080`.
    pub address: SocketAddr,
    /// `listen.admin`: metrics and health on another port. Default none.
    pub admin: Option<SocketAddr>,
    /// `listen.public_url`: how phones reach the centre, as printed in enrolment codes.
    /// Default `http://ADDRESS`, or `https` with TLS.
    pub public_url: String,
    /// `listen.behind_proxy`: a proxy that ends TLS stands before us. Default false.
    pub behind_proxy: bool,
    /// `listen.tls_cert` and `listen.tls_key`: PEM files. Default none.
    pub tls: Option<TlsFiles>,
    /// `listen.drain_s`: how long open requests may take after a stop is asked for. Default 10.
    pub drain: Duration,
    /// `listen.idle_s`: how long a sender may be silent inside a request. Default 30.
    pub idle: Duration,
}

/// Certificate chain and key.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// Certificate chain, PEM.
    pub cert: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
}

/// Where the registries in force are read from.
#[derive(Debug, Clone, Default)]
pub struct RegistryFiles {
    /// Kinds of incident.
    pub incident_types: Option<PathBuf>,
    /// Legal rules.
    pub legal_rules: Option<PathBuf>,
}

/// How long a sign-in holds.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// `session.hours`: a sign-in ends after so long. Default 12.
    pub age_max: Duration,
    /// `session.idle_minutes`: and after so long without a request. Default 120.
    pub idle_max: Duration,
}

/// Requests a minute.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// `rates.device_per_minute`: of one device. Default 600.
    pub device_per_minute: u32,
    /// `rates.session_per_minute`: of one session. Default 1200.
    pub session_per_minute: u32,
    /// `rates.door_per_minute`: sign-ins and enrolments of one address. Default 20.
    pub door_per_minute: u32,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// Every fault of a configuration, at once.
#[derive(Debug, thiserror::Error)]
#[error("the configuration has {} faults:\n{}", .0.len(), lines(.0))]
pub struct ConfigError(pub Vec<Fault>);

impl Config {
    /// Reads a file (where given, or `tala.toml` where it exists) and the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let default = Path::new("tala.toml");
        let file = file.or_else(|| default.exists().then_some(default));
        let text = match file.map(std::fs::read_to_string).transpose() {
            Ok(text) => text.unwrap_or_default(),
            Err(error) => {
                let fault = Fault::new("tala.toml", format!("cannot be read: {error}"));
                return Err(ConfigError(vec![fault]));
            }
        };
        let folder = file.and_then(Path::parent).unwrap_or(Path::new("."));
        let settings = Settings::read(&text, std::env::vars());
        Self::from_settings(settings, folder)
    }

    /// Asks for every setting. Relative paths begin at `folder`.
    pub fn from_settings(mut it: Settings, folder: &Path) -> Result<Self, ConfigError> {
        let data = folder.join(it.text("data", "data"));
        let config = Self {
            data,
            deployment: it.text("deployment", "Tala"),
            zone: it.text("zone", "Asia/Shanghai"),
            listen: listen(&mut it, folder),
            session: SessionLimits {
                age_max: Duration::from_secs(3_600 * it.number("session.hours", 12, 1, 24 * 31)),
                idle_max: Duration::from_secs(
                    60 * it.number("session.idle_minutes", 120, 1, 60 * 24 * 31),
                ),
            },
            rates: Rates {
                device_per_minute: it.small("rates.device_per_minute", 600),
                session_per_minute: it.small("rates.session_per_minute", 1_200),
                door_per_minute: it.small("rates.door_per_minute", 20),
            },
            device: device(&mut it),
            basemap: it.maybe_text("basemap").map(|path| folder.join(path)),
            registry: RegistryFiles {
                incident_types: it
                    .maybe_text("registry.incident_types")
                    .map(|path| folder.join(path)),
                legal_rules: it
                    .maybe_text("registry.legal_rules")
                    .map(|path| folder.join(path)),
            },
            log_format: match it.text("log.format", "human").as_str() {
                "json" => LogFormat::Json,
                "human" => LogFormat::Human,
                _ => it.fault("log.format", "is human or json", LogFormat::Human),
            },
            log_filter: it.text("log.filter", "info,refinery_core=warn"),
        };
        config.check(&mut it);
        match it.finish() {
            faults if faults.is_empty() => Ok(config),
            faults => Err(ConfigError(faults)),
        }
    }

    /// A centre on a free loopback port with this data folder: what tests and demonstrations use.
    pub fn on_loopback(data: &Path) -> Result<Self, ConfigError> {
        let vars = [(
            "TALA_SERVER_LISTEN_ADDRESS".to_owned(),
            "127.0.0.1:0".to_owned(),
        )];
        Self::from_settings(Settings::read("", vars.into_iter()), data).map(|config| Self {
            data: data.to_owned(),
            ..config
        })
    }

    fn check(&self, it: &mut Settings) {
        let listen = &self.listen;
        let open = !listen.address.ip().is_loopback();
        if open && listen.tls.is_none() && !listen.behind_proxy {
            let words = "is not loopback: set listen.tls_cert and listen.tls_key, or \
                         listen.behind_proxy = true where a proxy ends TLS";
            it.fault("listen.address", words, ());
        }
        if jiff::tz::TimeZone::get(&self.zone).is_err() {
            it.fault("zone", "is not a zone of the IANA database", ());
        }
        for (name, path) in [
            ("basemap", self.basemap.as_ref()),
            (
                "registry.incident_types",
                self.registry.incident_types.as_ref(),
            ),
            ("registry.legal_rules", self.registry.legal_rules.as_ref()),
            ("listen.tls_cert", listen.tls.as_ref().map(|tls| &tls.cert)),
            ("listen.tls_key", listen.tls.as_ref().map(|tls| &tls.key)),
        ] {
            if path.is_some_and(|path| !path.is_file()) {
                it.fault(name, "names no file", ());
            }
        }
    }
}

fn listen(it: &mut Settings, folder: &Path) -> Listen {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 8_080));
    let address = it.address("listen.address").unwrap_or(loopback);
    let cert = it
        .maybe_text("listen.tls_cert")
        .map(|path| folder.join(path));
    let key = it
        .maybe_text("listen.tls_key")
        .map(|path| folder.join(path));
    let tls = match (cert, key) {
        (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
        (None, None) => None,
        _ => it.fault("listen.tls_cert", "and listen.tls_key go together", None),
    };
    let scheme = if tls.is_some() { "https" } else { "http" };
    Listen {
        address,
        admin: it.address("listen.admin"),
        public_url: it.text("listen.public_url", &format!("{scheme}://{address}")),
        behind_proxy: it.switch("listen.behind_proxy", false),
        tls,
        drain: Duration::from_secs(it.number("listen.drain_s", 10, 0, 600)),
        idle: Duration::from_secs(it.number("listen.idle_s", 30, 1, 600)),
    }
}

/// `device.bytes_a_day` (envelopes; default 256 MiB), `device.cpu_ms_a_minute` (checking; default 30,000) and
/// `device.quarantine_bytes` (kept apart and not released; default 16 MiB). A device that is over one of them
/// is answered with 429, or 507 for the quarantine, before anything is stored.
///
/// `device.days_to_close` (1 to 365; default 7): how long a device that was moved to another unit, and has
/// been told, may still hand over what it writes for the old one. What it writes there later is kept apart.
fn device(it: &mut Settings) -> DeviceLimits {
    let default = DeviceLimits::default();
    let (day, apart) = (default.bytes_a_day, default.quarantine_bytes);
    let cpu_ms = default.cpu_us_a_minute / 1_000;
    let days = u64::from(default.days_to_close);
    DeviceLimits {
        bytes_a_day: it.number("device.bytes_a_day", day, BYTES_MIN, BYTES_MAX),
        // More than a minute a minute: of all cores.
        cpu_us_a_minute: it.number("device.cpu_ms_a_minute", cpu_ms, 100, 3_600_000) * 1_000,
        quarantine_bytes: it.number("device.quarantine_bytes", apart, 0, BYTES_MAX),
        days_to_close: u32::try_from(it.number("device.days_to_close", days, 1, 365))
            .unwrap_or(default.days_to_close),
    }
}

fn lines(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let vars = vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Config::from_settings(Settings::read(text, vars), Path::new("."))
    }

    #[test]
    fn an_empty_file_listens_on_loopback_only() {
        let config = read("", &[]).expect("defaults are sound");
        assert!(config.listen.address.ip().is_loopback());
        assert_eq!(config.listen.public_url, "http://127.0.0.1:8080");
        assert_eq!(config.zone, "Asia/Shanghai");
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let file = "zone = \"Asia/Hohhot\"\n[rates]\ndoor_per_minute = 5\n";
        let config = read(
            file,
            &[
                ("TALA_SERVER_ZONE", "Asia/Ulaanbaatar"),
                ("TALA_SERVER_RATES_DOOR_PER_MINUTE", "7"),
                ("PATH", "not ours"),
            ],
        )
        .expect("sound");
        assert_eq!(
            (config.zone.as_str(), config.rates.door_per_minute),
            ("Asia/Ulaanbaatar", 7)
        );
    }

    #[test]
    fn limits_of_devices_come_from_the_file_and_the_environment() {
        let file = "[device]\nbytes_a_day = 5000000\ncpu_ms_a_minute = 500\ndays_to_close = 30\n";
        let set = [("TALA_SERVER_DEVICE_QUARANTINE_BYTES", "1000")];
        let limits = read(file, &set).expect("sound").device;
        let expected = DeviceLimits {
            bytes_a_day: 5_000_000,
            cpu_us_a_minute: 500_000,
            quarantine_bytes: 1_000,
            days_to_close: 30,
        };
        assert_eq!(limits, expected);
        let file = "[device]\nbytes_a_day = 7\ncpu_ms_a_minute = \"much\"\nquarantine_bytes = -1\n\
                    days_to_close = 0\n";
        let faults = read(file, &[]).expect_err("four faults").0;
        assert_eq!(faults.len(), 4, "all at once: {faults:?}");
        assert_eq!(read("", &[]).expect("sound").device.days_to_close, 7);
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let file = "zone = \"Mars/Olympus\"\nzoo = 1\nbasemap = \"absent.pmtiles\"\n\
                    [listen]\naddress = \"0.0.0.0:80\"\ndrain_s = -3\ntls_key = \"k\"\n\
                    [log]\nformat = \"xml\"\n";
        let error = read(file, &[("TALA_SERVER_ZZZ", "1")]).expect_err("eight faults");
        let named: Vec<&str> = error.0.iter().map(|fault| fault.name.as_str()).collect();
        for name in [
            "zone",
            "zoo",
            "basemap",
            "listen.address",
            "listen.drain_s",
            "listen.tls_cert",
            "log.format",
            "TALA_SERVER_ZZZ",
        ] {
            assert!(named.contains(&name), "{name} in {error}");
        }
        assert_eq!(named.len(), 8, "{error}");
    }

    #[test]
    fn a_file_that_is_not_toml_is_one_fault() {
        let error = read("= 3", &[]).expect_err("not toml");
        assert_eq!(error.0.len(), 1, "{error}");
    }
}
