//! Envelopes of the centre whose author is not known here yet.
//!
//! The centre gives only what it could verify, so a phone that cannot lacks the author's certificate: it
//! comes later, on another page or from another phone. What cannot be verified is not kept, and a page is
//! not held up for it, or one envelope could stop a phone for ever. Instead the phone remembers whose it
//! was and where its lists stood, and reads them again from there once it knows that device's key.
//! A device that nobody ever certifies costs one entry of a bounded list and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::decode::Error as DecodeError;
use minicbor::{Decoder, Encoder};
use tala_protocol::cert::Directory;
use tala_protocol::id::DeviceId;
use tala_protocol::sync::{Cursor, Scope};

/// The name under which the store keeps it.
pub(crate) const WAITING: &str = "waiting";
/// Most devices that are waited for. What comes beyond is noticed in the log and passed over.
const DEVICES_MAX: usize = 256;

/// Devices that are not known yet, and from where the lists are to be read again for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Waiting(BTreeMap<DeviceId, BTreeMap<Scope, u64>>);

impl Waiting {
    /// Takes note that a page which began at `from` held something of these devices.
    pub(crate) fn note(&mut self, devices: &BTreeSet<DeviceId>, from: &[Cursor]) {
        for device in devices {
            if !self.0.contains_key(device) && self.0.len() >= DEVICES_MAX {
                tracing::warn!(%device, "too many devices are not known: passed over");
                continue;
            }
            let lists = self.0.entry(*device).or_default();
            for cursor in from {
                let held = lists.entry(cursor.scope).or_insert(cursor.position);
                *held = cursor.position.min(*held);
            }
        }
    }

    /// Takes out the devices that are known by now, and says from where which lists are to be read again.
    pub(crate) fn take_known(&mut self, directory: &Directory) -> Vec<Cursor> {
        let mut again: BTreeMap<Scope, u64> = BTreeMap::new();
        self.0.retain(|device, lists| {
            let known = directory.key(*device).is_some();
            for (scope, position) in lists.iter().filter(|_| known) {
                let held = again.entry(*scope).or_insert(*position);
                *held = (*position).min(*held);
            }
            !known
        });
        let cursors = again.into_iter();
        cursors
            .map(|(scope, position)| Cursor { scope, position })
            .collect()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        // Writing into memory does not fail.
        let _ = self.encode(&mut Encoder::new(&mut out));
        out
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        if d.array()? != Some(2) || d.u8()? != 1 {
            return Err(DecodeError::message("unknown list of those waited for"));
        }
        let mut waiting = Self::default();
        for _ in 0..d.array()?.unwrap_or(0) {
            d.array()?;
            let device = d.decode()?;
            let mut lists = BTreeMap::new();
            for _ in 0..d.array()?.unwrap_or(0) {
                let cursor: Cursor = d.decode()?;
                lists.insert(cursor.scope, cursor.position);
            }
            waiting.0.insert(device, lists);
        }
        Ok(waiting)
    }

    fn encode(
        &self,
        e: &mut Encoder<&mut Vec<u8>>,
    ) -> Result<(), minicbor::encode::Error<std::convert::Infallible>> {
        e.array(2)?.u8(1)?.array(self.0.len() as u64)?;
        for (device, lists) in &self.0 {
            e.array(2)?.encode(device)?.array(lists.len() as u64)?;
            for (scope, position) in lists {
                e.encode(Cursor {
                    scope: *scope,
                    position: *position,
                })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bureau;
    use tala_protocol::envelope::Audience;
    use tala_protocol::id::{PersonId, UnitId};
    use tala_protocol::key::PublicKey;

    fn key(seed: u8) -> PublicKey {
        let key = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
        PublicKey::ed25519(key.verifying_key().as_bytes()).expect("a key")
    }

    fn cursor(n: u8, position: u64) -> Cursor {
        Cursor {
            scope: Scope {
                unit: UnitId::from_bytes([n; 16]),
                audience: Audience::Field,
            },
            position,
        }
    }

    #[test]
    fn lists_are_read_again_from_the_earliest_place_once_the_device_is_known() {
        let (known, unknown) = (key(1), key(2));
        let devices = |keys: &[&PublicKey]| keys.iter().map(|key| key.device_id()).collect();
        let mut waiting = Waiting::default();
        waiting.note(&devices(&[&known, &unknown]), &[cursor(1, 40)]);
        waiting.note(&devices(&[&known]), &[cursor(1, 50), cursor(2, 7)]);
        waiting.note(&devices(&[&unknown]), &[cursor(1, 3)]);
        let read = Waiting::from_bytes(&waiting.to_bytes()).expect("own bytes");
        assert_eq!(read, waiting);
        let mut bureau = Bureau::new(7);
        let mut directory = Directory::new(bureau.root_key());
        assert!(waiting.take_known(&directory).is_empty());
        bureau.enrol(known, bureau.top, PersonId::from_bytes([1; 16]));
        for said in &bureau.statements {
            directory.admit(said).expect("holds");
        }
        let again = waiting.take_known(&directory);
        assert_eq!(again, [cursor(1, 40), cursor(2, 7)]);
        assert!(waiting.take_known(&directory).is_empty());
    }

    #[test]
    fn strangers_without_number_fill_a_bounded_list() {
        let mut waiting = Waiting::default();
        for n in 0..2_000u16 {
            let [a, b] = n.to_be_bytes();
            let mut id = [9; 16];
            id[0] = a;
            id[1] = b;
            waiting.note(&BTreeSet::from([DeviceId::from_bytes(id)]), &[cursor(1, 0)]);
        }
        assert_eq!(waiting.0.len(), DEVICES_MAX);
    }
}
