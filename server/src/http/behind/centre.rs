//! [`Behind`] over [`Centre`]: what handlers ask, in the words of the product.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tala_protocol::cert::Directory;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, UnitId};
use tala_protocol::sync::enrol::{EnrolReply, EnrolRequest};
use tala_protocol::sync::{Scope, SyncReply, SyncRequest};
use tokio::sync::watch;

use super::{
    Behind, Description, Health, IncidentFilter, LiveRead, PatrolFilter, Rows, Tagged, TrackFilter,
};
use crate::app::access::Grant;
use crate::app::{AppError, Centre, DeviceCtx, device_scopes};
use crate::http::wire::admin::QuarantineWire;
use crate::http::wire::incident::{EditWire, IncidentTypesWire, IncidentWire};
use crate::http::wire::page::PageAsked;
use crate::http::wire::patrol::{PatrolDetailWire, PatrolWire, PositionWire};
use crate::http::wire::session::LogWire;
use crate::store::{EnrolmentRow, StaffRow};

impl Behind for Centre {
    fn directory(&self) -> Arc<Directory> {
        Centre::directory(self)
    }

    fn log(&self) -> Result<LogWire, AppError> {
        let checkpoint = self.checkpoint();
        Ok(LogWire {
            id: checkpoint.log.to_string(),
            size: checkpoint.size,
        })
    }

    fn health(&self) -> Health {
        Health {
            is_writable: self.writer().change(Box::new(|_| Ok(()))).is_ok(),
            projection_lag_ms: 0,
        }
    }

    fn account(&self, login: &str) -> Result<Option<StaffRow>, AppError> {
        Centre::account(self, login)
    }

    fn account_of(&self, person: PersonId) -> Result<Option<StaffRow>, AppError> {
        Centre::account_of(self, person)
    }

    fn give_code(&self, row: &EnrolmentRow) -> Result<(), AppError> {
        Centre::give_code(self, row)
    }

    fn enrol(&self, request: &EnrolRequest) -> Result<EnrolReply, AppError> {
        Centre::enrol(self, request)
    }

    fn sync(&self, device: DeviceId, request: SyncRequest) -> Result<SyncReply, AppError> {
        Centre::sync(self, DeviceCtx { device }, request)
    }

    fn device_scopes(&self, device: DeviceId) -> Vec<Scope> {
        device_scopes(&Centre::directory(self), device, self.now())
    }

    fn descriptions(&self, _hash: &Digest) -> Result<Vec<Description>, AppError> {
        Ok(Vec::new())
    }

    fn out_by_unit(&self, _grant: &Grant) -> Result<BTreeMap<UnitId, u64>, AppError> {
        Ok(BTreeMap::new())
    }

    fn patrols(
        &self,
        _grant: &Grant,
        _filter: &PatrolFilter,
        _page: PageAsked,
    ) -> Result<Rows<PatrolWire>, AppError> {
        Ok(Vec::new())
    }

    fn patrol(&self, _grant: &Grant, _patrol: ObjectId) -> Result<PatrolDetailWire, AppError> {
        Err(AppError::NotFound)
    }

    fn track(&self, _: &Grant, _: ObjectId, _: usize) -> Result<Value, AppError> {
        Err(AppError::NotFound)
    }

    fn track_gpx(&self, _: &Grant, _: ObjectId) -> Result<String, AppError> {
        Err(AppError::NotFound)
    }

    fn tracks(&self, _: &Grant, _: &TrackFilter) -> Result<Value, AppError> {
        Ok(serde_json::json!({"type": "FeatureCollection", "features": []}))
    }

    fn positions(&self, _: &Grant, _: Option<UnitId>) -> Result<Vec<PositionWire>, AppError> {
        Ok(Vec::new())
    }

    fn incidents(
        &self,
        _: &Grant,
        _: &IncidentFilter,
        _: PageAsked,
    ) -> Result<Rows<IncidentWire>, AppError> {
        Ok(Vec::new())
    }

    fn incident(&self, _: &Grant, _: ObjectId) -> Result<Tagged, AppError> {
        Err(AppError::NotFound)
    }

    fn edit_incident(
        &self,
        _: &Grant,
        _: ObjectId,
        _: &str,
        _: &EditWire,
    ) -> Result<Option<Tagged>, AppError> {
        Err(AppError::NotFound)
    }

    fn incident_types(&self) -> Result<IncidentTypesWire, AppError> {
        Err(AppError::NotFound)
    }

    fn zones(&self) -> Result<Value, AppError> {
        Ok(serde_json::json!({"type": "FeatureCollection", "features": []}))
    }

    fn import_zones(&self, _: &Grant, _: &str) -> Result<u64, AppError> {
        Err(AppError::NotFound)
    }

    fn quarantine(&self, _: &Grant, _: PageAsked) -> Result<Rows<QuarantineWire>, AppError> {
        Ok(Vec::new())
    }

    fn release(&self, _: &Grant, _: &Digest, _: &str) -> Result<(), AppError> {
        Err(AppError::NotFound)
    }

    fn revoke(&self, _: &Grant, _: DeviceId, _: &str) -> Result<(), AppError> {
        Err(AppError::NotFound)
    }

    fn live_after(&self, _after: Option<u64>) -> Result<LiveRead, AppError> {
        Ok(LiveRead::Reset { end: 0 })
    }

    fn live_wake(&self) -> watch::Receiver<u64> {
        watch::Sender::new(0).subscribe()
    }
}
