//! What is asked of the platform's receiver of positions.

use tala_protocol::transport::TransportProfile;

use super::{Handset, HandsetError, Platform};
use crate::store::{PatrolState, Store};

impl<S: Store, P: Platform> Handset<S, P> {
    /// How often a fix is wanted now, ms; none while nothing is recorded, and the receiver may sleep.
    pub fn wants_fixes_every_ms(&self) -> Result<Option<u64>, HandsetError> {
        self.read(|engine| {
            let on = engine.snapshot();
            let on = on.filter(|shown| shown.state == PatrolState::Recording);
            let profile = on.map(|shown| TransportProfile::builtin(shown.transport));
            Ok(profile.and_then(|profile| u64::try_from(profile.interval_ms).ok()))
        })
    }
}
