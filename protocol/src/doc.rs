//! Documents: what several people write at once, and how it merges.
//!
//! You are here to read or write a patrol, an incident, its parties or a plan. A [`Document`] is a
//! merge of changes that passed the gate ([`crate::gate`]); [`IncidentView::read`] and its like
//! give its fields types, [`IncidentEdit::change`] and its like make the bytes of a change to sign.
//! Tracks, photos and cases are not documents: see [`crate::track`] and [`crate::event`].
//!
//! How it merges: a document is a flat map from short keys to scalars. Fields merge one by one;
//! where two people wrote one field at the same time, every replica shows the same value first and
//! lists the others, and a person chooses by writing again ([`FieldValue`]). Also long texts are
//! plain values: a narrative in which two people's letters are mixed reads like something that
//! nobody wrote, and this is evidence. What must not be mixed (an area with its error and source)
//! is one packed value. Lists (legs, photos) are keys that begin with a random [`EntryId`].
//!
//! What a build does not know is applied, kept, exported and listed as [`Newer`]; an edit that
//! would overwrite it is refused ([`EditError::KeepNewer`]).
//!
//! The keys are part of the format: `docs/formats/documents.md`.

mod actor;
mod doc_type;
mod document;
mod evidence;
mod export;
mod field;
mod geometry;
mod history;
mod incident;
mod measured;
mod pack;
mod parties;
mod patrol;
mod plan;
mod source;
mod types;
mod value;

pub use automerge::ChangeHash;

pub use actor::ActorId;
pub use doc_type::DocType;
pub use document::{Document, DocumentError, EditError, Editor};
pub use evidence::EvidenceFacts;
pub use export::export_json;
pub use field::{EntryId, FieldType, FieldValue, Known, Newer, Set};
pub use geometry::{Geometry, MAX_RINGS, MAX_VERTICES, Shape, ShapeError, Vertex};
pub use history::{HistoryEntry, Touch, history};
pub use incident::{
    EvidenceEdit, EvidenceView, HeadCountEdit, HeadCountView, IncidentEdit, IncidentView, Severity,
};
pub use measured::{Count, MeasuredArea, MeasuredLength, OffsetSighting};
pub use parties::{
    InformantEdit, InformantView, PartiesEdit, PartiesView, PartyRole, PersonEdit, PersonView,
    VehicleEdit, VehicleView,
};
pub use patrol::{
    LegEdit, LegView, PatrolEdit, PatrolView, TeamMemberEdit, TeamMemberView, TeamRole,
};
pub use plan::{PlanEdit, PlanView, PlannedPlaceEdit, PlannedPlaceView, TaskEdit, TaskView};
pub use source::Source;
pub use value::{Value, Written};

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod incident_tests;
#[cfg(test)]
mod schema_tests;
