//! Names and values before they mean something, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;

/// What names in the environment begin with.
const PREFIX: &str = "TALA_SERVER_";

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which setting.
    pub name: String,
    /// What is wrong with it.
    pub message: String,
}

/// Values by name, and the faults found so far.
#[derive(Debug, Default)]
pub struct Settings {
    file: BTreeMap<String, toml::Value>,
    vars: BTreeMap<String, String>,
    asked: BTreeSet<String>,
    faults: Vec<Fault>,
}

impl Fault {
    /// A fault of a setting.
    pub fn new(name: &str, message: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.message)
    }
}

impl Settings {
    /// Takes the text of a file and the environment.
    pub fn read(text: &str, vars: impl Iterator<Item = (String, String)>) -> Self {
        let mut settings = Self {
            vars: vars.filter(|(name, _)| name.starts_with(PREFIX)).collect(),
            ..Self::default()
        };
        match text.parse::<toml::Table>() {
            Ok(table) => flatten("", table, &mut settings.file),
            Err(error) => {
                let message = format!("is not TOML: {}", error.message());
                settings.faults.push(Fault::new("tala.toml", message));
            }
        }
        settings
    }

    /// Notes a fault and goes on with `value`.
    pub fn fault<T>(&mut self, name: &str, message: &str, value: T) -> T {
        self.faults.push(Fault::new(name, message));
        value
    }

    /// A text that may be absent.
    pub fn maybe_text(&mut self, name: &str) -> Option<String> {
        self.asked.insert(name.to_owned());
        if let Some(text) = self.vars.get(&variable(name)) {
            return Some(text.clone());
        }
        match self.file.get(name)? {
            toml::Value::String(text) => Some(text.clone()),
            toml::Value::Integer(number) => Some(number.to_string()),
            toml::Value::Boolean(switch) => Some(switch.to_string()),
            _ => self.fault(name, "is neither text, number nor switch", None),
        }
    }

    /// A text.
    pub fn text(&mut self, name: &str, default: &str) -> String {
        self.maybe_text(name).unwrap_or_else(|| default.to_owned())
    }

    /// An address with its port, where there is one.
    pub fn address(&mut self, name: &str) -> Option<SocketAddr> {
        let text = self.maybe_text(name)?;
        match text.parse() {
            Ok(address) => Some(address),
            Err(_) => self.fault(name, "is not an address with a port", None),
        }
    }

    /// A whole number within bounds.
    pub fn number(&mut self, name: &str, default: u64, min: u64, max: u64) -> u64 {
        let Some(text) = self.maybe_text(name) else {
            return default;
        };
        match text.parse() {
            Ok(number) if (min..=max).contains(&number) => number,
            _ => {
                let message = format!("is not a whole number from {min} to {max}");
                self.fault(name, &message, default)
            }
        }
    }

    /// A whole number from 1 that fits 32 bits.
    pub fn small(&mut self, name: &str, default: u32) -> u32 {
        let number = self.number(name, u64::from(default), 1, u64::from(u32::MAX));
        u32::try_from(number).unwrap_or(default)
    }

    /// True or false.
    pub fn switch(&mut self, name: &str, default: bool) -> bool {
        match self.maybe_text(name).as_deref() {
            None => default,
            Some("true") => true,
            Some("false") => false,
            Some(_) => self.fault(name, "is true or false", default),
        }
    }

    /// Every fault, also names that were never asked for.
    pub fn finish(mut self) -> Vec<Fault> {
        let unknown = self.file.keys().filter(|name| !self.asked.contains(*name));
        let known: BTreeSet<String> = self.asked.iter().map(|name| variable(name)).collect();
        let strange = self.vars.keys().filter(|name| !known.contains(*name));
        let unknown = unknown.chain(strange);
        let found: Vec<Fault> = unknown
            .map(|name| Fault::new(name, "is not a setting"))
            .collect();
        self.faults.extend(found);
        self.faults
    }
}

fn variable(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('.', "_").to_uppercase())
}

fn flatten(prefix: &str, table: toml::Table, out: &mut BTreeMap<String, toml::Value>) {
    for (key, value) in table {
        let name = match prefix {
            "" => key,
            _ => format!("{prefix}.{key}"),
        };
        match value {
            toml::Value::Table(table) => flatten(&name, table, out),
            value => {
                out.insert(name, value);
            }
        }
    }
}
