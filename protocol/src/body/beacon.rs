//! The beacon: the last position, small and signed, in no feed.
//!
//! It is made at the moment of sending, replaced by the next, never logged or receipted. Segments are
//! the history. At most [`BEACON_LEN_MAX`] bytes, so that a live sync stays cheap.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::cbor::{self, CborError, MapReader};
use crate::envelope::Realm;
use crate::id::{DeviceId, ObjectId};
use crate::key::{KeyError, PublicKey, Signature};
use crate::time::UnixMs;
use crate::transport::Transport;

/// Longest signed beacon, bytes.
pub const BEACON_LEN_MAX: usize = 192;
const TAG: &[u8] = b"tala/beacon/1";

/// Where a device is, as it says. Which device that is goes without saying: it is the one whose key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beacon {
    /// The patrol it is on, if any.
    pub patrol: Option<ObjectId>,
    /// Time of the position (GNSS where known).
    pub at: UnixMs,
    /// Latitude, 1e-7 degree.
    pub lat_e7: i32,
    /// Longitude, 1e-7 degree.
    pub lon_e7: i32,
    /// Accuracy, dm.
    pub acc_dm: Option<u32>,
    /// Speed, cm/s.
    pub speed_cms: Option<u32>,
    /// Course, degrees.
    pub bearing_deg: Option<u16>,
    /// Battery, percent.
    pub battery_pct: Option<u8>,
    /// How the current leg is travelled.
    pub transport: Option<Transport>,
}

/// A beacon with its signature over tag, realm, device and canonical bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBeacon {
    beacon_bytes: Vec<u8>,
    signature: Signature,
}

/// Why a beacon does not hold.
#[derive(Debug, thiserror::Error)]
pub enum BeaconError {
    /// Not the canonical form.
    #[error("cannot read the beacon")]
    Form(#[from] CborError),
    /// The signature does not hold, or is another device's.
    #[error("beacon signature does not hold")]
    Signature(#[from] KeyError),
}

impl Beacon {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// What the device signs.
    pub fn bytes_to_sign(&self, realm: &Realm, device: DeviceId) -> Vec<u8> {
        to_sign(realm, device, &self.to_bytes())
    }

    /// Adds the signature.
    pub fn signed(&self, signature: Signature) -> SignedBeacon {
        SignedBeacon {
            beacon_bytes: self.to_bytes(),
            signature,
        }
    }
}

impl SignedBeacon {
    /// The bytes that are sent: `[beacon, signature]`.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads what was sent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BeaconError> {
        Ok(cbor::from_slice("signed beacon", bytes, BEACON_LEN_MAX)?)
    }

    /// The beacon, if `key` made the signature.
    pub fn verify(&self, realm: &Realm, key: &PublicKey) -> Result<Beacon, BeaconError> {
        let signed = to_sign(realm, key.device_id(), &self.beacon_bytes);
        key.verify(&signed, &self.signature)?;
        Ok(cbor::from_slice(
            "beacon",
            &self.beacon_bytes,
            BEACON_LEN_MAX,
        )?)
    }
}

fn to_sign(realm: &Realm, device: DeviceId, beacon: &[u8]) -> Vec<u8> {
    let root = realm.root.to_tagged();
    [TAG, root.as_slice(), device.as_bytes(), beacon].concat()
}

impl<C> Encode<C> for Beacon {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let optional = u64::from(self.patrol.is_some())
            + u64::from(self.acc_dm.is_some())
            + u64::from(self.speed_cms.is_some())
            + u64::from(self.bearing_deg.is_some())
            + u64::from(self.battery_pct.is_some())
            + u64::from(self.transport.is_some());
        e.map(3 + optional)?;
        if let Some(patrol) = self.patrol {
            e.u8(1)?.encode_with(patrol, ctx)?;
        }
        e.u8(2)?
            .i64(self.at.0)?
            .u8(3)?
            .i32(self.lat_e7)?
            .u8(4)?
            .i32(self.lon_e7)?;
        let numbers = [
            (5, self.acc_dm),
            (6, self.speed_cms),
            (7, self.bearing_deg.map(u32::from)),
            (8, self.battery_pct.map(u32::from)),
            (9, self.transport.map(|t| u32::from(t.code()))),
        ];
        for (key, number) in numbers {
            if let Some(number) = number {
                e.u8(key)?.u32(number)?;
            }
        }
        e.ok()
    }
}

impl<'b> Decode<'b, ()> for Beacon {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        let mut f = MapReader::open(d)?;
        let beacon = Self {
            patrol: f.maybe(d, 1)?,
            at: UnixMs(f.need(d, 2)?),
            lat_e7: f.need(d, 3)?,
            lon_e7: f.need(d, 4)?,
            acc_dm: f.maybe(d, 5)?,
            speed_cms: f.maybe(d, 6)?,
            bearing_deg: f.maybe(d, 7)?,
            battery_pct: f.maybe(d, 8)?,
            transport: f.maybe(d, 9)?.map(Transport::from_code),
        };
        f.close()?;
        Ok(beacon)
    }
}

impl<C> Encode<C> for SignedBeacon {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?
            .bytes(&self.beacon_bytes)?
            .encode_with(self.signature, ctx)?
            .ok()
    }
}

impl<'b> Decode<'b, ()> for SignedBeacon {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 2)?;
        Ok(Self {
            beacon_bytes: d.bytes()?.to_vec(),
            signature: d.decode()?,
        })
    }
}
