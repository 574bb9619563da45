//! The patrol: who rode, how, and why. Its track is not here: segments are envelopes of their own.

use super::field::{document, fields};
use super::types::coded;
use crate::id::{ObjectId, PersonId};
use crate::time::UnixMs;
use crate::transport::Transport;

coded! {
    /// What somebody does on a patrol.
    TeamRole {
        /// Leads it.
        Leader = 1 "leader",
        /// Rides along.
        Member = 2 "member",
        /// Knows the way.
        Guide = 3 "guide",
    }
}

fields! {
    /// Somebody on the patrol.
    view TeamMemberView;
    /// What to write of somebody on the patrol.
    edit TeamMemberEdit;
    fields {
        /// Who it is, where the office knows the person.
        person: PersonId = "p",
        /// The name, where it does not.
        name: String = "n",
        /// What they do.
        role: TeamRole = "r",
        /// They did not come after all.
        absent: bool = "x",
    }
    entries {}
}

fields! {
    /// A part of the patrol with one transport.
    view LegView;
    /// What to write of a leg.
    edit LegEdit;
    fields {
        /// Its number in the patrol, from 1.
        number: u16 = "i",
        /// How it was travelled.
        transport: Transport = "tr",
        /// When it began.
        started_at: UnixMs = "s",
        /// When it ended.
        ended_at: UnixMs = "e",
    }
    entries {}
}

fields! {
    /// A patrol as it stands.
    view PatrolView;
    /// What to write in a patrol.
    edit PatrolEdit;
    fields {
        /// What it is called.
        title: String = "t",
        /// How it sets out.
        transport: Transport = "tr",
        /// What it is for.
        purpose: String = "pu",
        /// The campaign that it belongs to.
        campaign: ObjectId = "cp",
        /// The plan that it follows.
        plan: ObjectId = "pl",
        /// When it set out.
        started_at: UnixMs = "st",
        /// When it was back.
        ended_at: UnixMs = "en",
        /// When it said it would be back.
        declared_return_at: UnixMs = "rb",
        /// What else there is to say.
        notes: String = "nt",
    }
    entries {
        /// Who is on it.
        team: TeamMemberView, TeamMemberEdit = "tm",
        /// Its legs.
        legs: LegView, LegEdit = "lg",
    }
}

document!(PatrolView, PatrolEdit);
