//! How desks and phones reach the centre.
//!
//! You are here because you add or change a route: all of them stand in [`routes`]. A handler is four
//! moves (extract, authorize, call, respond) and sees neither SQL nor envelopes; what it calls is
//! [`behind::Behind`], what it sends is in [`wire`], and `docs/api.md` says the same in one sitting. What a
//! person may do is decided in [`crate::app::access`], nowhere here.

pub mod behind;
pub mod desk;
pub mod device;
pub mod front;
pub mod given;
pub mod health;
pub mod idempotency;
pub mod layers;
pub mod limits;
pub mod live;
pub mod nonces;
pub mod paging;
pub mod problem;
pub mod range;
pub mod routes;
pub mod serve;
#[cfg(test)]
mod tests;
pub mod unread;
pub mod web;
pub mod who;
pub mod wire;
