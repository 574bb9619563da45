//! The priming tables: what the model knows before it has seen a fix of the segment.
//!
//! They are part of the format. The file beside this one is made by `tala-fixtures tables` from riders
//! that no test, bench or figure uses; its hash stands in every header, and a reader refuses another.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use super::axis::INPUTS;
use super::bank::BANKS;
use super::chance::{Chance, Mixer};
use super::column::LAGS;
use super::model::{FLAGS, KINDS, Primed};
use super::number::{Counters, MIXERS};
use super::predictor::WEIGHT_ONE;
use super::varint::{Reader, VarintError, put, put_signed};

/// How many bytes of the hash stand in a header.
pub const TABLES_HASH_LEN: usize = 4;

static BYTES: &[u8] = include_bytes!("tables.bin");
static PRIMED: LazyLock<Primed> =
    LazyLock::new(|| parse(BYTES).unwrap_or_else(|_| Primed::blank()));
static HASH: LazyLock<[u8; TABLES_HASH_LEN]> = LazyLock::new(|| {
    let digest: [u8; 32] = Sha256::digest(BYTES).into();
    let [a, b, c, d, ..] = digest;
    [a, b, c, d]
});

/// The tables of this build.
pub(super) fn primed() -> &'static Primed {
    &PRIMED
}

/// The first bytes of the SHA-256 of the table file.
pub(super) fn hash() -> [u8; TABLES_HASH_LEN] {
    *HASH
}

/// How much a counter had seen, in four bits.
const SEEN: [u16; 16] = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 255];

impl Primed {
    /// Knowing nothing but rough start weights.
    pub(super) fn blank() -> Self {
        let one = WEIGHT_ONE;
        let mut sets = [[0; INPUTS]; BANKS];
        sets[0][..5].copy_from_slice(&[one * 3 / 10, 0, 0, 0, one * 7 / 10]);
        sets[1][4] = one;
        sets[2][0] = one;
        Self {
            counters: Box::new([Counters::UNKNOWN; KINDS]),
            mixers: [[Mixer::EVEN; MIXERS]; KINDS],
            flags: [Chance::UNKNOWN; FLAGS],
            place_weights: [sets; 2],
            column_weights: [[[0; LAGS]; BANKS]; 4],
            sizes_16: [1, 120, 60, 200, 40, 20],
        }
    }
}

/// Writes tables as the file has them.
pub(super) fn write(primed: &Primed) -> Vec<u8> {
    let mut out = Vec::new();
    for weight in primed.place_weights.iter().flatten().flatten() {
        put_signed(&mut out, i64::from(*weight));
    }
    for weight in primed.column_weights.iter().flatten().flatten() {
        put_signed(&mut out, i64::from(*weight));
    }
    for size in primed.sizes_16 {
        put(&mut out, u64::from(size));
    }
    for weight in primed
        .mixers
        .iter()
        .flatten()
        .flat_map(|mixer| mixer.weights)
    {
        put_signed(&mut out, i64::from(weight >> 8));
    }
    let all = primed
        .flags
        .iter()
        .chain(primed.counters.iter().flat_map(Counters::all));
    let all: Vec<u16> = all.map(packed).collect();
    let mut rest = all.as_slice();
    while !rest.is_empty() {
        let skip = rest
            .iter()
            .take_while(|c| **c == packed(&Chance::UNKNOWN))
            .count();
        let run = rest[skip..]
            .iter()
            .take_while(|c| **c != packed(&Chance::UNKNOWN))
            .count();
        put(&mut out, skip as u64);
        put(&mut out, run as u64);
        for chance in &rest[skip..skip + run] {
            out.extend(chance.to_le_bytes());
        }
        rest = &rest[skip + run..];
    }
    out
}

pub(super) fn parse(bytes: &[u8]) -> Result<Primed, VarintError> {
    let mut primed = Primed::blank();
    let mut reader = Reader::new(bytes);
    for weight in primed.place_weights.iter_mut().flatten().flatten() {
        *weight = reader.signed()? as i32;
    }
    for weight in primed.column_weights.iter_mut().flatten().flatten() {
        *weight = reader.signed()? as i32;
    }
    for size in &mut primed.sizes_16 {
        *size = reader.varint_up_to(1 << 20)? as u32;
    }
    for mixer in primed.mixers.iter_mut().flatten() {
        for weight in &mut mixer.weights {
            *weight = (reader.signed()? as i32) << 8;
        }
    }
    let counters = primed.counters.iter_mut().flat_map(Counters::all_mut);
    let mut all = primed.flags.iter_mut().chain(counters);
    while !reader.rest().is_empty() {
        for _ in 0..reader.varint()? {
            if all.next().is_none() {
                return Err(VarintError::Long);
            }
        }
        for _ in 0..reader.varint()? {
            let chance = all.next().ok_or(VarintError::Long)?;
            *chance = unpacked(u16::from_le_bytes(reader.array()?));
        }
    }
    drop(all);
    Ok(primed)
}

fn packed(chance: &Chance) -> u16 {
    let code = SEEN.iter().filter(|seen| **seen <= chance.seen).count() - 1;
    (chance.p16 & 0xFFF0) | code as u16
}

fn unpacked(packed: u16) -> Chance {
    let seen = SEEN[usize::from(packed & 15)];
    let p16 = packed & 0xFFF0;
    Chance {
        p16: if seen == 0 { p16 } else { p16 | 8 },
        seen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_file_is_read_whole_and_writes_itself() {
        let primed = parse(BYTES).unwrap();
        assert_ne!(primed, Primed::blank());
        assert_eq!(write(&primed), BYTES);
        assert!(BYTES.len() < 60_000);
    }
}
