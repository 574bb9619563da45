//! [`Behind`] over [`Centre`]: what handlers ask, in the words of the product.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tala_protocol::cert::Directory;
use tala_protocol::envelope::Audience;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, UnitId};
use tala_protocol::sync::enrol::{EnrolReply, EnrolRequest};
use tala_protocol::sync::{SyncReply, SyncRequest};
use tokio::sync::broadcast;

use super::{
    AlertFilter, Behind, Description, Health, IncidentFilter, Listed, LiveRead, PatrolFilter, Rows,
    Tagged, TrackFilter, admin, alerts, edit, files, incidents, live, messages, patrols, plans,
    registries, rows, tracks,
};
use crate::app::access::Grant;
use crate::app::{Addressee, AppError, Centre, DeviceCtx};
use crate::http::wire::admin::QuarantineWire;
use crate::http::wire::alert::AlertWire;
use crate::http::wire::incident::{EditWire, IncidentTypesWire};
use crate::http::wire::message::MessageWire;
use crate::http::wire::page::PageAsked;
use crate::http::wire::patrol::{PatrolDetailWire, PatrolWire, PositionWire};
use crate::http::wire::plan::{NewPlanWire, PlanWire};
use crate::http::wire::registry::RegistriesWire;
use crate::http::wire::session::LogWire;
use crate::store::projections::{LiveRow, RowKind, ZoneRow};
use crate::store::{EnrolmentRow, StaffRow, read};

