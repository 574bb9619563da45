//! Verifying a store as an outsider would: every leaf, every root, every signature, from the bytes.

use tala_protocol::cert::Directory;
use tala_protocol::envelope::signed;
use tala_protocol::key::PublicKey;
use tala_protocol::log::{Checkpoint, Frontier, LogKey, NodeHash, leaf_hash};

use crate::app::centre::rebuild_directory;
use crate::app::error::AppError;
use crate::store::{LogRow, Lsn, Reads, Store, StoreError, read};

/// Envelopes read in one step.
const STEP: usize = 1_024;
/// Faults that are told one by one.
const FAULTS_MAX: usize = 100;

/// What was verified and what was found wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Envelopes whose form, hash, body and signature were checked.
    pub envelopes: u64,
    /// Leaves that were recomputed.
    pub leaves: u64,
    /// Kept checkpoints whose root and signature were checked.
    pub checkpoints: u64,
    /// What does not hold; empty when all is well.
    pub faults: Vec<String>,
}

impl std::fmt::Display for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (envelopes, leaves) = (self.envelopes, self.leaves);
        let (checkpoints, faults) = (self.checkpoints, self.faults.len());
        write!(
            f,
            "envelopes verified: {envelopes}, leaves: {leaves}, checkpoints: {checkpoints}, \
             faults: {faults}"
        )?;
        let mut told = self.faults.iter();
        told.try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

/// Recomputes the whole log of a store and compares it with what is kept and with every kept checkpoint.
pub fn verify_log(store: &dyn Store, root: &PublicKey, key: &LogKey) -> Result<Verified, AppError> {
    let directory = rebuild_directory(store, root)?;
    let verified = read(store, |reads| {
        let log = reads.log()?.ok_or(StoreError::Damaged("log"))?;
        let mut check = Check {
            reads,
            directory: &directory,
            frontier: Frontier::new(),
            checkpoints: signed_roots(reads, key)?,
            out: Verified::default(),
        };
        check.run(&log)?;
        Ok(check.out)
    })?;
    Ok(verified)
}

/// Size of a kept checkpoint, and its root if its signature holds.
type SignedRoot = (u64, Option<NodeHash>);

struct Check<'a> {
    reads: &'a dyn Reads,
    directory: &'a Directory,
    frontier: Frontier,
    /// Checkpoints that the log has not grown to yet, the smallest last.
    checkpoints: Vec<SignedRoot>,
    out: Verified,
}

impl Check<'_> {
    fn run(&mut self, log: &LogRow) -> Result<(), StoreError> {
        let statements = self.reads.restore_statements()?;
        if u64::try_from(statements.len()) != Ok(log.base) {
            self.fault("the statements at the head of the log are not as many as its base".into());
        }
        for statement in &statements {
            self.leaf(leaf_hash(statement))?;
        }
        let mut from = Lsn(0);
        loop {
            let page = self.reads.envelopes_from(from, STEP)?;
            let Some(last) = page.last() else {
                break;
            };
            let next = Lsn(last.lsn.0.saturating_add(1));
            for (lsn, stored) in (from.0..).zip(&page) {
                if stored.lsn.0 != lsn {
                    self.fault(format!("envelope {lsn} is missing"));
                }
                self.out.envelopes = self.out.envelopes.saturating_add(1);
                if let Err(error) = self.directory.verify(&stored.envelope) {
                    self.fault(format!("envelope {}: {error}", stored.lsn.0));
                }
                self.leaf(leaf_hash(&signed::encode(&stored.envelope)))?;
            }
            from = next;
        }
        if self.frontier.to_bytes() != log.frontier || self.frontier.size() != log.size {
            self.fault("the kept right edge of the log is not that of its leaves".into());
        }
        for (size, _) in std::mem::take(&mut self.checkpoints) {
            self.fault(format!("a checkpoint of size {size} is beyond the log"));
        }
        Ok(())
    }

    fn leaf(&mut self, hash: NodeHash) -> Result<(), StoreError> {
        let mut nodes = Vec::new();
        self.frontier
            .push_storing(hash, |node, hash| nodes.push((node, hash)));
        for (node, hash) in nodes {
            if self.reads.node(node.level, node.index)? != Some(hash) {
                let (level, index) = (node.level, node.index);
                self.fault(format!("node {index} of level {level} is another one"));
            }
        }
        self.out.leaves = self.frontier.size();
        while let Some((size, root)) = self.checkpoints.last().copied() {
            if size > self.frontier.size() {
                break;
            }
            self.checkpoints.pop();
            self.out.checkpoints = self.out.checkpoints.saturating_add(1);
            if root != Some(self.frontier.root()) {
                self.fault(format!("the checkpoint of size {size} does not hold"));
            }
        }
        Ok(())
    }

    fn fault(&mut self, fault: String) {
        if self.out.faults.len() < FAULTS_MAX {
            self.out.faults.push(fault);
        }
    }
}

/// Checkpoints with their roots, largest first. One whose signature does not hold has no root.
fn signed_roots(reads: &dyn Reads, key: &LogKey) -> Result<Vec<SignedRoot>, StoreError> {
    let kept = reads.checkpoints()?.into_iter().rev();
    let roots = kept.map(|(size, note)| {
        let checkpoint = Checkpoint::verify(&note, key).ok();
        let fitting = checkpoint.filter(|checkpoint| checkpoint.size == size);
        (size, fitting.map(|checkpoint| checkpoint.root))
    });
    Ok(roots.collect())
}
