//! What handlers need from the product, in the shapes that they send.
//!
//! You are here because a handler needs something new. [`Behind`] is the seam between HTTP and
//! [`crate::app`]: every verb for staff takes a [`Grant`], so nothing can be asked without a decision, and
//! gives back wire types, so a handler has nothing left to do. Calls block.

mod admin;
mod alerts;
mod centre;
mod edit;
mod fields;
mod files;
mod incidents;
mod live;
mod messages;
mod patrols;
mod plans;
mod registries;
mod rows;
mod tracks;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tala_protocol::body::MediaBody;
use tala_protocol::cert::Directory;
use tala_protocol::envelope::Audience;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, UnitId};
use tala_protocol::sync::enrol::{EnrolReply, EnrolRequest};
use tala_protocol::sync::{Scope, SyncReply, SyncRequest};
use tala_protocol::time::UnixMs;
use tokio::sync::broadcast;

use super::wire::admin::QuarantineWire;
use super::wire::alert::AlertWire;
use super::wire::incident::{EditWire, IncidentDetailWire, IncidentTypesWire, IncidentWire};
use super::wire::message::MessageWire;
use super::wire::page::{Key, PageAsked};
use super::wire::patrol::{PatrolDetailWire, PatrolWire, PositionWire};
use super::wire::plan::{NewPlanWire, PlanWire};
use super::wire::registry::RegistriesWire;
use super::wire::session::LogWire;
use crate::app::access::Grant;
use crate::app::{Addressee, AppError};
use crate::store::projections::LiveRow;
use crate::store::{EnrolmentRow, StaffRow};

/// A page of rows, each with its place in the order of the list.
pub type Rows<T> = Vec<(Key, T)>;

/// The product, as handlers see it.
pub trait Behind: Send + Sync + 'static {
    /// Keys, people and units in force.
    fn directory(&self) -> Arc<Directory>;

    /// The transparency log.
    fn log(&self) -> Result<LogWire, AppError>;

    /// How the centre is.
    fn health(&self) -> Health;

    /// The account of a login.
    fn account(&self, login: &str) -> Result<Option<StaffRow>, AppError>;

    /// The account of a person.
    fn account_of(&self, person: PersonId) -> Result<Option<StaffRow>, AppError>;

    /// Keeps a one-time code that was given out.
    fn give_code(&self, row: &EnrolmentRow) -> Result<(), AppError>;

    /// Takes a phone in by its code.
    fn enrol(&self, request: &EnrolRequest) -> Result<EnrolReply, AppError>;

    /// Push and pull of a device; one that is revoked or expired is given nothing.
    fn sync(&self, device: DeviceId, request: SyncRequest) -> Result<SyncReply, AppError>;

    /// Every description of a file that stands.
    fn descriptions(&self, hash: &Digest) -> Result<Vec<Description>, AppError>;

    /// Those of them through which a device may read the file.
    fn readable(&self, device: DeviceId, hash: &Digest) -> Result<Vec<Description>, AppError>;

    /// The files of one record, as far as the grant reaches.
    fn files_of(&self, grant: &Grant, record: ObjectId) -> Result<Vec<Description>, AppError>;

    /// How many patrols are out, by unit.
    fn out_by_unit(&self, grant: &Grant) -> Result<BTreeMap<UnitId, u64>, AppError>;

    /// Patrols, newest first.
    fn patrols(
        &self,
        grant: &Grant,
        filter: &PatrolFilter,
        page: &PageAsked,
    ) -> Result<Rows<PatrolWire>, AppError>;

    /// One patrol.
    fn patrol(&self, grant: &Grant, patrol: ObjectId) -> Result<PatrolDetailWire, AppError>;

    /// The track of one patrol, as GeoJSON.
    fn track(&self, grant: &Grant, patrol: ObjectId, max_points: usize) -> Result<Value, AppError>;

    /// The track of one patrol, as GPX 1.1.
    fn track_gpx(&self, grant: &Grant, patrol: ObjectId) -> Result<String, AppError>;

    /// Tracks of all patrols in view, as GeoJSON.
    fn tracks(&self, grant: &Grant, filter: &TrackFilter) -> Result<Value, AppError>;

    /// Last positions.
    fn positions(&self, grant: &Grant, unit: Option<UnitId>)
    -> Result<Vec<PositionWire>, AppError>;

    /// Incidents, newest first.
    fn incidents(
        &self,
        grant: &Grant,
        filter: &IncidentFilter,
        page: &PageAsked,
    ) -> Result<Rows<Listed>, AppError>;

    /// One incident, with its heads as entity tag.
    fn incident(&self, grant: &Grant, incident: ObjectId) -> Result<Tagged, AppError>;

    /// A desk's change to an incident whose heads are `tag`; `None` where they are others now.
    fn edit_incident(
        &self,
        grant: &Grant,
        incident: ObjectId,
        tag: &str,
        edit: &EditWire,
    ) -> Result<Option<Tagged>, AppError>;

    /// Shows a record to another unit, or hands it over.
    fn share(
        &self,
        grant: &Grant,
        record: ObjectId,
        to: (UnitId, Audience),
        hand_over: bool,
    ) -> Result<(), AppError>;

    /// Alerts, newest first.
    fn alerts(
        &self,
        grant: &Grant,
        filter: &AlertFilter,
        page: &PageAsked,
    ) -> Result<Rows<AlertWire>, AppError>;

    /// One alert.
    fn alert(&self, grant: &Grant, alert: ObjectId) -> Result<AlertWire, AppError>;

    /// Says that somebody has taken on an alert, and gives it as it then stands.
    fn acknowledge(
        &self,
        grant: &Grant,
        alert: ObjectId,
        note: Option<&str>,
    ) -> Result<AlertWire, AppError>;

    /// Messages, newest first.
    fn messages(
        &self,
        grant: &Grant,
        unit: Option<UnitId>,
        page: &PageAsked,
    ) -> Result<Rows<MessageWire>, AppError>;

    /// Says something to the field, and gives it as it then stands.
    fn send_message(
        &self,
        grant: &Grant,
        text: &str,
        to: &[Addressee],
        reply_to: Option<ObjectId>,
    ) -> Result<Vec<MessageWire>, AppError>;

    /// Plans, the last that was made first.
    fn plans(
        &self,
        grant: &Grant,
        unit: Option<UnitId>,
        page: &PageAsked,
    ) -> Result<Rows<PlanWire>, AppError>;

    /// Makes a plan for a unit, and gives it as it then stands.
    fn make_plan(
        &self,
        grant: &Grant,
        unit: UnitId,
        plan: &NewPlanWire,
    ) -> Result<PlanWire, AppError>;

    /// The incident types in force.
    fn incident_types(&self) -> Result<IncidentTypesWire, AppError>;

    /// Every published version of a registry.
    fn registries(&self) -> Result<RegistriesWire, AppError>;

    /// The signed form of one version.
    fn publication(&self, hash: &Digest) -> Result<Vec<u8>, AppError>;

    /// Zones in force, as GeoJSON.
    fn zones(&self) -> Result<Value, AppError>;

    /// Publishes zones from GeoJSON and says how many there are.
    fn import_zones(&self, grant: &Grant, geojson: &str) -> Result<u64, AppError>;

    /// What is kept apart, newest first.
    fn quarantine(&self, grant: &Grant, page: &PageAsked)
    -> Result<Rows<QuarantineWire>, AppError>;

    /// Lets something out of quarantine.
    fn release(&self, grant: &Grant, envelope: &Digest, reason: &str) -> Result<(), AppError>;

    /// Cuts a device off.
    fn revoke(&self, grant: &Grant, device: DeviceId, reason: &str) -> Result<(), AppError>;

    /// What happened after a place of the live feed; from now on for `None`.
    fn live_after(&self, after: Option<u64>) -> Result<LiveRead, AppError>;

    /// Says when the live feed grows. What it grew by is asked for with [`Behind::live_after`].
    fn live_listen(&self) -> broadcast::Receiver<Arc<LiveRow>>;
}

