//! The parties to an incident. A document of its own, because its audience is smaller: phones other
//! than the author's never receive it.

use super::field::{EntryId, document, fields};
use super::types::coded;
use crate::id::ObjectId;

coded! {
    /// What a person has to do with an incident.
    PartyRole {
        /// Is thought to have done it.
        Suspect = 1 "suspect",
        /// Saw it.
        Witness = 2 "witness",
        /// Owns or uses the land, the animals or the thing.
        Owner = 3 "owner",
        /// Suffered from it.
        Injured = 4 "injured",
        /// Works for somebody named here.
        Worker = 5 "worker",
    }
}

fields! {
    /// A person.
    view PersonView;
    /// What to write of a person.
    edit PersonEdit;
    fields {
        /// The name.
        name: String = "n",
        /// What they have to do with it.
        role: PartyRole = "r",
        /// The number of a document that they showed.
        id_number: String = "i",
        /// How to call them.
        phone: String = "ph",
        /// Where they live.
        address: String = "ad",
        /// What else there is to say.
        notes: String = "nt",
    }
    entries {}
}

fields! {
    /// A vehicle or machine.
    view VehicleView;
    /// What to write of a vehicle or machine.
    edit VehicleEdit;
    fields {
        /// The plate.
        plate: String = "pl",
        /// The kind, a code of the registry.
        kind: u16 = "k",
        /// Make, model, colour.
        description: String = "d",
        /// The person it belongs to, an entry of this document.
        owner: EntryId = "ow",
        /// What else there is to say.
        notes: String = "nt",
    }
    entries {}
}

fields! {
    /// Somebody who told, and is protected.
    view InformantView;
    /// What to write of an informant.
    edit InformantEdit;
    fields {
        /// What they are called here.
        alias: String = "al",
        /// How to reach them.
        contact: String = "ct",
        /// What they told.
        told: String = "td",
        /// What else there is to say.
        notes: String = "nt",
    }
    entries {}
}

fields! {
    /// The parties as they stand.
    view PartiesView;
    /// What to write in the parties.
    edit PartiesEdit;
    fields {
        /// The incident that they are parties to.
        incident: ObjectId = "in",
        /// What else there is to say.
        notes: String = "nt",
    }
    entries {
        /// Persons.
        persons: PersonView, PersonEdit = "ps",
        /// Vehicles and machines.
        vehicles: VehicleView, VehicleEdit = "vh",
        /// Informants.
        informants: InformantView, InformantEdit = "if",
    }
}

document!(PartiesView, PartiesEdit);
