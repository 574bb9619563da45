//! The plan: where a patrol is meant to go, when, how long it may be silent, and what it is to do.

use super::field::{document, fields};
use super::geometry::Geometry;
use crate::id::{ObjectId, PersonId};
use crate::time::UnixMs;

fields! {
    /// A route or an area of the plan.
    view PlannedPlaceView;
    /// What to write of a route or an area.
    edit PlannedPlaceEdit;
    fields {
        /// What it is called.
        name: String = "n",
        /// Where it is.
        geometry: Geometry = "g",
        /// What to do there.
        notes: String = "nt",
    }
    entries {}
}

fields! {
    /// Something to do.
    view TaskView;
    /// What to write of a task.
    edit TaskEdit;
    fields {
        /// What to do.
        text: String = "t",
        /// Where.
        geometry: Geometry = "g",
        /// Who is to do it.
        person: PersonId = "p",
        /// By when.
        due_at: UnixMs = "du",
        /// When it was done.
        done_at: UnixMs = "dn",
        /// What came of it.
        outcome: String = "oc",
    }
    entries {}
}

fields! {
    /// A plan as it stands.
    view PlanView;
    /// What to write in a plan.
    edit PlanEdit;
    fields {
        /// What it is called.
        title: String = "t",
        /// The campaign that it belongs to.
        campaign: ObjectId = "cp",
        /// When it begins.
        starts_at: UnixMs = "ws",
        /// When it ends.
        ends_at: UnixMs = "we",
        /// For how long nobody needs to worry when nothing is heard, in minutes.
        expected_silence_min: u32 = "es",
        /// What else there is to say.
        notes: String = "nt",
    }
    entries {
        /// Ways to ride.
        routes: PlannedPlaceView, PlannedPlaceEdit = "rt",
        /// Areas to look at.
        areas: PlannedPlaceView, PlannedPlaceEdit = "ar",
        /// Things to do.
        tasks: TaskView, TaskEdit = "tk",
    }
}

document!(PlanView, PlanEdit);
