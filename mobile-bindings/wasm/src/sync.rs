//! A sync under way: its progress, its end, and how to stop it.

use std::rc::Rc;

use futures_util::future::{AbortHandle, Aborted, abortable};
use js_sys::Function;
use serde::Deserialize;
use serde_json::{Value, json};
use tala_client::handset::HandsetError;
use tala_client::outbox::Link as Quality;
use tala_client::sync::drive::DriveError;
use tala_client::sync::{Summary, SyncOptions, Why};
use wasm_bindgen::JsValue;

use crate::error::Failed;
use crate::phone::{Here, Link};

/// What a sync may do.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct SyncAsk {
    by_officer: bool,
    #[serde(default)]
    weak: bool,
    #[serde(default)]
    originals: bool,
}

/// A sync under way.
#[derive(Debug)]
pub(crate) struct Running(AbortHandle);

impl Running {
    /// Makes one ready; the second half does it.
    pub(crate) fn start(
        handset: Rc<Here>,
        mut link: Link,
        ask: SyncAsk,
        progress: Function,
    ) -> (Self, impl Future<Output = Result<Value, Failed>>) {
        let work = async move {
            let tell = |summary: &Summary| {
                // A worker that does not listen is told again at the end.
                let _ = progress.call1(&JsValue::NULL, &shown(summary).to_string().into());
            };
            let done = handset.sync(&mut link, options(ask), tell).await;
            done.map(|summary| shown(&summary))
        };
        let (work, handle) = abortable(work);
        let ended = async {
            match work.await {
                Ok(done) => done.map_err(|error| failed(&error)),
                Err(Aborted) => Err(Failed::new("cancelled", "the sync was stopped")),
            }
        };
        (Self(handle), ended)
    }

    /// Stops it at its next wait.
    pub(crate) fn cancel(&self) {
        self.0.abort();
    }
}

fn options(ask: SyncAsk) -> SyncOptions {
    SyncOptions {
        why: if ask.by_officer {
            Why::Officer
        } else {
            Why::Periodic
        },
        link: if ask.weak {
            Quality::Weak
        } else {
            Quality::Good
        },
        originals: ask.originals,
    }
}

/// The link's failures by what an officer can do about them; all others as they are.
fn failed(error: &HandsetError) -> Failed {
    match error {
        HandsetError::Sync(DriveError::Transport(transport)) => {
            let unreachable = transport.source.is_some();
            Failed::of(if unreachable { "offline" } else { "centre" }, error)
        }
        _ => Failed::of("sync", error),
    }
}

fn shown(summary: &Summary) -> Value {
    json!({
        "round_trips": summary.round_trips,
        "handed_over": summary.handed_over,
        "proved": summary.proved,
        "fetched": summary.fetched,
        "refused": summary.refused,
        "uploaded": summary.uploaded,
        "put_off": summary.put_off,
        "later": summary.later,
    })
}
