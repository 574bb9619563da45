//! Who writes in a document.

use std::fmt;

use data_encoding::HEXLOWER;

use crate::hash::Digest;
use crate::id::{DeviceId, PersonId, UnitId};

const DOMAIN: &[u8] = b"tala/actor/1";

/// An Automerge actor: one writer in one life of one device. Derived, never chosen, so that only
/// the holder of a device's key can write as its actor. A restored backup has a new epoch and so a
/// new actor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActorId([u8; 16]);

impl ActorId {
    /// The actor for what `device` writes for `unit` in `epoch`. A device with one owner names no
    /// person; the office, where one process writes for many people, names the person.
    pub fn derive(device: DeviceId, unit: UnitId, epoch: u32, person: Option<PersonId>) -> Self {
        let person = person.map_or([0; 16], |person| *person.as_bytes());
        let digest = Digest::sha256_parts(&[
            DOMAIN,
            device.as_bytes(),
            unit.as_bytes(),
            &epoch.to_be_bytes(),
            &person,
        ]);
        Self(digest.prefix16())
    }

    /// Takes the sixteen bytes as they are.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The sixteen bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl From<ActorId> for automerge::ActorId {
    fn from(actor: ActorId) -> Self {
        Self::from(actor.0.as_slice())
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_changes_the_actor_and_the_form_is_frozen() {
        let device = DeviceId::from_bytes([1; 16]);
        let unit = UnitId::from_bytes([2; 16]);
        let person = PersonId::from_bytes([3; 16]);
        let plain = ActorId::derive(device, unit, 1, None);
        assert_eq!(plain.to_string(), "408af95ad8af214273d08debc48e1a9c");
        assert_ne!(plain, ActorId::derive(device, unit, 2, None));
        assert_ne!(plain, ActorId::derive(device, unit, 1, Some(person)));
        assert_ne!(
            plain,
            ActorId::derive(DeviceId::from_bytes([9; 16]), unit, 1, None)
        );
        assert_ne!(
            plain,
            ActorId::derive(device, UnitId::from_bytes([9; 16]), 1, None)
        );
    }
}
