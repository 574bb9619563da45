//! What a phone stands in: a receiver of positions and a network, where the platform gives them to it.

use std::sync::{Arc, Mutex, PoisonError};

use super::Phone;
use crate::error::TalaError;
use crate::foreign::{Connectivity, LocationSource, Network};
use crate::run::SyncAsk;

/// Receiver and network, as far as they were given.
#[derive(Default)]
pub(super) struct Around {
    receiver: Mutex<Receiver>,
    connectivity: Mutex<Option<Arc<dyn Connectivity>>>,
}

#[derive(Default)]
struct Receiver {
    source: Option<Arc<dyn LocationSource>>,
    /// What it was asked for last and did not refuse.
    asked: Option<Option<u64>>,
}

#[uniffi::export]
impl Phone {
    /// Gives it the receiver of positions: from now on that is asked for fixes whenever something is
    /// recorded, and told to stop when nothing is.
    pub fn use_location(&self, source: Arc<dyn LocationSource>) -> Result<(), TalaError> {
        let around = &self.inside.around;
        *around.receiver() = Receiver {
            source: Some(source),
            asked: None,
        };
        self.inside.steer();
        Ok(())
    }

    /// Gives it what the platform knows of the network: a sync then takes a weak one for weak, and one
    /// that no officer asked for is not begun without any.
    pub fn use_connectivity(&self, connectivity: Arc<dyn Connectivity>) -> Result<(), TalaError> {
        let held = &self.inside.around.connectivity;
        *held.lock().unwrap_or_else(PoisonError::into_inner) = Some(connectivity);
        Ok(())
    }
}

impl Around {
    /// Asks the receiver for what is wanted, where that is news to it.
    pub(super) fn steer(&self, wanted: impl FnOnce() -> Option<u64>) {
        let Some(source) = self.receiver().source.clone() else {
            return;
        };
        let wanted = wanted();
        let before = self.receiver().asked.replace(wanted);
        // Nothing is held here: it may deliver a fix before it returns.
        if before != Some(wanted)
            && let Err(refused) = source.want(wanted)
        {
            tracing::warn!(%refused, "the receiver of positions refused");
            self.receiver().asked = None;
        }
    }

    /// What is asked of a sync on the network that there is; none where it is not worth beginning.
    pub(super) fn fit(&self, ask: SyncAsk) -> Option<SyncAsk> {
        let held = self.connectivity.lock();
        let connectivity = held.unwrap_or_else(PoisonError::into_inner).clone();
        match connectivity.map(|it| it.network()) {
            Some(Ok(Network::Offline)) if !ask.by_officer => None,
            Some(Ok(Network::Weak)) => Some(SyncAsk { weak: true, ..ask }),
            // Whoever does not know keeps nobody from trying.
            Some(Ok(Network::Offline | Network::Good) | Err(_)) | None => Some(ask),
        }
    }

    fn receiver(&self) -> std::sync::MutexGuard<'_, Receiver> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
