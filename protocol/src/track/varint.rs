//! Little-endian base-128 numbers, and a reader that never looks beyond its bytes.

/// Why a number cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VarintError {
    /// The bytes end first.
    #[error("the bytes end inside a number")]
    End,
    /// More than 64 bits.
    #[error("a number is longer than 64 bits")]
    Long,
    /// More than the format allows there.
    #[error("a number is {0}, at most {1} is allowed")]
    Above(u64, u64),
}

/// Appends a number.
pub(super) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 128 {
        out.push((value & 127) as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed number, small ones of either sign short.
pub(super) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, ((value << 1) ^ (value >> 63)) as u64);
}

/// A position in bytes.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], VarintError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(VarintError::End)?;
        self.rest = rest;
        Ok(*head)
    }

    pub(super) fn byte(&mut self) -> Result<u8, VarintError> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn varint(&mut self) -> Result<u64, VarintError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 127);
            if shift == 63 && part > 1 {
                return Err(VarintError::Long);
            }
            value |= part << shift;
            if byte < 128 {
                return Ok(value);
            }
        }
        Err(VarintError::Long)
    }

    pub(super) fn varint_up_to(&mut self, max: u64) -> Result<u64, VarintError> {
        let value = self.varint()?;
        if value > max {
            return Err(VarintError::Above(value, max));
        }
        Ok(value)
    }

    pub(super) fn signed(&mut self) -> Result<i64, VarintError> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }
}
