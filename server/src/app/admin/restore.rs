//! Going on from a backup: a new log, and a signed word about where it starts.

use tala_protocol::envelope::signed;
use tala_protocol::id::LogId;
use tala_protocol::log::{Frontier, RestoreStatement, SignedRestore, leaf_hash};

use crate::app::centre::CentreParts;
use crate::app::commit::push_leaf;
use crate::app::error::AppError;
use crate::store::{LogRow, Lsn, StoreError, Tx, read};

/// Envelopes taken over in one step.
const STEP: usize = 1_024;

/// Begins a new log on a store that was restored from a backup; the centre must not run. Every envelope
/// keeps its number; its leaf moves by one, behind the statement of the last state restored. Office feeds
/// begin new epochs with it.
pub fn restore(parts: &CentreParts, reason: &str) -> Result<LogId, AppError> {
    let old = read(parts.store.as_ref(), |reads| reads.log())?;
    let old = old.ok_or(AppError::NotInitialised)?;
    let frontier = Frontier::from_bytes(&old.frontier)
        .map_err(|error| AppError::Unsound(error.to_string()))?;
    let mut id = [0; 16];
    let drawn = parts.effects.random(&mut id);
    drawn.map_err(AppError::Randomness)?;
    let statement = RestoreStatement {
        new_log: LogId::from_bytes(id),
        old_log: old.id,
        old_size: old.size,
        old_root: frontier.root(),
        reason: reason.chars().take(500).collect(),
        at: parts.effects.now(),
        newer: Default::default(),
    };
    let signature = parts.keys.log.sign(&statement.to_sign())?;
    let new_log = statement.new_log;
    let signed = SignedRestore {
        statement,
        signature: *signature.as_bytes(),
    };
    let mut writer = parts.store.take_writer()?;
    let begun = writer.transact(&mut |tx| begin_again(tx, &old, new_log, signed.to_bytes()));
    parts.store.return_writer(writer);
    begun?;
    Ok(new_log)
}

fn begin_again(
    tx: &mut dyn Tx,
    old: &LogRow,
    id: LogId,
    statement: Vec<u8>,
) -> Result<(), StoreError> {
    let mut statements = vec![statement.clone()];
    statements.extend(tx.restore_statements()?);
    tx.reset_log(&statements)?;
    let mut frontier = Frontier::new();
    for statement in &statements {
        push_leaf(tx, &mut frontier, leaf_hash(statement))?;
    }
    let mut from = Lsn(0);
    loop {
        let page = tx.envelopes_from(from, STEP)?;
        let Some(last) = page.last() else {
            break;
        };
        from = Lsn(last.lsn.0.saturating_add(1));
        for stored in &page {
            push_leaf(
                tx,
                &mut frontier,
                leaf_hash(&signed::encode(&stored.envelope)),
            )?;
        }
    }
    tx.set_log(&LogRow {
        id,
        base: old.base.saturating_add(1),
        size: frontier.size(),
        frontier: frontier.to_bytes(),
        restored: Some(statement),
        backed_up_to: 0,
    })
}
