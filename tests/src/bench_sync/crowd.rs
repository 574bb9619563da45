//! The others of an audience: enrolled phones, each with incidents of its own at the centre.

use std::path::{Path, PathBuf};

use tala_client::outbox::Link;
use tala_client::signer::sign_pending;
use tala_client::sync::{Step, SyncOptions, SyncSession, Why};
use tala_client::transport::Transport as _;
use tala_fixtures::banner::incidents::{Scenario, scenarios};
use tala_protocol::doc::{IncidentEdit, Set};
use tala_protocol::sync::{Outcome, REPLY_LEN_MAX, SyncReply, frame};

use super::day::make;
use super::visit::{Post, desk_clocks};
use crate::demo::report::incident;
use crate::rig::RigError;
use crate::rig::centre::CentreHome;
use crate::rig::phone::{Phone, fault};

/// Phones that were enrolled and lie closed in their folders.
#[derive(Debug)]
pub struct Crowd {
    phones: Vec<PathBuf>,
    scenarios: Vec<Scenario>,
    documents: usize,
}

impl Crowd {
    /// Enrols so many phones.
    pub async fn enrol(
        home: &CentreHome,
        post: Post,
        folder: &Path,
        count: usize,
    ) -> Result<Self, RigError> {
        let mut phones = Vec::with_capacity(count);
        for n in 0..count {
            let name = format!("phone {n}");
            let place = folder.join(format!("phone-{n}"));
            let code = home.code(post.unit, post.person, &name)?;
            Phone::enrol(&place, &name, &code).await?;
            phones.push(place);
        }
        let scenarios = scenarios().map_err(|error| RigError::World(error.to_string()))?;
        Ok(Self {
            phones,
            scenarios,
            documents: 0,
        })
    }

    /// Has incidents reported, evenly by all, until there are so many at the centre.
    pub async fn fill_to(&mut self, documents: usize) -> Result<(), RigError> {
        let missing = documents.saturating_sub(self.documents);
        let each = missing.div_ceil(self.phones.len().max(1));
        for place in self.phones.clone() {
            let count = each.min(documents.saturating_sub(self.documents));
            if count == 0 {
                break;
            }
            let (mut phone, _) = Phone::open(&place, "one of many", desk_clocks())?;
            for _ in 0..count {
                let edit = self.next_incident()?;
                make(&mut phone, &edit, desk_clocks()).map_err(fault("crowd", "reporting"))?;
            }
            let stored = hand_over(&mut phone).await?;
            if stored != count {
                let said = format!("{stored} of {count} incidents were stored");
                return Err(RigError::World(said));
            }
        }
        Ok(())
    }

    fn next_incident(&mut self) -> Result<IncidentEdit, RigError> {
        let number = self.documents;
        let which = number % self.scenarios.len().max(1);
        let none = || RigError::World("there are no incidents".into());
        let scenario = self.scenarios.get(which).ok_or_else(none)?;
        self.documents += 1;
        let edit = incident(scenario, None, desk_clocks().wall)?;
        Ok(IncidentEdit {
            title: Set::To(format!("{} {number}", scenario.title_zh)),
            ..edit
        })
    }
}

/// Sends what waits without taking the answer in: two hundred phones need not hold ten thousand incidents.
async fn hand_over(phone: &mut Phone) -> Result<usize, RigError> {
    let name = phone.name.clone();
    let signed = sign_pending(&mut phone.engine, &phone.signer).await;
    signed.map_err(fault(&name, "signing"))?;
    let options = SyncOptions {
        why: Why::Officer,
        link: Link::Good,
        originals: false,
    };
    let started = SyncSession::start(&mut phone.engine, options, None);
    let (_, step) = started.map_err(fault(&name, "handing over"))?;
    let Step::Send(request) = step else {
        return Ok(0);
    };
    let answer = phone.link.sync(request).await;
    let answer = answer.map_err(fault(&name, "handing over"))?;
    let message = frame::open(&answer, REPLY_LEN_MAX).map_err(fault(&name, "handing over"))?;
    let reply = SyncReply::from_bytes(&message).map_err(fault(&name, "handing over"))?;
    let stored = reply.spans.iter().filter_map(|span| match span.outcome {
        Outcome::Stored { .. } => usize::try_from(span.count).ok(),
        _ => None,
    });
    Ok(stored.sum())
}
