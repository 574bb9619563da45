//! Administration: quarantine, enrolment, devices.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PersonWire;

/// Something kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuarantineWire {
    /// Id of the envelope.
    pub envelope: String,
    /// Unit.
    pub unit: String,
    /// Who wrote it.
    pub device: String,
    /// For whom.
    pub person: Option<String>,
    /// About what.
    pub object: String,
    /// Why, as a code.
    pub reason: String,
    /// More, for people; never content.
    pub detail: String,
    /// When the centre learned of it.
    pub known_at: String,
    /// Whether it may be released.
    pub releasable: bool,
}

/// Who is to be given a device.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentAskedWire {
    /// For which unit.
    pub unit: String,
    /// Who will carry it.
    #[serde(default)]
    pub person: Option<String>,
    /// A name for people.
    pub device_name: String,
}

/// A one-time code.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EnrolmentWire {
    /// The text of the picture.
    pub code: String,
    /// The centre's address in it.
    pub url: String,
    /// The picture.
    pub qr_svg: String,
    /// Until when it may be used.
    pub expires_at: String,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeviceWire {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Where it is.
    pub unit: Option<String>,
    /// Who carries it.
    pub person: Option<PersonWire>,
    /// Since when.
    pub from: String,
    /// Until when.
    pub until: Option<String>,
    /// When it was cut off, if it was.
    pub revoked_at: Option<String>,
}

/// All devices that the reader may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DevicesWire {
    /// The devices.
    pub items: Vec<DeviceWire>,
}
