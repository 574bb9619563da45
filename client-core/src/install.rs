//! Finding out that the store came back from a backup.
//!
//! A backup that is put back holds older feed positions than what the phone has already said to others.
//! Writing on from there would fork its feeds and reuse its actor. So a mark stands in the store and once
//! more outside it, where no backup takes it (on a phone: the no-backup folder). Where the two do not fit,
//! the store begins a new epoch, and with it new feeds and a new Automerge actor.
//!
//! Both move on with every opening, and before anything that was written since leaves the phone: in a sync,
//! at a meeting, in a bundle. A backup that fits therefore holds everything that ever left, and writing on
//! from it forks nothing; one that lacks some of it does not fit. What never left cannot be forked, so
//! recording and saving pay nothing for this.

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
pub trait InstallMarker: std::fmt::Debug + Send {
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

/// What ties a store to its installation.
#[derive(Debug)]
pub(crate) struct Installation {
    marker: Box<dyn InstallMarker>,
    /// The mark that the store has now.
    opening: [u8; 16],
    /// What marks to come are made of.
    seed: [u8; 16],
    /// Every own envelope up to this order of arrival was in the store when the mark last moved.
    covered: u64,
}

/// What stands in the marker: the opening that the store had, the one it is to have, and the epoch.
struct Mark {
    before: [u8; 16],
    after: [u8; 16],
    epoch: u32,
}

impl Installation {
    /// Compares store and marker, moves both on, and says whether the store was restored.
    pub(crate) fn open(
        store: &mut impl Store,
        mut marker: Box<dyn InstallMarker>,
        me: &mut Identity,
        entropy: &mut impl Entropy,
    ) -> Result<(Self, bool), EngineError> {
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
        let (opening, seed) = (entropy.bytes16(), entropy.bytes16());
        if restored {
            begin_epoch(store, marker.as_mut(), mark.as_ref(), me, opening, entropy)?;
        } else {
            let before = held.unwrap_or([0; 16]);
            move_on(store, marker.as_mut(), before, opening, me.epoch)?;
        }
        let installation = Self {
            marker,
            opening,
            seed,
            covered: 0,
        };
        Ok((installation, restored))
    }

    /// Before own envelopes leave the phone, of which the newest arrived as `newest`: makes every copy of
    /// the store that lacks one of them one that does not fit. On `Err` nothing may leave.
    pub(crate) fn before_leaving(
        &mut self,
        store: &mut impl Store,
        newest: u64,
        epoch: u32,
    ) -> Result<(), EngineError> {
        if newest <= self.covered {
            return Ok(());
        }
        let next = Digest::sha256(&[self.opening, self.seed].concat()).prefix16();
        move_on(store, self.marker.as_mut(), self.opening, next, epoch)?;
        self.opening = next;
        self.covered = newest;
        Ok(())
    }

    /// The marker.
    pub(crate) fn marker(&self) -> &dyn InstallMarker {
        self.marker.as_ref()
    }

