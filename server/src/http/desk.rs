//! What staff ask for: sign-in, patrols, incidents, messages, the map, administration.
//!
//! A handler is four moves: what is in the request, who asks and may they, one call, the answer.

pub mod admin;
pub mod alerts;
pub mod edit;
pub mod files;
pub mod incidents;
pub mod map;
pub mod messages;
pub mod patrols;
pub mod plans;
pub mod registries;
pub mod session;
pub mod share;
