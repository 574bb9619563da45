//! The bounded walk over the bytes of a change, before anything else looks at them.
//!
//! It allocates nothing: what it returns are slices of the input. After it, every count is within
//! [`limits`], every actor number has an actor, every counter fits and every length lies inside the
//! buffer, so that neither our own decoder nor Automerge's can be made to allocate, loop or panic.

use sha2::{Digest as _, Sha256};

use super::limits;
use super::reader::{Reader, Rle, Signed, Text, Unsigned, wide};
use super::refusal::{GateRefusal, malformed, within};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHUNK_CHANGE: u8 = 1;
const CHUNK_DEFLATED: u8 = 2;
const FOOTER_AUTHOR: u8 = 1;
const DEFLATE_BIT: u64 = 0b1000;

/// A change that was walked over: its header, and its columns as slices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan<'a> {
    pub(super) hash: [u8; 32],
    deps: &'a [u8],
    pub(super) actor: [u8; 16],
    pub(super) seq: u64,
    pub(super) start_op: u64,
    others: &'a [u8],
    pub(super) columns: Columns<'a>,
    pub(super) op_count: u64,
}

/// The columns of a change; absent ones are empty.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Columns<'a> {
    pub(super) object_actor: &'a [u8],
    pub(super) object_counter: &'a [u8],
    pub(super) key_actor: &'a [u8],
    pub(super) key_counter: &'a [u8],
    pub(super) key_text: &'a [u8],
    pub(super) insert: &'a [u8],
    pub(super) action: &'a [u8],
    pub(super) value_meta: &'a [u8],
    pub(super) value: &'a [u8],
    pub(super) pred_count: &'a [u8],
    pub(super) pred_actor: &'a [u8],
    pub(super) pred_counter: &'a [u8],
}

impl<'a> Scan<'a> {
    /// Walks over `bytes`.
    pub(super) fn of(bytes: &'a [u8]) -> Result<Self, GateRefusal> {
        within("change bytes", wide(bytes.len()), limits::CHANGE_BYTES)?;
        let (hash, mut body) = open_chunk(bytes)?;
        let dep_count = body.uleb()?;
        within("ancestors", dep_count, limits::DEPS)?;
        let deps = body.take(dep_count * 32)?;
        let actor = actor(&mut body)?;
        let seq = body.uleb()?;
        within("sequence number", seq, limits::SEQ)?;
        let start_op = body.uleb()?;
        within("operation counter", start_op, limits::OP_COUNTER)?;
        if seq == 0 || start_op == 0 {
            return Err(malformed("zero counter"));
        }
        within("time", body.sleb()?.unsigned_abs(), limits::TIME_MS)?;
        let message = body.uleb()?;
        within("message bytes", message, limits::MESSAGE_BYTES)?;
        std::str::from_utf8(body.take(message)?)
            .ok()
            .ok_or(malformed("message text"))?;
        let others = other_actors(&mut body)?;
        let columns = Columns::read(&mut body)?;
        refuse_footer(body)?;
        let mut scan = Self {
            hash,
            deps,
            actor,
            seq,
            start_op,
            others,
            columns,
            op_count: 0,
        };
        scan.check_columns()?;
        Ok(scan)
    }

    /// The direct ancestors.
    pub(super) fn deps(&self) -> impl Iterator<Item = [u8; 32]> + '_ {
        self.deps.as_chunks::<32>().0.iter().copied()
    }

    /// The actor table of the change: its own actor first.
    pub(super) fn actors(&self) -> impl Iterator<Item = [u8; 16]> + '_ {
        let others = self.others.as_chunks::<17>().0.iter();
        std::iter::once(self.actor).chain(others.map(|[_, actor @ ..]| *actor))
    }

    fn check_columns(&mut self) -> Result<(), GateRefusal> {
        let columns = self.columns;
        let actors = wide(self.others.len() / 17) + 1;
        check_actor_numbers(columns.object_actor, actors, limits::OPS)?;
        check_counters(columns.object_counter)?;
        check_actor_numbers(columns.key_actor, actors, limits::OPS)?;
        check_deltas(columns.key_counter, limits::OPS)?;
        check_keys(columns.key_text)?;
        check_booleans(columns.insert)?;
        check_values(columns.value_meta, wide(columns.value.len()))?;
        let preds = check_pred_counts(columns.pred_count)?;
        check_actor_numbers(columns.pred_actor, actors, preds)?;
        check_deltas(columns.pred_counter, preds)?;
        self.op_count = check_actions(columns.action)?;
        within(
            "last operation counter",
            self.start_op + self.op_count,
            limits::OP_COUNTER,
        )
    }
}

