//! What a screen shows, with the version at which it was true.

use tala_client::handset::answer::{HandOver, IncidentLine, IncidentPage, Recording, SosLine};

use super::Phone;
use crate::error::TalaError;

/// A screen of a phone.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Screen {
    /// The recording screen.
    Recording,
    /// The list of incidents.
    Incidents,
    /// The page of an incident.
    Incident {
        /// Which.
        id: String,
    },
    /// How a call for help stands.
    Sos {
        /// Which call.
        id: String,
    },
    /// What is safe, what waits and what blocks.
    HandOver,
}

/// What a screen shows.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum Shown {
    /// The patrol that is going on, if one is.
    Recording {
        /// It.
        recording: Option<Recording>,
    },
    /// Every incident on this phone, oldest first.
    Incidents {
        /// One line for each.
        lines: Vec<IncidentLine>,
    },
    /// An incident.
    Incident {
        /// Its page.
        page: IncidentPage,
    },
    /// A call for help.
    Sos {
        /// How it stands.
        line: SosLine,
    },
    /// Everything that is to be handed over.
    HandOver {
        /// How it stands.
        page: HandOver,
    },
}

/// Everything that a screen shows at a time.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Snapshot {
    /// What is shown is at least as new as this: whoever hears a higher number from
    /// [`crate::Listener::changed`] asks again.
    pub version: u64,
    /// What is shown.
    pub shown: Shown,
}

#[uniffi::export]
impl Phone {
    /// Everything that a screen shows, in one call.
    pub fn snapshot(&self, screen: Screen) -> Result<Snapshot, TalaError> {
        let alive = self.on()?;
        let handset = &alive.handset;
        // Read first: what happens in between makes the rest newer than it says, never older.
        let version = handset.version()?;
        let shown = match screen {
            Screen::Recording => Shown::Recording {
                recording: handset.recording()?,
            },
            Screen::Incidents => Shown::Incidents {
                lines: handset.incidents()?,
            },
            Screen::Incident { id } => Shown::Incident {
                page: handset.incident(&id)?,
            },
            Screen::Sos { id } => Shown::Sos {
                line: handset.sos_state(&id)?,
            },
            Screen::HandOver => Shown::HandOver {
                page: handset.hand_over()?,
            },
        };
        Ok(Snapshot { version, shown })
    }
}
