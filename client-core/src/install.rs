//! Finding out that the store came back from a backup.
//!
//! A backup that is put back holds older feed positions than what the phone has already said to others.
//! Writing on from there would fork its feeds and reuse its actor. So a marker stands outside the store,
//! where no backup takes it (on a phone: the no-backup folder), and changes with every opening. Where the
//! two do not fit, the store begins a new epoch, and with it new feeds and a new Automerge actor.

use tala_protocol::hash::Digest;

use crate::engine::{EngineError, IDENTITY};
use crate::entropy::Entropy;
use crate::identity::Identity;
use crate::store::{Store, Write};

const OPENING: &str = "opening";
/// Set, not empty: the store came from a backup and may lack what this phone wrote since.
const LACKS_OWN: &str = "lacks own";

/// The marker failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} the marker")]
pub struct MarkerError {
    /// `read` or `write`.
    pub doing: &'static str,
    /// What the system said.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// A few bytes outside the store, in a place that no backup takes.
pub trait InstallMarker {
    /// What was written last; `None` if nothing ever was.
    fn read(&self) -> Result<Option<Vec<u8>>, MarkerError>;

    /// Writes durably.
    fn write(&mut self, bytes: &[u8]) -> Result<(), MarkerError>;
}

/// A marker in memory, for tests.
impl InstallMarker for Option<Vec<u8>> {
    fn read(&self) -> Result<Option<Vec<u8>>, MarkerError> {
        Ok(self.clone())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), MarkerError> {
        *self = Some(bytes.to_vec());
        Ok(())
    }
}

/// What stands in the marker: the opening that the store had, the one it is to have, and the epoch.
struct Mark {
    before: [u8; 16],
    after: [u8; 16],
    epoch: u32,
}

/// Compares store and marker, moves both on, and says whether the store was restored.
pub(crate) fn check(
    store: &mut impl Store,
    marker: &mut impl InstallMarker,
    me: &mut Identity,
    entropy: &mut impl Entropy,
) -> Result<bool, EngineError> {
    let held = store.setting(OPENING)?;
    let held = held.and_then(|bytes| <[u8; 16]>::try_from(bytes.as_slice()).ok());
    let mark = marker.read()?.and_then(|bytes| Mark::from_bytes(&bytes));
    let restored = match (&held, &mark) {
        (None, None) => false,
        (Some(held), Some(mark)) => *held != mark.before && *held != mark.after,
        // The very first opening was cut between marker and store.
        (None, Some(mark)) if mark.before == [0; 16] => false,
        (None, Some(_)) | (Some(_), None) => true,
    };
    let after = entropy.bytes16();
    if restored {
        // Restored twice from one backup must not meet the same epoch again: random steps.
        let [a, b, ..] = entropy.bytes16();
        let step = u32::from(u16::from_be_bytes([a, b])) + 1;
        let highest = mark
            .as_ref()
            .map_or(me.epoch, |mark| mark.epoch.max(me.epoch));
        me.epoch = highest.saturating_add(step);
    }
    let mark = |before| Mark {
        before,
        after,
        epoch: me.epoch,
    };
    let mut batch = vec![Write::Set(OPENING, after.to_vec())];
    if restored {
        tracing::warn!(
            epoch = me.epoch,
            "the store came from a backup: a new epoch begins"
        );
        batch.push(Write::Set(IDENTITY, me.to_bytes()));
        batch.push(Write::Set(LACKS_OWN, vec![1]));
    } else {
        // Marker, store, marker: wherever the power goes between them, the two still fit, and once all
        // three are written only the present store does. Of a restored store the marker must go on
        // telling until the new epoch is durable.
        marker.write(&mark(held.unwrap_or([0; 16])).to_bytes())?;
    }
    store.commit(&batch)?;
    marker.write(&mark(after).to_bytes())?;
    Ok(restored)
}

/// Whether the centre is to be asked for what this phone wrote itself.
pub(crate) fn lacks_own(store: &impl Store) -> Result<bool, EngineError> {
    let set = store.setting(LACKS_OWN)?;
    Ok(set.is_some_and(|bytes| !bytes.is_empty()))
}

/// The centre knows of the present epoch: it gives what is lacking unasked.
pub(crate) fn has_own() -> Write {
    Write::Set(LACKS_OWN, Vec::new())
}

impl Mark {
    fn to_bytes(&self) -> Vec<u8> {
        let epoch = self.epoch.to_be_bytes();
        let body = [self.before.as_slice(), &self.after, &epoch].concat();
        let check = Digest::sha256(&body).prefix16();
        [b"tala install 1\n".as_slice(), &body, &check].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(b"tala install 1\n")?;
        let (body, check) = rest.split_at_checked(36)?;
        if Digest::sha256(body).prefix16() != check {
            return None;
        }
        let (before, rest) = body.split_at_checked(16)?;
        let (after, epoch) = rest.split_at_checked(16)?;
        Some(Self {
            before: before.try_into().ok()?,
            after: after.try_into().ok()?,
            epoch: u32::from_be_bytes(epoch.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::MemoryStore;
    use tala_protocol::id::{DeviceId, UnitId};
    use tala_protocol::key::PublicKey;

    struct Phone {
        store: MemoryStore,
        marker: Option<Vec<u8>>,
        me: Identity,
        random: u8,
    }

    impl Phone {
        fn new() -> Self {
            let key = ed25519_dalek::SigningKey::from_bytes(&[9; 32]).verifying_key();
            Self {
                store: MemoryStore::new(),
                marker: None,
                me: Identity {
                    device: DeviceId::from_bytes([1; 16]),
                    unit: UnitId::from_bytes([2; 16]),
                    person: None,
                    root: PublicKey::ed25519(key.as_bytes()).expect("a key"),
                    url: String::new(),
                    epoch: 0,
                },
                random: 0,
            }
        }

        fn opens(&mut self) -> bool {
            let random = &mut self.random;
            let mut entropy = || {
                *random = random.wrapping_add(1);
                [*random; 16]
            };
            check(
                &mut self.store,
                &mut self.marker,
                &mut self.me,
                &mut entropy,
            )
            .expect("opens")
        }
    }

    #[test]
    fn ordinary_openings_are_not_restores() {
        let mut phone = Phone::new();
        assert!(!(0..5).any(|_| phone.opens()));
        assert_eq!(phone.me.epoch, 0);
    }

    #[test]
    fn a_power_cut_between_marker_and_store_is_not_a_restore() {
        let mut phone = Phone::new();
        phone.opens();
        let before = phone.store.clone();
        phone.opens();
        // The marker was written once, the store was not.
        phone.store = before.clone();
        let held = before.setting(OPENING).expect("reads").expect("there");
        let mark = Mark {
            before: held.try_into().expect("16 bytes"),
            after: [0xff; 16],
            epoch: 0,
        };
        phone.marker = Some(mark.to_bytes());
        assert!(!phone.opens());
        assert!(!phone.opens());
    }

    #[test]
    fn a_copy_of_the_last_opening_is_a_restore() {
        let mut phone = Phone::new();
        phone.opens();
        let copy = phone.store.clone();
        phone.opens();
        phone.store = copy;
        assert!(phone.opens());
    }

    #[test]
    fn an_older_store_or_a_missing_marker_begins_a_new_epoch_each_time() {
        let mut phone = Phone::new();
        phone.opens();
        let backup = (phone.store.clone(), phone.me.clone());
        phone.opens();
        phone.opens();
        (phone.store, phone.me) = backup.clone();
        assert!(phone.opens());
        let first = phone.me.epoch;
        assert!(first > 0);
        assert!(!phone.opens());
        (phone.store, phone.me) = backup;
        assert!(phone.opens());
        assert!(
            phone.me.epoch > first,
            "the marker remembers the highest epoch"
        );
        phone.marker = None;
        assert!(phone.opens());
    }
}