impl<'a> Columns<'a> {
    fn read(body: &mut Reader<'a>) -> Result<Self, GateRefusal> {
        let count = body.uleb()?;
        within("columns", count, limits::COLUMNS)?;
        let mut directory = *body;
        let mut last = None;
        for _ in 0..count {
            let spec = body.uleb()?;
            body.uleb()?;
            if spec & DEFLATE_BIT != 0 {
                return Err(GateRefusal::Compressed);
            }
            if last.is_some_and(|last| last >= spec) {
                return Err(GateRefusal::Column { spec });
            }
            last = Some(spec);
        }
        let mut columns = Self::default();
        for _ in 0..count {
            let spec = directory.uleb()?;
            *columns.slot(spec)? = body.take(directory.uleb()?)?;
        }
        Ok(columns)
    }

    fn slot(&mut self, spec: u64) -> Result<&mut &'a [u8], GateRefusal> {
        Ok(match spec {
            0x01 => &mut self.object_actor,
            0x02 => &mut self.object_counter,
            0x11 => &mut self.key_actor,
            0x13 => &mut self.key_counter,
            0x15 => &mut self.key_text,
            0x34 => &mut self.insert,
            0x42 => &mut self.action,
            0x56 => &mut self.value_meta,
            0x57 => &mut self.value,
            0x70 => &mut self.pred_count,
            0x71 => &mut self.pred_actor,
            0x73 => &mut self.pred_counter,
            0x94 | 0xa5 => return Err(GateRefusal::Mark),
            spec => return Err(GateRefusal::Column { spec }),
        })
    }
}

fn open_chunk(bytes: &[u8]) -> Result<([u8; 32], Reader<'_>), GateRefusal> {
    let mut reader = Reader::new(bytes);
    if reader.take(4)? != MAGIC {
        return Err(GateRefusal::NotAChange { chunk_type: 255 });
    }
    let checksum = reader.take(4)?;
    let hashed = reader.rest();
    match reader.take(1)? {
        [CHUNK_CHANGE] => {}
        [CHUNK_DEFLATED] => return Err(GateRefusal::Compressed),
        other => {
            let chunk_type = other.first().copied().unwrap_or(255);
            return Err(GateRefusal::NotAChange { chunk_type });
        }
    }
    if reader.uleb()? != reader.left() {
        return Err(malformed("chunk length"));
    }
    let hash: [u8; 32] = Sha256::digest(hashed).into();
    if hash[..4] != *checksum {
        return Err(GateRefusal::Checksum);
    }
    Ok((hash, reader))
}

fn actor(body: &mut Reader<'_>) -> Result<[u8; 16], GateRefusal> {
    let found = body.uleb()?;
    if found != limits::ACTOR_BYTES {
        return Err(GateRefusal::ActorLength { found });
    }
    body.take(found)?.try_into().ok().ok_or(malformed("actor"))
}

fn other_actors<'a>(body: &mut Reader<'a>) -> Result<&'a [u8], GateRefusal> {
    let count = body.uleb()?;
    within("other actors", count, limits::OTHER_ACTORS)?;
    let mut ahead = *body;
    for _ in 0..count {
        actor(&mut ahead)?;
    }
    body.take(body.left() - ahead.left())
}

fn refuse_footer(body: Reader<'_>) -> Result<(), GateRefusal> {
    match body.rest().first() {
        None => Ok(()),
        Some(&FOOTER_AUTHOR) => Err(GateRefusal::Author),
        Some(_) => Err(GateRefusal::Trailing { bytes: body.left() }),
    }
}

