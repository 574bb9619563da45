//! A phone whose syncs are counted.

use std::path::Path;

use tala_client::media::FolderBlobs;
use tala_client::outbox::Link;
use tala_client::sync::drive::{self, Surroundings};
use tala_client::sync::{Summary, SyncOptions, Why};
use tala_protocol::id::{PersonId, UnitId};
use tala_protocol::sync::enrol::EnrolmentCode;
use tala_protocol::time::{DeviceTimes, UnixMs};

use super::meter::{Counted, Exchanged, Relay};
use crate::rig::centre::CentreHome;
use crate::rig::phone::{Phone, fault};
use crate::rig::{RigError, now_ms};

/// A phone that reaches the centre through the relay.
#[derive(Debug)]
pub struct Visitor {
    /// The phone.
    pub phone: Phone,
    /// Bodies exchanged since the last [`Visitor::begin`].
    pub exchanged: Exchanged,
    relayed_before: u64,
}

/// Where and for whom phones are enrolled.
#[derive(Debug, Clone, Copy)]
pub struct Post {
    /// The station.
    pub unit: UnitId,
    /// Who carries it.
    pub person: PersonId,
}

impl Visitor {
    /// Enrols a phone behind the relay.
    pub async fn enrol(
        home: &CentreHome,
        relay: &Relay,
        post: Post,
        folder: &Path,
        name: &str,
    ) -> Result<Self, RigError> {
        let code = home.code(post.unit, post.person, name)?;
        let mut code: EnrolmentCode = code.parse().map_err(fault(name, "reading the code"))?;
        code.url.clone_from(&relay.url);
        let phone = Phone::enrol(folder, name, &code.to_string()).await?;
        Ok(Self {
            phone,
            exchanged: Exchanged::default(),
            relayed_before: relay.bytes(),
        })
    }

    /// Counts from here on.
    pub fn begin(&mut self, relay: &Relay) {
        self.exchanged = Exchanged::default();
        self.relayed_before = relay.bytes();
    }

    /// Bytes beside the bodies since [`Visitor::begin`]: request lines and headers both ways.
    pub fn header_bytes(&self, relay: &Relay) -> u64 {
        let relayed = relay.bytes().saturating_sub(self.relayed_before);
        relayed.saturating_sub(self.exchanged.bytes())
    }

    /// One sync on a good link, counted.
    pub async fn sync(&mut self, why: Why, now: DeviceTimes) -> Result<Summary, RigError> {
        let Phone {
            name,
            engine,
            link,
            signer,
            blobs,
        } = &mut self.phone;
        let mut counted = Counted::new(link, &mut self.exchanged);
        let mut with: Surroundings<'_, _, _, FolderBlobs, _> = Surroundings {
            transport: &mut counted,
            signer: &*signer,
            blobs: &*blobs,
            clock: || now,
            battery_pct: Some(76),
        };
        let options = SyncOptions {
            why,
            link: Link::Good,
            originals: true,
        };
        let summary = drive::sync(engine, &mut with, options).await;
        let summary = summary.map_err(fault(name, "syncing"))?;
        if summary.refused > 0 || summary.later {
            let refused = summary.refused;
            let said = format!("{name}: {refused} refused, later: {}", summary.later);
            return Err(RigError::World(said));
        }
        Ok(summary)
    }
}

/// The clocks of a phone that lies on a desk.
pub fn desk_clocks() -> DeviceTimes {
    DeviceTimes {
        wall: UnixMs(now_ms()),
        ..DeviceTimes::default()
    }
}
