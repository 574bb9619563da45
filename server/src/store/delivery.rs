//! Delivery lists: what an audience of a unit may see, in the order it became visible.

use tala_protocol::id::{DeviceId, ObjectId};
use tala_protocol::sync::Scope;
use tala_protocol::time::UnixMs;

use super::{Lsn, StoreError};

/// One entry of a delivery list, with what decides whether it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryEntry {
    /// Place in the list, from 1, without holes.
    pub position: u64,
    /// Which envelope.
    pub lsn: Lsn,
    /// Who wrote it.
    pub device: DeviceId,
    /// In which epoch of its feeds.
    pub epoch: u32,
    /// Bytes of header and body, for budgets.
    pub len: u32,
    /// What it is about.
    pub object: ObjectId,
    /// When the centre committed it.
    pub known_at: UnixMs,
}

/// Reading delivery lists.
pub trait DeliveryReads {
    /// The last position of a list; 0 for an empty one.
    fn delivery_end(&self, scope: &Scope) -> Result<u64, StoreError>;

    /// Up to `limit` entries behind `after`, by position.
    fn delivery_after(
        &self,
        scope: &Scope,
        after: u64,
        limit: usize,
    ) -> Result<Vec<DeliveryEntry>, StoreError>;

    /// The lists in which an object is shown: its home's, and those it was granted to. None before its
    /// genesis was shown.
    fn granted(&self, object: ObjectId) -> Result<Vec<Scope>, StoreError>;
}

/// Writing delivery lists.
pub trait DeliveryWrites {
    /// Appends an envelope to a list and returns its position. Nothing is ever put behind a cursor.
    fn deliver(&mut self, scope: &Scope, lsn: Lsn) -> Result<u64, StoreError>;

    /// Notes that an object is shown in a list too. Idempotent by (object, scope).
    fn grant(&mut self, object: ObjectId, scope: &Scope) -> Result<(), StoreError>;
}
