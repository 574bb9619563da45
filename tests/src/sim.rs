//! The simulation ring: real protocol, real phones, a real centre; network, disk, clocks and chance are ours.
//!
//! You are here because a seed failed, or because you add something that can happen. One seed decides
//! everything: which faults there are and how many ([`swarm`]), what people do ([`actions`], [`desk`]), which
//! version each phone runs ([`builds`]), how files travel ([`fetch`], [`link`], [`files`]), what the
//! network does ([`network`]), where a phone's program dies ([`store`]). A run has three parts ([`run`]):
//! steps in which anything may happen, a quiet phase in which everything must come right within a bounded
//! number of exchanges, and the judgement of [`crate::oracle`]. [`plants`] builds in known bugs; a run that
//! does not notice one is itself broken.
//!
//! Not here: real sockets, processes and disks. Those are the kill loop and the end-to-end tests.

pub mod actions;
pub mod builds;
pub mod centre;
pub mod clock;
pub mod desk;
pub mod effects;
pub mod exchange;
pub mod fetch;
pub mod files;
pub mod link;
pub mod network;
pub mod office;
pub mod phone;
pub mod plants;
pub mod replay;
pub mod report;
pub mod rogue;
pub mod run;
pub mod store;
pub mod swarm;
pub mod world;

/// Why a run could not be made. A finding of the oracle is no error.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The centre could not.
    #[error("the centre could not do it")]
    Centre(#[from] tala_server::app::AppError),
    /// Its store could not.
    #[error("the centre's store could not do it")]
    Books(#[from] tala_server::store::StoreError),
    /// Its doors' memory could not.
    #[error("the centre's doors could not do it")]
    Door(#[from] tala_server::store_door::DoorStoreError),
    /// It could not take a piece of a file that is as it was described.
    #[error("the centre could not take a piece of a file")]
    Piece(#[from] tala_server::media::IncomingError),
    /// The folder of pieces could not be used.
    #[error("the folder of pieces cannot be used")]
    Disk(#[source] std::io::Error),
    /// A phone could not.
    #[error("a phone could not do it")]
    Phone(#[from] tala_client::engine::EngineError),
    /// A phone could not be enrolled.
    #[error("a phone could not be enrolled")]
    Enrol(#[from] tala_client::enrol::EnrolError),
    /// A key could not be made.
    #[error("a key could not be made")]
    Key,
    /// The log's right edge cannot be read.
    #[error("the log's right edge cannot be read")]
    Frontier(#[from] tala_protocol::log::FrontierError),
    /// An envelope could not be made.
    #[error("an envelope could not be made")]
    Envelope(#[from] tala_protocol::envelope::EnvelopeError),
    /// The world lacks something that every world has.
    #[error("the world lacks its {0}")]
    Lacking(&'static str),
}