/// Envelopes that projections may be behind before the centre says that it lags.
const LAG_MAX: u64 = 10_000;

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
        let lag = self.projection_lag().unwrap_or(u64::MAX);
        Health {
            is_writable: self.writer().change(Box::new(|_| Ok(()))).is_ok(),
            projection_lag: lag,
            is_present: lag <= LAG_MAX,
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

    fn descriptions(&self, hash: &Digest) -> Result<Vec<Description>, AppError> {
        files::descriptions(self, hash)
    }

    fn readable(&self, device: DeviceId, hash: &Digest) -> Result<Vec<Description>, AppError> {
        files::readable(self, device, hash)
    }

    fn files_of(&self, grant: &Grant, record: ObjectId) -> Result<Vec<Description>, AppError> {
        files::of_record(self, grant, record)
    }

    fn out_by_unit(&self, grant: &Grant) -> Result<BTreeMap<UnitId, u64>, AppError> {
        patrols::out_by_unit(self, grant)
    }

    fn patrols(
        &self,
        grant: &Grant,
        filter: &PatrolFilter,
        page: &PageAsked,
    ) -> Result<Rows<PatrolWire>, AppError> {
        patrols::list(self, grant, filter, page)
    }

    fn patrol(&self, grant: &Grant, patrol: ObjectId) -> Result<PatrolDetailWire, AppError> {
        patrols::detail(self, grant, patrol)
    }

    fn track(&self, grant: &Grant, patrol: ObjectId, max_points: usize) -> Result<Value, AppError> {
        tracks::of_patrol(self, grant, patrol, max_points)
    }

    fn track_gpx(&self, grant: &Grant, patrol: ObjectId) -> Result<String, AppError> {
        tracks::gpx_of(self, grant, patrol)
    }

    fn tracks(&self, grant: &Grant, filter: &TrackFilter) -> Result<Value, AppError> {
        tracks::in_view(self, grant, filter)
    }

    fn positions(
        &self,
        grant: &Grant,
        unit: Option<UnitId>,
    ) -> Result<Vec<PositionWire>, AppError> {
        patrols::positions(self, grant, unit)
    }

    fn incidents(
        &self,
        grant: &Grant,
        filter: &IncidentFilter,
        page: &PageAsked,
    ) -> Result<Rows<Listed>, AppError> {
        incidents::list(self, grant, filter, page)
    }

    fn incident(&self, grant: &Grant, incident: ObjectId) -> Result<Tagged, AppError> {
        incidents::detail(self, grant, incident)
    }

    fn edit_incident(
        &self,
        grant: &Grant,
        incident: ObjectId,
        tag: &str,
        asked: &EditWire,
    ) -> Result<Option<Tagged>, AppError> {
        edit::incident(self, grant, incident, tag, asked)
    }

    fn share(
        &self,
        grant: &Grant,
        record: ObjectId,
        to: (UnitId, Audience),
        hand_over: bool,
    ) -> Result<(), AppError> {
        let said = Centre::share(self, grant, record, to, hand_over)?;
        self.wait_for(said.lsn)
    }

    fn alerts(
        &self,
        grant: &Grant,
        filter: &AlertFilter,
        page: &PageAsked,
    ) -> Result<Rows<AlertWire>, AppError> {
        alerts::list(self, grant, filter, page)
    }

    fn alert(&self, grant: &Grant, alert: ObjectId) -> Result<AlertWire, AppError> {
        let alert = Centre::alert(self, grant, alert)?;
        Ok(alerts::wire(&Centre::directory(self), &alert))
    }

    fn acknowledge(
        &self,
        grant: &Grant,
        alert: ObjectId,
        note: Option<&str>,
    ) -> Result<AlertWire, AppError> {
        Centre::acknowledge(self, grant, alert, note)?;
        Behind::alert(self, grant, alert)
    }

    fn messages(
        &self,
        grant: &Grant,
        unit: Option<UnitId>,
        page: &PageAsked,
    ) -> Result<Rows<MessageWire>, AppError> {
        messages::list(self, grant, unit, page)
    }

    fn send_message(
        &self,
        grant: &Grant,
        text: &str,
        to: &[Addressee],
        reply_to: Option<ObjectId>,
    ) -> Result<Vec<MessageWire>, AppError> {
        messages::send(self, grant, text, to, reply_to)
    }

    fn plans(
        &self,
        grant: &Grant,
        unit: Option<UnitId>,
        page: &PageAsked,
    ) -> Result<Rows<PlanWire>, AppError> {
        plans::list(self, grant, unit, page)
    }

    fn make_plan(
        &self,
        grant: &Grant,
        unit: UnitId,
        plan: &NewPlanWire,
    ) -> Result<PlanWire, AppError> {
        plans::make(self, grant, unit, plan)
    }

    fn incident_types(&self) -> Result<IncidentTypesWire, AppError> {
        incidents::types(self)
    }

    fn registries(&self) -> Result<RegistriesWire, AppError> {
        registries::all(self)
    }

    fn publication(&self, hash: &Digest) -> Result<Vec<u8>, AppError> {
        registries::publication(self, hash)
    }

    fn zones(&self) -> Result<Value, AppError> {
        let found = read(self.store(), |reads| reads.all_rows(RowKind::Zone))?;
        let mut features = Vec::new();
        for row in &found {
            let zone: ZoneRow = rows::parsed(row)?;
            features.push(json!({
                "type": "Feature",
                "geometry": zone.geometry,
                "properties": { "id": zone.id, "kind": zone.kind, "names": zone.names },
            }));
        }
        Ok(json!({ "type": "FeatureCollection", "features": features }))
    }

    fn import_zones(&self, _grant: &Grant, geojson: &str) -> Result<u64, AppError> {
        let zones = Centre::import_zones(self, geojson)?;
        Ok(u64::try_from(zones).unwrap_or(u64::MAX))
    }

    fn quarantine(
        &self,
        grant: &Grant,
        page: &PageAsked,
    ) -> Result<Rows<QuarantineWire>, AppError> {
        admin::quarantine(self, grant, page)
    }

    fn release(&self, grant: &Grant, envelope: &Digest, reason: &str) -> Result<(), AppError> {
        admin::release(self, grant, envelope, reason)
    }

    fn revoke(&self, grant: &Grant, device: DeviceId, reason: &str) -> Result<(), AppError> {
        admin::revoke(self, grant, device, reason)
    }

    fn live_after(&self, after: Option<u64>) -> Result<LiveRead, AppError> {
        live::after(self, after)
    }

    fn live_listen(&self) -> broadcast::Receiver<Arc<LiveRow>> {
        self.listen()
    }
}