    /// Gives the marker back.
    pub(crate) fn into_marker(self) -> Box<dyn InstallMarker> {
        self.marker
    }
}

/// Marker, store, marker: wherever the power goes between them, the two still fit, and once all three are
/// written only the present store does. Until then nothing has left since the mark before.
fn move_on(
    store: &mut impl Store,
    marker: &mut dyn InstallMarker,
    before: [u8; 16],
    after: [u8; 16],
    epoch: u32,
) -> Result<(), EngineError> {
    let mark = |before| Mark {
        before,
        after,
        epoch,
    };
    marker.write(&mark(before).to_bytes())?;
    store.commit(&[Write::Set(OPENING, after.to_vec())])?;
    marker.write(&mark(after).to_bytes())?;
    Ok(())
}

/// Of a restored store the marker must go on telling until the new epoch is durable.
fn begin_epoch(
    store: &mut impl Store,
    marker: &mut dyn InstallMarker,
    mark: Option<&Mark>,
    me: &mut Identity,
    opening: [u8; 16],
    entropy: &mut impl Entropy,
) -> Result<(), EngineError> {
    // Restored twice from one backup must not meet the same epoch again: random steps.
    let [a, b, ..] = entropy.bytes16();
    let step = u32::from(u16::from_be_bytes([a, b])) + 1;
    let highest = mark.map_or(me.epoch, |mark| mark.epoch.max(me.epoch));
    me.epoch = highest.saturating_add(step);
    tracing::warn!(
        epoch = me.epoch,
        "the store came from a backup: a new epoch begins"
    );
    store.commit(&[
        Write::Set(OPENING, opening.to_vec()),
        Write::Set(IDENTITY, me.to_bytes()),
        Write::Set(LACKS_OWN, vec![1]),
    ])?;
    let mark = Mark {
        before: opening,
        after: opening,
        epoch: me.epoch,
    };
    Ok(marker.write(&mark.to_bytes())?)
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

        /// Opens; whether the store was found to be restored.
        fn opens(&mut self) -> bool {
            self.installed().1
        }

        fn installed(&mut self) -> (Installation, bool) {
            let random = &mut self.random;
            let mut entropy = || {
                *random = random.wrapping_add(1);
                [*random; 16]
            };
            let marker = Box::new(self.marker.clone());
            let opened = Installation::open(&mut self.store, marker, &mut self.me, &mut entropy);
            let (installation, restored) = opened.expect("opens");
            self.marker = installation.marker().read().expect("reads");
            (installation, restored)
        }

        /// Lets something leave that arrived as `newest`.
        fn lets_go(&mut self, installation: &mut Installation, newest: u64) {
            let left = installation.before_leaving(&mut self.store, newest, self.me.epoch);
            left.expect("leaves");
            self.marker = installation.marker().read().expect("reads");
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
    fn a_backup_of_this_very_run_fits_only_while_it_holds_all_that_left() {
        let mut phone = Phone::new();
        let (mut running, _) = phone.installed();
        phone.lets_go(&mut running, 3);
        let backup = phone.store.clone();
        // Left before the backup, and again: nothing that it lacks.
        phone.lets_go(&mut running, 3);
        let (now, marker) = (phone.store.clone(), phone.marker.clone());
        phone.store = backup.clone();
        assert!(!phone.opens(), "nothing that this backup lacks has left");
        (phone.store, phone.marker) = (now, marker);
        phone.lets_go(&mut running, 4);
        phone.store = backup;
        assert!(phone.opens(), "the fourth left after the backup");
    }

    #[test]
    fn a_kill_at_any_point_of_moving_on_is_no_restore_and_hides_none() {
        // A marker or a store that fails at the n-th write, and the kill that follows.
        for dies_at in 0..3 {
            let mut phone = Phone::new();
            let (mut running, _) = phone.installed();
            phone.lets_go(&mut running, 1);
            let backup = phone.store.clone();
            let (before, next) = (running.opening, [0xee; 16]);
            let mark = |before| Mark {
                before,
                after: next,
                epoch: 0,
            };
            if dies_at >= 1 {
                phone.marker = Some(mark(before).to_bytes());
            }
            if dies_at >= 2 {
                let moved = [Write::Set(OPENING, next.to_vec())];
                phone.store.commit(&moved).expect("commits");
            }
            assert!(!phone.opens(), "killed after {dies_at} writes");
            let (mut running, _) = phone.installed();
            phone.lets_go(&mut running, 2);
            phone.store = backup;
            assert!(
                phone.opens(),
                "killed after {dies_at} writes, then restored"
            );
        }
    }

    #[derive(Debug)]
    struct BrokenMarker;

    impl InstallMarker for BrokenMarker {
        fn read(&self) -> Result<Option<Vec<u8>>, MarkerError> {
            Ok(None)
        }

        fn write(&mut self, _: &[u8]) -> Result<(), MarkerError> {
            let source = "no such folder".into();
            let doing = "write";
            Err(MarkerError { doing, source })
        }
    }

    #[test]
    fn where_the_marker_cannot_be_written_nothing_leaves() {
        let mut phone = Phone::new();
        let (mut running, _) = phone.installed();
        running.marker = Box::new(BrokenMarker);
        for _ in 0..2 {
            let left = running.before_leaving(&mut phone.store, 1, 0);
            assert!(matches!(left, Err(EngineError::Marker(_))));
        }
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
