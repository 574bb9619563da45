//! Answers: JSON for programs, a few lines for people, in two languages.

use std::io::{self, Write};

use serde_json::Value;
use tala_client::status::Whereabouts;
use tala_protocol::time::UnixMs;

use crate::args::{Global, Lang};
use crate::fault::{Fault, Outcome};

/// Where answers go.
pub(crate) struct Say {
    json: bool,
    lang: Lang,
}

impl Say {
    /// As the command line and the environment ask.
    pub(crate) fn new(global: &Global) -> Self {
        let from_environment = || {
            let lang = ["LC_ALL", "LC_MESSAGES", "LANG"]
                .iter()
                .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
            match lang {
                Some(lang) if !lang.starts_with("zh") => Lang::En,
                _ => Lang::Zh,
            }
        };
        Self {
            json: global.json,
            lang: global.lang.unwrap_or_else(from_environment),
        }
    }

    /// One of two texts.
    pub(crate) fn text<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// The answer.
    pub(crate) fn answer(&self, json: &Value, human: &str) -> Outcome {
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{json}")?;
        } else {
            writeln!(out, "{human}")?;
        }
        Ok(())
    }

    /// A failure, on standard error.
    pub(crate) fn failure(&self, fault: &Fault) {
        let mut out = io::stderr().lock();
        let chain = fault.chain();
        // If even that cannot be written there is nobody to tell.
        let _ = if self.json {
            let json = serde_json::json!({ "error": chain, "exit": fault.code() });
            writeln!(out, "{json}")
        } else {
            writeln!(out, "tala: {chain}")
        };
    }

    /// Where something is, in words.
    pub(crate) fn whereabouts(&self, at: Whereabouts) -> &'static str {
        let (zh, en) = match at {
            Whereabouts::Refused => ("中心拒收", "refused by the centre"),
            Whereabouts::WaitingForKey => ("等待密钥签名", "waiting for the key"),
            Whereabouts::Here => ("在本机", "on this phone"),
            Whereabouts::Acknowledged => ("中心已确认", "acknowledged"),
            Whereabouts::AtCentre => ("已在中心", "at the centre"),
        };
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// RFC 3339, UTC, ms.
pub(crate) fn rfc3339(time: UnixMs) -> String {
    match jiff::Timestamp::from_millisecond(time.0) {
        Ok(time) => format!("{time:.3}"),
        Err(_) => time.0.to_string(),
    }
}