/// How the centre is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Whether the store takes writes.
    pub is_writable: bool,
    /// Committed envelopes that lists and maps do not show yet.
    pub projection_lag: u64,
    /// Whether that is little enough to call it the present.
    pub is_present: bool,
}

/// A description of a file that stands, and where it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Who described it.
    pub device: DeviceId,
    /// Who may read it.
    pub scope: Scope,
    /// Which record it belongs to.
    pub object: ObjectId,
    /// The description.
    pub body: MediaBody,
}

/// An incident of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its entity tag: another one after every change.
    pub tag: String,
    /// What is shown.
    pub incident: IncidentWire,
}

/// An incident with its entity tag.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagged {
    /// The heads of its document, as opaque text.
    pub tag: String,
    /// What is shown.
    pub incident: IncidentDetailWire,
}

/// Which patrols.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatrolFilter {
    /// Of this unit and below.
    pub unit: Option<UnitId>,
    /// That ended after this.
    pub from: Option<UnixMs>,
    /// That began before this.
    pub until: Option<UnixMs>,
    /// With a leg of this transport.
    pub transport: Option<String>,
    /// Only those that are out (true) or ended (false).
    pub out: Option<bool>,
}

/// Which tracks.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackFilter {
    /// Of this unit and below.
    pub unit: Option<UnitId>,
    /// After this.
    pub from: Option<UnixMs>,
    /// Before this.
    pub until: Option<UnixMs>,
    /// West, south, east, north, degrees.
    pub bbox: Option<[f64; 4]>,
    /// At most so many points in all.
    pub max_points: usize,
}

/// Which incidents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentFilter {
    /// Of this unit and below.
    pub unit: Option<UnitId>,
    /// With this code.
    pub category: Option<String>,
    /// That happened at or after this.
    pub from: Option<UnixMs>,
    /// That happened before this.
    pub until: Option<UnixMs>,
    /// With this legal band.
    pub band: Option<String>,
    /// That contain these words.
    pub q: Option<String>,
}

/// Which alerts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// Of this unit and below.
    pub unit: Option<UnitId>,
    /// Only those that are open (true) or acknowledged (false).
    pub open: Option<bool>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveEvent {
    /// Its place in the feed.
    pub at: u64,
    /// Who may know: its owner, and those to whom the record was granted.
    pub scopes: Vec<Scope>,
    /// The incident it tells of, with its entity tag: whether it is unread depends on who reads.
    pub incident: Option<(ObjectId, String)>,
    /// `position`, `track`, `patrol`, `incident`, `alert`, `message` or `plan`.
    pub event: &'static str,
    /// JSON.
    pub data: Value,
}

/// A piece of the live feed.
#[derive(Debug, Clone, PartialEq)]
pub enum LiveRead {
    /// The place is no longer kept, or is of another feed: read everything again, then from here.
    Reset {
        /// The end of the feed.
        end: u64,
    },
    /// What came after, in order.
    Events(Vec<LiveEvent>),
}
