//! Showing a record to another unit, and handing it over.

use tala_protocol::body::Grant as Granting;
use tala_protocol::envelope::{Audience, Kind, Lane};
use tala_protocol::id::{ObjectId, UnitId};

use crate::app::access::{Grant, Verb};
use crate::app::centre::Centre;
use crate::app::commit::{Draft, Said};
use crate::app::error::AppError;
use crate::store::projections::{IncidentRow, Owner, PatrolRow, RowKind};

impl Centre {
    /// Shows a record to another unit; with `hand_over` that unit becomes responsible. Whoever had it goes on
    /// seeing it. Only the unit that is responsible now may do either.
    pub fn share(
        &self,
        grant: &Grant,
        object: ObjectId,
        to: (UnitId, Audience),
        hand_over: bool,
    ) -> Result<Said, AppError> {
        grant.given_for(Verb::Share)?;
        let owner = self.owner_of(grant, object)?;
        if !grant.sees(&owner) {
            return Err(AppError::Forbidden);
        }
        let (unit, audience) = to;
        if self.directory().units().at(unit, self.now()).is_none() {
            return Err(AppError::Invalid("unit is not known".into()));
        }
        let granting = Granting {
            object,
            unit,
            audience,
            hand_over,
        };
        self.say_one(Draft {
            unit: owner.unit,
            audience: owner.audience,
            lane: Lane::Record,
            kind: Kind::Grant,
            object: Some(object),
            body: granting.to_bytes(),
            person: Some(grant.asker().person),
            desk: grant.desk(owner.unit, owner.audience),
        })
    }

    /// Who is responsible for an incident or a patrol that the grant reaches.
    fn owner_of(&self, grant: &Grant, object: ObjectId) -> Result<Owner, AppError> {
        let key = object.as_bytes();
        match self.one::<IncidentRow>(grant, RowKind::Incident, key) {
            Err(AppError::NotFound) => {
                let patrol: PatrolRow = self.one(grant, RowKind::Patrol, key)?;
                Ok(patrol.owner)
            }
            incident => incident.map(|incident| incident.owner),
        }
    }
}