fn check_actor_numbers(column: &[u8], actors: u64, rows: u64) -> Result<(), GateRefusal> {
    let mut runs = Rle::<Unsigned>::new(column);
    let mut total = 0u64;
    while let Some((count, value)) = runs.run()? {
        total = total.saturating_add(count);
        within("rows of an actor column", total, rows)?;
        if let Some(found) = value.filter(|&value| value >= actors) {
            return Err(GateRefusal::ActorIndex { found });
        }
    }
    Ok(())
}

fn check_counters(column: &[u8]) -> Result<(), GateRefusal> {
    let mut runs = Rle::<Unsigned>::new(column);
    let mut total = 0u64;
    while let Some((count, value)) = runs.run()? {
        total = total.saturating_add(count);
        within("rows of a counter column", total, limits::OPS)?;
        within("object counter", value.unwrap_or(0), limits::OP_COUNTER)?;
    }
    Ok(())
}

fn check_deltas(column: &[u8], rows: u64) -> Result<(), GateRefusal> {
    let mut runs = Rle::<Signed>::new(column);
    let (mut total, mut at) = (0u64, 0i64);
    while let Some((count, step)) = runs.run()? {
        total = total.saturating_add(count);
        within("rows of a counter column", total, rows)?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        at = at.saturating_add(step.unwrap_or(0).saturating_mul(count));
        let found = u64::try_from(at)
            .ok()
            .ok_or(malformed("negative counter"))?;
        within("operation counter", found, limits::OP_COUNTER)?;
    }
    Ok(())
}

fn check_keys(column: &[u8]) -> Result<(), GateRefusal> {
    let mut runs = Rle::<Text>::new(column);
    let mut total = 0u64;
    while let Some((count, key)) = runs.run()? {
        total = total.saturating_add(count);
        within("rows of the key column", total, limits::OPS)?;
        within(
            "key bytes",
            wide(key.unwrap_or("").len()),
            limits::KEY_BYTES,
        )?;
    }
    Ok(())
}

fn check_booleans(column: &[u8]) -> Result<(), GateRefusal> {
    let mut reader = Reader::new(column);
    let mut total = 0u64;
    while !reader.is_empty() {
        total = total.saturating_add(reader.uleb()?);
        within("rows of the insert column", total, limits::OPS)?;
    }
    Ok(())
}

fn check_values(column: &[u8], value_bytes: u64) -> Result<(), GateRefusal> {
    let mut runs = Rle::<Unsigned>::new(column);
    let (mut total, mut bytes) = (0u64, 0u64);
    while let Some((count, meta)) = runs.run()? {
        total = total.saturating_add(count);
        within("rows of the value column", total, limits::OPS)?;
        let meta = meta.ok_or(malformed("value meta"))?;
        if meta & 0x0f > 9 {
            return Err(GateRefusal::ValueType { code: meta & 0x0f });
        }
        bytes = bytes.saturating_add((meta >> 4).saturating_mul(count));
    }
    if bytes != value_bytes {
        return Err(malformed("value length"));
    }
    Ok(())
}

fn check_pred_counts(column: &[u8]) -> Result<u64, GateRefusal> {
    let mut runs = Rle::<Unsigned>::new(column);
    let (mut total, mut preds) = (0u64, 0u64);
    while let Some((count, value)) = runs.run()? {
        total = total.saturating_add(count);
        within("rows of the predecessor column", total, limits::OPS)?;
        preds = preds.saturating_add(value.unwrap_or(0).saturating_mul(count));
        within("predecessors", preds, limits::PREDS)?;
    }
    Ok(preds)
}

fn check_actions(column: &[u8]) -> Result<u64, GateRefusal> {
    let mut runs = Rle::<Unsigned>::new(column);
    let mut total = 0u64;
    while let Some((count, action)) = runs.run()? {
        total = total.saturating_add(count);
        within("operations", total, limits::OPS)?;
        match action.ok_or(malformed("action"))? {
            0..=5 => {}
            7 => return Err(GateRefusal::Mark),
            code => return Err(GateRefusal::Action { code }),
        }
    }
    if total == 0 {
        return Err(GateRefusal::Empty);
    }
    Ok(total)
}
