//! Looking at the centre for what was published since.
//!
//! It comes after what is urgent: when a sync has ended well, about once a day, or sooner when the officer
//! asked. A look that fails spoils nothing: it is tried again in a quarter of an hour.

use serde::Deserialize;
use tala_protocol::hash::Digest;
use tala_protocol::registry::Publication;
use tala_protocol::time::DeviceTimes;

use super::PublishedError;
use crate::engine::{Engine, EngineError};
use crate::store::{Store, Write};
use crate::sync::Why;
use crate::sync::hold::Hold;
use crate::transport::{Transport, TransportError};

const LOOK_AGAIN: &str = "look_again";

const DAY_MS: i64 = 24 * 3_600_000;
/// An officer who asks for a sync gets a look where the last one is so old.
const ASKED_MS: i64 = 5 * 60_000;
const AFTER_FAILURE_MS: i64 = 15 * 60_000;
/// Versions fetched in one look; the rest comes with the next.
const AT_ONCE: usize = 64;
/// Longest list that is read, bytes.
const LIST_BYTES_MAX: usize = 1024 * 1024;

/// Why a look ended early. What it had fetched before stays.
#[derive(Debug, thiserror::Error)]
enum LookError {
    #[error("asking the centre")]
    Transport(#[from] TransportError),
    #[error("keeping an answer")]
    Published(#[from] PublishedError),
    #[error("reading a list")]
    List(#[source] serde_json::Error),
    #[error("a list of {0} bytes")]
    TooLong(usize),
}

#[derive(Deserialize)]
struct Versions {
    items: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    hash: String,
}

#[derive(Deserialize)]
struct ZonesNamed {
    hash: String,
}

/// Looks for what is new, if it is time. Says how many things came. Only the phone itself can make it fail.
pub async fn fetch_published<S: Store>(
    hold: &impl Hold<S>,
    transport: &mut impl Transport,
    why: Why,
    now: DeviceTimes,
) -> Result<usize, EngineError> {
    if !hold.lend(|engine| engine.is_look_due(why, now))?? {
        return Ok(0);
    }
    let mut came = 0;
    let looked = look(hold, transport, &mut came).await;
    let pause_ms = match looked {
        Ok(()) => DAY_MS,
        Err(LookError::Published(PublishedError::Engine(error))) => return Err(error),
        Err(error) => {
            tracing::debug!(%error, "published things are looked for again later");
            AFTER_FAILURE_MS
        }
    };
    hold.lend(|engine| engine.look_again(now, pause_ms))??;
    Ok(came)
}

async fn look<S: Store>(
    hold: &impl Hold<S>,
    transport: &mut impl Transport,
    came: &mut usize,
) -> Result<(), LookError> {
    if let Some(list) = transport.published("registries").await? {
        let list: Versions = read(&list)?;
        let named = list
            .items
            .iter()
            .filter_map(|it| Digest::from_hex(&it.hash).ok());
        let lacking = lend(hold, |engine| engine.lacks(named))?;
        for hash in lacking {
            *came += usize::from(fetch(hold, transport, hash).await?);
        }
    }
    if let Some(named) = transport.published("zones").await? {
        let named: ZonesNamed = read(&named)?;
        if let Ok(hash) = Digest::from_hex(&named.hash) {
            *came += usize::from(fetch_zones(hold, transport, hash).await?);
        }
    }
    Ok(())
}

/// One version. One that does not hold is passed over: the others are worth as much without it.
async fn fetch<S: Store>(
    hold: &impl Hold<S>,
    transport: &mut impl Transport,
    hash: Digest,
) -> Result<bool, LookError> {
    let Some(bytes) = transport.published(&format!("registries/{hash}")).await? else {
        return Ok(false);
    };
    let taken = lend(hold, |engine| {
        let found = Publication::from_bytes(&bytes)?.hash();
        if found != hash {
            return Err(PublishedError::Other(hash));
        }
        engine.take_publication(&bytes)
    });
    match taken {
        Err(PublishedError::Engine(error)) => Err(PublishedError::Engine(error).into()),
        Err(error) => {
            tracing::warn!(%hash, %error, "a publication is not taken");
            Ok(false)
        }
        Ok(new) => Ok(new),
    }
}

async fn fetch_zones<S: Store>(
    hold: &impl Hold<S>,
    transport: &mut impl Transport,
    hash: Digest,
) -> Result<bool, LookError> {
    if lend(hold, |engine| Ok(engine.zones_hash()?))? == Some(hash) {
        return Ok(false);
    }
    let Some(bytes) = transport.published(&format!("zones/{hash}")).await? else {
        return Ok(false);
    };
    Ok(lend(hold, |engine| engine.take_zones(hash, &bytes))?)
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, LookError> {
    if bytes.len() > LIST_BYTES_MAX {
        return Err(LookError::TooLong(bytes.len()));
    }
    serde_json::from_slice(bytes).map_err(LookError::List)
}

fn lend<S, R>(
    hold: &impl Hold<S>,
    work: impl FnOnce(&mut Engine<S>) -> Result<R, PublishedError>,
) -> Result<R, PublishedError> {
    hold.lend(work).map_err(EngineError::from)?
}

impl<S: Store> Engine<S> {
    fn is_look_due(&self, why: Why, now: DeviceTimes) -> Result<bool, EngineError> {
        let again = self.store.setting(LOOK_AGAIN)?;
        let again = again.and_then(|bytes| Some(i64::from_be_bytes(bytes.try_into().ok()?)));
        let Some(again) = again else {
            return Ok(true);
        };
        let left_ms = again.saturating_sub(now.wall.0);
        // A clock that was set back would put it off for years.
        let sooner = if why == Why::Officer {
            DAY_MS - ASKED_MS
        } else {
            0
        };
        Ok(left_ms <= sooner || left_ms > DAY_MS)
    }

    fn look_again(&mut self, now: DeviceTimes, pause_ms: i64) -> Result<(), EngineError> {
        let at = now.wall.0.saturating_add(pause_ms).to_be_bytes().to_vec();
        Ok(self.store.commit(&[Write::Set(LOOK_AGAIN, at)])?)
    }

    /// Which of these versions are not here, or do not hold as they lie here.
    fn lacks(&self, named: impl Iterator<Item = Digest>) -> Result<Vec<Digest>, PublishedError> {
        let mut lacking = Vec::new();
        for hash in named {
            if lacking.len() < AT_ONCE && !self.has_publication(&hash)? {
                lacking.push(hash);
            }
        }
        Ok(lacking)
    }
}
