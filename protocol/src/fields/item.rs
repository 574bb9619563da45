//! One CBOR item: is it in its one deterministic encoding, and where does it end.

use super::FieldsError;

/// Deepest nesting that is read.
pub const MAX_DEPTH: usize = 16;

pub(super) const UINT: u8 = 0;
pub(super) const NEGATIVE: u8 = 1;
pub(super) const BYTES: u8 = 2;
pub(super) const TEXT: u8 = 3;
pub(super) const ARRAY: u8 = 4;
pub(super) const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;

/// Checks the item at the start of `bytes` and returns its length. Allocates nothing.
pub(super) fn check(bytes: &[u8], depth: usize) -> Result<usize, FieldsError> {
    check_at(bytes, 0, depth)
}

fn check_at(bytes: &[u8], at: usize, depth: usize) -> Result<usize, FieldsError> {
    if depth > MAX_DEPTH {
        return Err(FieldsError::TooDeep);
    }
    let (major, value, mut next) = read_head(bytes, at)?;
    match major {
        UINT | NEGATIVE => Ok(next),
        BYTES => Ok(span(bytes, next, value)?.1),
        TEXT => {
            let (text, end) = span(bytes, next, value)?;
            match std::str::from_utf8(text) {
                Ok(_) => Ok(end),
                Err(_) => Err(not_deterministic("text that is not utf-8", at)),
            }
        }
        // A claimed count costs nothing: each round needs at least one more byte of input.
        ARRAY => {
            for _ in 0..value {
                next = check_at(bytes, next, depth + 1)?;
            }
            Ok(next)
        }
        MAP => check_map(bytes, next, value, depth),
        TAG => check_at(bytes, next, depth + 1),
        SIMPLE if (20..=22).contains(&value) => Ok(next),
        _ => Err(not_deterministic("floating point or undefined value", at)),
    }
}

fn check_map(bytes: &[u8], mut at: usize, pairs: u64, depth: usize) -> Result<usize, FieldsError> {
    let mut previous: Option<&[u8]> = None;
    for _ in 0..pairs {
        let value_at = check_at(bytes, at, depth + 1)?;
        let key = bytes.get(at..value_at).ok_or(FieldsError::Truncated(at))?;
        if previous.is_some_and(|previous| previous >= key) {
            return Err(not_deterministic("map keys out of order", at));
        }
        previous = Some(key);
        at = check_at(bytes, value_at, depth + 1)?;
    }
    Ok(at)
}

/// Major type, argument and where the item goes on.
fn read_head(bytes: &[u8], at: usize) -> Result<(u8, u64, usize), FieldsError> {
    let first = *bytes.get(at).ok_or(FieldsError::Truncated(at))?;
    let (major, info) = (first >> 5, first & 0x1f);
    let width = match info {
        0..=23 => return Ok((major, info.into(), at + 1)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return Err(not_deterministic("indefinite length", at)),
    };
    if major == SIMPLE {
        return Err(not_deterministic("floating point or long simple value", at));
    }
    let (argument, end) = span(bytes, at + 1, width)?;
    let value = argument
        .iter()
        .fold(0u64, |value, byte| (value << 8) | u64::from(*byte));
    let shortest_from = match width {
        1 => 24,
        2 => 1 << 8,
        4 => 1 << 16,
        _ => 1u64 << 32,
    };
    if value < shortest_from {
        return Err(not_deterministic(
            "number or length not in its shortest form",
            at,
        ));
    }
    Ok((major, value, end))
}

fn span(bytes: &[u8], at: usize, len: u64) -> Result<(&[u8], usize), FieldsError> {
    let end = usize::try_from(len)
        .ok()
        .and_then(|len| at.checked_add(len))
        .ok_or(FieldsError::Truncated(at))?;
    let part = bytes.get(at..end).ok_or(FieldsError::Truncated(at))?;
    Ok((part, end))
}

const fn not_deterministic(what: &'static str, at: usize) -> FieldsError {
    FieldsError::NotDeterministic { what, at }
}

/// Writes a head in its shortest form.
pub(super) fn head(out: &mut Vec<u8>, major: u8, value: u64) {
    let lead = major << 5;
    let be = value.to_be_bytes();
    match value {
        0..=23 => out.push(lead | be[7]),
        24..=0xff => out.extend_from_slice(&[lead | 24, be[7]]),
        0x100..=0xffff => {
            out.push(lead | 25);
            out.extend_from_slice(&be[6..]);
        }
        0x1_0000..=0xffff_ffff => {
            out.push(lead | 26);
            out.extend_from_slice(&be[4..]);
        }
        _ => {
            out.push(lead | 27);
            out.extend_from_slice(&be);
        }
    }
}
