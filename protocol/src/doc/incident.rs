//! The incident: something seen. Status is not here: a case is signed events.

use super::evidence::EvidenceFacts;
use super::field::{document, fields};
use super::geometry::Geometry;
use super::measured::{Count, MeasuredArea, MeasuredLength, OffsetSighting};
use super::types::coded;
use crate::id::ObjectId;
use crate::registry::Code;
use crate::time::UnixMs;

coded! {
    /// How bad it is, to whoever saw it.
    Severity {
        /// Low.
        Low = 1 "low",
        /// Medium.
        Medium = 2 "medium",
        /// High.
        High = 3 "high",
        /// Somebody must come now.
        Emergency = 4 "emergency",
    }
}

fields! {
    /// A photo or another file.
    view EvidenceView;
    /// What to write of a photo or another file.
    edit EvidenceEdit;
    fields {
        /// What is known since it was taken.
        facts: EvidenceFacts = "f",
        /// What it shows.
        title: String = "t",
        /// Why it does not count after all. Evidence is never deleted.
        withdrawn: String = "x",
    }
    entries {}
}

fields! {
    /// Heads of one kind of livestock.
    view HeadCountView;
    /// What to write of a head count.
    edit HeadCountEdit;
    fields {
        /// The kind: a code of the registry of sheep units.
        species: Code = "k",
        /// How many.
        count: Count = "n",
    }
    entries {}
}

fields! {
    /// An incident as it stands.
    view IncidentView;
    /// What to write in an incident.
    edit IncidentEdit;
    fields {
        /// The category: a code of the registry of incident types.
        category: Code = "c",
        /// The version of the registry that the category is from.
        registry_version: u32 = "rv",
        /// A line that says what it is.
        title: String = "t",
        /// What was seen.
        narrative: String = "n",
        /// Where it is.
        geometry: Geometry = "g",
        /// How large it is.
        area: MeasuredArea = "a",
        /// How long it is.
        length: MeasuredLength = "l",
        /// From where it was seen, where nobody went there.
        offset: OffsetSighting = "o",
        /// How bad it is.
        severity: Severity = "s",
        /// The campaign that it belongs to.
        campaign: ObjectId = "cp",
        /// When it happened.
        occurred_at: UnixMs = "at",
        /// The patrol that saw it.
        patrol: ObjectId = "pt",
    }
    entries {
        /// Photos and other files.
        evidence: EvidenceView, EvidenceEdit = "ev",
        /// Livestock counted.
        heads: HeadCountView, HeadCountEdit = "hd",
    }
}

document!(IncidentView, IncidentEdit);
