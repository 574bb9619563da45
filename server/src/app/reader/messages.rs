//! Messages, with who has heard them.

use tala_protocol::id::{ObjectId, UnitId};

use super::{Behind, PAGE_MAX};
use crate::app::access::Grant;
use crate::app::centre::Centre;
use crate::app::error::AppError;
use crate::app::project::parsed;
use crate::store::projections::{AckRow, MessageRow, Page, RowKind};
use crate::store::read;

/// Which messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageQuery {
    /// In the lists of this unit and those below.
    pub unit: Option<UnitId>,
    /// Behind this row.
    pub behind: Option<Behind>,
    /// At most so many.
    pub limit: usize,
}

impl Centre {
    /// Messages, the newest first, each with its place in the list.
    pub fn messages(
        &self,
        grant: &Grant,
        query: &MessageQuery,
    ) -> Result<Vec<(MessageRow, Behind)>, AppError> {
        let mut page = Page::of(RowKind::Message, query.limit.min(PAGE_MAX));
        page.behind = query.behind.clone();
        self.list(&self.part(grant, query.unit), &page)
    }

    /// One message.
    pub fn message(&self, grant: &Grant, id: ObjectId) -> Result<MessageRow, AppError> {
        self.one(grant, RowKind::Message, id.as_bytes())
    }

    /// What others said of a message, as far as the grant reaches; in order of their numbers.
    pub fn words_about(
        &self,
        grant: &Grant,
        message: &MessageRow,
    ) -> Result<Vec<AckRow>, AppError> {
        let key = message.id.as_bytes();
        let row = read(self.store.as_ref(), |reads| reads.row(RowKind::Ack, key))?;
        let words: Option<Vec<AckRow>> = row.map(|row| parsed(&row)).transpose()?;
        let mut words = words.unwrap_or_default();
        words.retain(|word| word.device != message.device && grant.sees(&word.owner));
        Ok(words)
    }
}
