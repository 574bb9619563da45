//! Writing a plan for the field.

use tala_protocol::body::ChangeBody;
use tala_protocol::doc::{ActorId, DocType, Document, PlanEdit};
use tala_protocol::envelope::{Audience, Kind, Lane};
use tala_protocol::gate::{Candidate, DocIndex, Verdict, check};
use tala_protocol::id::{ObjectId, UnitId};

use crate::app::access::{Grant, Verb};
use crate::app::centre::Centre;
use crate::app::commit::Draft;
use crate::app::error::AppError;
use crate::store::read;

impl Centre {
    /// Makes a plan for a unit, signed for the person who asks. The phones of the unit hold it from then on,
    /// and may say of its tasks that they are done.
    pub fn make_plan(
        &self,
        grant: &Grant,
        unit: UnitId,
        edit: &PlanEdit,
    ) -> Result<ObjectId, AppError> {
        grant.given_for(Verb::Plan)?;
        if !grant.reaches(unit, Audience::Field) {
            return Err(AppError::NotFound);
        }
        let base = read(self.store.as_ref(), |reads| {
            Ok(reads.log()?.map_or(0, |log| log.base))
        })?;
        let epoch = u32::try_from(base).unwrap_or(u32::MAX);
        let person = Some(grant.asker().person);
        let actor = ActorId::derive(self.office(), unit, epoch, person);
        let change = edit.change(&Document::new(), actor, self.now());
        let change = change.map_err(|error| AppError::Invalid(error.to_string()))?;
        let change = change.ok_or_else(|| AppError::Invalid("the plan says nothing".into()))?;
        let candidate = Candidate {
            bytes: &change,
            expected_actor: actor,
            expected_hash: None,
            author_previous: None,
        };
        if !matches!(check(&DocIndex::default(), &candidate), Verdict::Admit(_)) {
            return Err(AppError::Invalid("the gate refuses this plan".into()));
        }
        let mut nonce = [0; 16];
        let drawn = self.effects.random(&mut nonce);
        drawn.map_err(AppError::Randomness)?;
        let body = ChangeBody {
            change,
            genesis: Some((DocType::Plan.code(), nonce)),
        };
        let said = self.say_one(Draft {
            unit,
            audience: Audience::Field,
            lane: Lane::Record,
            kind: Kind::Change,
            object: None,
            body: body.to_bytes(),
            person,
            desk: grant.desk(unit, Audience::Field),
        })?;
        self.wait_for(said.lsn)?;
        Ok(said.object)
    }
}
