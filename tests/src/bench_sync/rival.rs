//! Automerge's own sync of the same documents: one conversation per document, between two honest sides
//! that hold the same and know nothing of each other's state.

use automerge::sync::{State, SyncDoc as _};
use automerge::{Automerge, AutomergeError, Change};

use crate::rig::RigError;
use crate::rig::phone::fault;

/// What such conversations came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Talk {
    /// Messages both ways, bytes.
    pub bytes: u64,
    /// Messages there and back, over all documents.
    pub round_trips: u64,
}

/// Most exchanges about one document; it takes three at most.
const EXCHANGES_MAX: usize = 16;

/// A document from its raw changes.
pub fn document(changes: &[Vec<u8>]) -> Result<Automerge, RigError> {
    let mut document = Automerge::new();
    let read = changes.iter().map(|raw| Change::from_bytes(raw.clone()));
    let changes: Vec<Change> = read
        .collect::<Result<_, _>>()
        .map_err(fault("the rival", "reading a change"))?;
    let applied = document.apply_changes(changes);
    applied.map_err(fault("the rival", "applying changes"))?;
    Ok(document)
}

/// Lets two sides talk about one document until both have nothing to say.
pub fn talk(
    phone: &mut Automerge,
    centre: &mut Automerge,
    sum: &mut Talk,
) -> Result<(), AutomergeError> {
    let (mut at_phone, mut at_centre) = (State::new(), State::new());
    for _ in 0..EXCHANGES_MAX {
        let up = phone.generate_sync_message(&mut at_phone);
        if let Some(message) = &up {
            sum.bytes += message.clone().encode().len() as u64;
            centre.receive_sync_message(&mut at_centre, message.clone())?;
        }
        let down = centre.generate_sync_message(&mut at_centre);
        if let Some(message) = &down {
            sum.bytes += message.clone().encode().len() as u64;
            phone.receive_sync_message(&mut at_phone, message.clone())?;
        }
        if up.is_none() && down.is_none() {
            break;
        }
        sum.round_trips += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use automerge::ROOT;
    use automerge::transaction::Transactable as _;

    use super::*;

    #[test]
    fn two_sides_that_hold_the_same_still_talk() {
        let mut one = Automerge::new();
        let put = one.transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "t", "x"));
        put.expect("writes");
        let raw: Vec<Vec<u8>> = one
            .get_changes(&[])
            .iter()
            .map(|c| c.raw_bytes().to_vec())
            .collect();
        let mut other = document(&raw).expect("reads");
        assert_eq!(other.get_heads(), one.get_heads());
        let mut sum = Talk::default();
        talk(&mut one, &mut other, &mut sum).expect("talks");
        assert!(sum.bytes > 64 && sum.round_trips >= 1, "{sum:?}");
    }
}
