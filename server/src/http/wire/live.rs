//! What the live stream says when it ends.

use serde::Serialize;
use utoipa::ToSchema;

/// Data of the `bye` event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ByeWire {
    /// `signed_out`, `revoked` or `shutdown`.
    pub reason: &'static str,
}
