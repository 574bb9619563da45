//! What the centre's signatures and proofs are worth.
//!
//! An acknowledgement is a promise; a receipt is a proof, if its checkpoint is signed by the log's key
//! and goes on from the last checkpoint that this phone has verified. Anything that does not hold is left
//! as it was and asked for again; a log that shows two histories raises an alarm.

use tala_protocol::cert::Directory;
use tala_protocol::hash::Digest;
use tala_protocol::id::LogId;
use tala_protocol::log::{
    Checkpoint, LogKey, NodeHash, Receipt, SignedAck, proof::verify_consistency,
};

use super::reply::{Landed, leaf_of};
use crate::engine::{Engine, EngineError};
use crate::identity::{Alarm, Centre};
use crate::store::{Delivery, LeafAt, Pick, ReceiptRow, Store, Write};

/// What a reply offers as proof.
pub(super) struct Proofs<'a> {
    pub(super) keys: Vec<LogKey>,
    pub(super) ack: Option<&'a [u8]>,
    pub(super) receipts: &'a [Vec<u8>],
    pub(super) consistency: Option<&'a (String, Vec<Digest>)>,
}

/// What held.
#[derive(Default)]
pub(super) struct Proved {
    pub(super) acknowledged: Vec<u64>,
    pub(super) writes: Vec<Write>,
    pub(super) count: usize,
}

/// The keys that may speak for a log.
pub(super) fn log_keys(directory: &Directory, log: LogId) -> Vec<LogKey> {
    let raw = directory.log_keys().filter_map(|key| key.as_ed25519());
    let keys = raw.filter_map(|raw| ed25519_dalek::VerifyingKey::from_bytes(raw).ok());
    keys.map(|key| LogKey::new(log, key)).collect()
}

impl<S: Store> Engine<S> {
    /// Checks everything that a reply offers, and moves the checkpoint on.
    pub(super) fn prove(
        &self,
        proofs: &Proofs<'_>,
        landed: &Landed,
        centre: &mut Centre,
        log: LogId,
    ) -> Result<Proved, EngineError> {
        let mut proved = Proved {
            acknowledged: proofs.acknowledged(landed),
            ..Proved::default()
        };
        let newer = proofs.consistent(centre);
        for bytes in proofs.receipts {
            let Ok(receipt) = Receipt::from_bytes(bytes) else {
                continue;
            };
            if receipt.log_id != log {
                continue;
            }
            let rows = self.leaves(&receipt, landed, log)?;
            let hashes: Vec<NodeHash> = rows.iter().map(|(_, hash)| *hash).collect();
            let held = proofs
                .keys
                .iter()
                .find_map(|key| receipt.verify(&hashes, key).ok());
            let Some(checkpoint) = held else { continue };
            if !may_stand(&checkpoint, centre, newer) {
                continue;
            }
            centre.checkpoint = later(centre.checkpoint, (checkpoint.size, checkpoint.root));
            proved.count += rows.len();
            proved.take(&receipt, rows, bytes);
        }
        if let Some(newer) = newer {
            centre.checkpoint = later(centre.checkpoint, newer);
        }
        Ok(proved)
    }

    /// The envelopes on a receipt's leaves, with their hashes.
    fn leaves(
        &self,
        receipt: &Receipt,
        landed: &Landed,
        log: LogId,
    ) -> Result<Vec<(Digest, NodeHash)>, EngineError> {
        let mut out = Vec::new();
        if let Some(ids) = landed.on(receipt.first_leaf, receipt.count) {
            for id in ids {
                let row = self.store.envelope(&id)?;
                if let Some(envelope) =
                    row.and_then(|row| row.envelope().transpose()).transpose()?
                {
                    out.push((id, leaf_of(&envelope)));
                }
            }
            return Ok(out);
        }
        let pick = Pick::Leaves {
            log,
            first: receipt.first_leaf,
            count: receipt.count,
        };
        let limit = usize::try_from(receipt.count)
            .unwrap_or(usize::MAX)
            .min(65_536);
        for row in self.store.envelopes(&pick, limit)? {
            if let Some(envelope) = row.envelope()? {
                out.push((row.id, leaf_of(&envelope)));
            }
        }
        Ok(out)
    }
}

impl Proofs<'_> {
    /// Leaves that the log's signature acknowledges.
    fn acknowledged(&self, landed: &Landed) -> Vec<u64> {
        let Some(ack) = self.ack.and_then(|bytes| SignedAck::from_bytes(bytes).ok()) else {
            return Vec::new();
        };
        let (first, count) = (ack.ack.first_lsn, u64::from(ack.ack.count));
        let Some(ids) = landed.on(first, count) else {
            return Vec::new();
        };
        if self
            .keys
            .iter()
            .any(|key| ack.verify(ids.iter(), key).is_ok())
        {
            (first..first.saturating_add(count)).collect()
        } else {
            Vec::new()
        }
    }

    /// The newer checkpoint that provably goes on from the last one; sets the alarm where one provably
    /// signed does not.
    fn consistent(&self, centre: &mut Centre) -> Option<(u64, NodeHash)> {
        let (note, proof) = self.consistency?;
        let (size, root) = centre.checkpoint?;
        let signed = |key| Checkpoint::verify(note.as_bytes(), key).ok();
        let newer = self.keys.iter().find_map(signed)?;
        let proof: Vec<NodeHash> = proof.iter().map(|digest| *digest.bytes()).collect();
        match verify_consistency(size, &root, newer.size, &newer.root, &proof) {
            Ok(()) => Some((newer.size, newer.root)),
            Err(error) => {
                tracing::error!(%error, size, newer = newer.size, "the log's checkpoints do not agree");
                centre.alarm = Some(Alarm::LogForked);
                None
            }
        }
    }
}

impl Proved {
    fn take(&mut self, receipt: &Receipt, rows: Vec<(Digest, NodeHash)>, bytes: &[u8]) {
        for (leaf, (id, _)) in (receipt.first_leaf..).zip(rows) {
            let at = LeafAt {
                log: receipt.log_id,
                leaf,
            };
            self.writes.push(Write::Deliver {
                id,
                delivery: Delivery::Proved(at),
            });
        }
        self.writes.push(Write::Receipt(ReceiptRow {
            log: receipt.log_id,
            first: receipt.first_leaf,
            count: receipt.count,
            bytes: bytes.to_vec(),
        }));
    }
}

/// Whether a receipt's checkpoint may be believed beside the last one.
fn may_stand(checkpoint: &Checkpoint, centre: &Centre, newer: Option<(u64, NodeHash)>) -> bool {
    let own = (checkpoint.size, checkpoint.root);
    match centre.checkpoint {
        None => true,
        Some(last) => own == last || Some(own) == newer,
    }
}

fn later(held: Option<(u64, NodeHash)>, new: (u64, NodeHash)) -> Option<(u64, NodeHash)> {
    match held {
        Some(held) if held.0 >= new.0 => Some(held),
        _ => Some(new),
    }
}
