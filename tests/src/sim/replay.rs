//! A centre's store made again from its envelopes alone.
//!
//! The same as a restored backup, and the same as a rebuild: what a centre shows is a function of what was
//! committed, in its order. The copy goes through the product's own committing, envelope by envelope, with
//! the clock of then.

use std::sync::Arc;

use tala_protocol::cert::Directory;
use tala_protocol::id::LogId;
use tala_protocol::key::PublicKey;
use tala_protocol::log::{Frontier, NodeHash, leaf_hash};
use tala_server::app::commit::Commit;
use tala_server::app::ingest::{Arrived, Policy, examine};
use tala_server::store::memory::MemoryStore;
use tala_server::store::{LogRow, QuarantineReason, Store, StoreError, StoredEnvelope, Tx, read};

use super::SimError;

/// The head of a log that is to be made.
#[derive(Debug, Clone)]
pub struct LogHead {
    /// Its id.
    pub id: LogId,
    /// The restore statements before its envelopes, newest first.
    pub statements: Vec<Vec<u8>>,
}

/// Makes a store that holds these envelopes of `from`, committed one by one.
pub fn replay(
    head: &LogHead,
    root: &PublicKey,
    envelopes: &[StoredEnvelope],
    from: &dyn Store,
) -> Result<MemoryStore, SimError> {
    let store = MemoryStore::new();
    let mut writer = store.take_writer()?;
    let mut directory = Arc::new(Directory::new(root.clone()));
    writer.transact(&mut |tx| {
        begin(tx, head)?;
        // One transaction, many groups: the model store copies itself per transaction.
        for stored in envelopes {
            let arrived = again(&directory, stored, from)?;
            let mut commit = Commit::begin(tx, Arc::clone(&directory), stored.known_at)?;
            commit.push(&[arrived])?;
            if let Some(changed) = commit.finish()?.directory {
                directory = changed;
            }
        }
        Ok(())
    })?;
    store.return_writer(writer);
    Ok(store)
}

/// What the door made of an envelope when it came. What the office said itself came through no door. Whether
/// a device knew that it had moved is no part of the log: that stands beside it, in every backup too.
fn again(
    directory: &Directory,
    stored: &StoredEnvelope,
    from: &dyn Store,
) -> Result<Arrived, StoreError> {
    let envelope = stored.envelope.clone();
    let mut arrived = match examine(directory, envelope.clone(), stored.known_at) {
        Ok(arrived) => arrived,
        Err(_) => Arrived {
            envelope,
            policy: Policy::Stands,
        },
    };
    if arrived.policy == Policy::Left {
        let row = read(from, |reads| reads.quarantined(stored.lsn))?;
        let foreign = row.filter(|row| row.reason == QuarantineReason::ForeignUnit);
        arrived.policy = foreign.map_or(Policy::Stands, |row| Policy::Apart(row.reason));
    }
    Ok(arrived)
}

fn begin(tx: &mut dyn Tx, head: &LogHead) -> Result<(), StoreError> {
    tx.reset_log(&head.statements)?;
    let mut frontier = Frontier::new();
    for statement in &head.statements {
        let mut kept = Ok(());
        frontier.push_storing(leaf_hash(statement), |node, hash: NodeHash| {
            if kept.is_ok() {
                kept = tx.put_node(node.level, node.index, &hash);
            }
        });
        kept?;
    }
    tx.set_log(&LogRow {
        id: head.id,
        base: u64::try_from(head.statements.len()).unwrap_or(u64::MAX),
        size: frontier.size(),
        frontier: frontier.to_bytes(),
        restored: head.statements.first().cloned(),
        backed_up_to: 0,
    })
}
