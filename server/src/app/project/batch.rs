//! Rows that are about to be kept.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tala_protocol::id::{DeviceId, ObjectId};

use crate::app::commit::Draft;
use crate::store::projections::{BoxE7, LiveRow, Owner, PositionRow, Row, RowKind};
use crate::store::{Lsn, QuarantineRow, Reads, StoreError, Tx};

/// One thing to keep.
#[derive(Debug, Clone)]
pub(in crate::app) enum Write {
    /// A row.
    Row(Row),
    /// No row any more.
    NoRow(RowKind, Vec<u8>),
    /// The box of a segment.
    Box(Lsn, BoxE7),
    /// No box any more.
    NoBox(Lsn),
    /// The tokens of an object.
    Tokens(ObjectId, Vec<String>),
    /// An envelope that the gate refused.
    Apart(QuarantineRow),
    /// An event for the live feed.
    Live(LiveRow),
    /// A position, if it is newer than the one kept.
    Position(PositionRow),
}

/// What one step of projecting leaves to be kept.
#[derive(Debug)]
pub(in crate::app) struct Batch {
    /// Verdicts to say first.
    pub(super) verdicts: Vec<Draft>,
    writes: Vec<Write>,
    /// Rows of this batch, which later envelopes of it read; `None` for one that is taken back.
    rows: HashMap<(RowKind, Vec<u8>), Option<Row>>,
    /// Objects of which more than changes is to be projected anew.
    pub(super) anew: BTreeSet<ObjectId>,
    /// The last envelope of the batch.
    pub(super) end: Lsn,
    /// Nothing is news: it was told before.
    pub(super) quiet: bool,
    /// The newest segment of each device.
    pub(super) newest: HashMap<DeviceId, (crate::store::projections::SegmentRow, Vec<u8>)>,
}

impl Batch {
    /// A batch that ends with this envelope.
    pub(super) fn until(end: Lsn) -> Self {
        Self {
            verdicts: Vec::new(),
            writes: Vec::new(),
            rows: HashMap::new(),
            anew: BTreeSet::new(),
            end,
            quiet: false,
            newest: HashMap::new(),
        }
    }

    pub(super) fn write(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// A row as it stands after this batch so far.
    pub(super) fn row<T: DeserializeOwned>(
        &self,
        reads: &dyn Reads,
        kind: RowKind,
        key: &[u8],
    ) -> Result<Option<T>, StoreError> {
        let row = match self.rows.get(&(kind, key.to_vec())) {
            Some(row) => row.clone(),
            None => reads.row(kind, key)?,
        };
        row.map(|row| parsed(&row)).transpose()
    }

    /// Keeps a row, in place of an earlier one of this batch.
    pub(super) fn put(&mut self, row: Row) {
        self.rows.insert((row.kind, row.key.clone()), Some(row));
    }

    /// Takes a row back, until one is put again.
    pub(super) fn take_back(&mut self, kind: RowKind, key: &[u8]) {
        self.rows.insert((kind, key.to_vec()), None);
    }

    /// Notes an event for the live feed.
    pub(super) fn tell(&mut self, event: &str, owner: Owner, said: &impl Serialize) {
        if self.quiet {
            return;
        }
        self.write(Write::Live(LiveRow {
            seq: 0,
            owner,
            event: event.to_owned(),
            text: text_of(said),
        }));
    }

    /// Everything to be kept, rows first in order of kind and key.
    pub(super) fn into_writes(self) -> Vec<Write> {
        let mut rows: Vec<_> = self.rows.into_iter().collect();
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        let rows = rows.into_iter().map(|((kind, key), row)| match row {
            Some(row) => Write::Row(row),
            None => Write::NoRow(kind, key),
        });
        rows.chain(self.writes).collect()
    }
}

impl Write {
    /// Keeps it; an event of the live feed comes back with its place.
    pub(in crate::app) fn apply(
        &self,
        tx: &mut dyn Tx,
        live_kept: u64,
    ) -> Result<Option<LiveRow>, StoreError> {
        match self {
            Write::Row(row) => tx.put_row(row)?,
            Write::NoRow(kind, key) => tx.forget_row(*kind, key)?,
            Write::Box(lsn, of) => tx.put_box(*lsn, of)?,
            Write::NoBox(lsn) => tx.forget_box(*lsn)?,
            Write::Tokens(object, tokens) => tx.put_tokens(*object, tokens)?,
            Write::Apart(row) => tx.put_quarantine(row)?,
            Write::Live(row) => {
                let seq = tx.add_live(row, live_kept)?;
                return Ok(Some(LiveRow { seq, ..row.clone() }));
            }
            Write::Position(position) => {
                if keep_position(tx, position)? {
                    let live = LiveRow {
                        seq: 0,
                        owner: position.owner,
                        event: "position".into(),
                        text: text_of(position),
                    };
                    let seq = tx.add_live(&live, live_kept)?;
                    return Ok(Some(LiveRow { seq, ..live }));
                }
            }
        }
        Ok(None)
    }
}

/// Keeps a position unless a newer one of the device is known. A beacon stands before a segment of the
/// same moment.
fn keep_position(tx: &mut dyn Tx, position: &PositionRow) -> Result<bool, StoreError> {
    let key = position.device.as_bytes();
    if let Some(row) = tx.row(RowKind::Position, key)? {
        let known: PositionRow = parsed(&row)?;
        if (known.at, known.beacon) >= (position.at, position.beacon) {
            return Ok(false);
        }
    }
    tx.put_row(&Row {
        kind: RowKind::Position,
        key: key.to_vec(),
        owner: position.owner,
        at: position.at,
        tags: [None, None],
        parent: position.patrol,
        text: text_of(position),
    })?;
    Ok(true)
}

/// The JSON of a row.
pub(in crate::app) fn text_of(row: &impl Serialize) -> String {
    // Our rows have text keys only, so writing them cannot fail.
    serde_json::to_string(row).unwrap_or_default()
}

/// Reads the JSON of a row.
pub(in crate::app) fn parsed<T: DeserializeOwned>(row: &Row) -> Result<T, StoreError> {
    serde_json::from_str(&row.text).map_err(StoreError::row("projected row"))
}
