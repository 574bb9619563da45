//! Judging incidents again when other versions of the registries are in force than they were judged by.
//!
//! Rows say by which versions they were made. The thread looks for those that differ once at its start, which
//! covers a crash behind a publication and another `tala.toml`, and after every publication.

use std::sync::Arc;

use serde::Deserialize;
use tala_protocol::id::ObjectId;
use tala_protocol::time::UnixMs;

use super::batch::{Batch, parsed};
use super::in_force::InForce;
use super::thread::Projector;
use crate::app::error::AppError;
use crate::store::projections::{Row, RowKind};
use crate::store::{Lsn, read};

/// Incidents that are judged in one batch.
const JUDGED_LEN: usize = 512;

/// What a row of an incident was judged by.
#[derive(Debug, Deserialize)]
struct JudgedBy {
    occurred_at: i64,
    #[serde(default)]
    types_version: Option<u64>,
    #[serde(default)]
    rules_version: Option<u64>,
}

impl Projector {
    /// Projects every incident anew that other versions were in force for. How far the log was projected
    /// stays as it is.
    pub(super) fn judge_anew(&mut self) -> Result<(), AppError> {
        let in_force = self.in_force.get();
        let rows = read(self.store.as_ref(), |reads| {
            reads.all_rows(RowKind::Incident)
        })?;
        let differ = rows.iter().filter(|row| !is_judged_by(row, &in_force));
        let differ = differ.filter_map(|row| ObjectId::from_slice(&row.key).ok());
        let differ: Vec<ObjectId> = differ.collect();
        for some in differ.chunks(JUDGED_LEN) {
            self.judge_some(some)?;
        }
        Ok(())
    }

    fn judge_some(&mut self, incidents: &[ObjectId]) -> Result<(), AppError> {
        let store = Arc::clone(&self.store);
        let (mut done, mut batch) = (Lsn(0), Batch::until(Lsn(0)));
        store.reading(&mut |reads| {
            done = reads.projected_to()?;
            batch = Batch::until(done);
            self.documents.touched.extend(incidents);
            self.project_documents(reads, &mut batch)
        })?;
        self.keep(batch, done)
    }
}

/// A row that cannot be read is made again too.
fn is_judged_by(row: &Row, in_force: &InForce) -> bool {
    parsed::<JudgedBy>(row).is_ok_and(|by| {
        let versions = in_force.at(UnixMs(by.occurred_at)).versions();
        versions == (by.types_version, by.rules_version)
    })
}
