//! Deterministic CBOR (RFC 8949 section 4.2): how every form of ours is written and read.
//!
//! Types write themselves with `minicbor`; this module adds the two rules that the library leaves to
//! its caller: a value must fill its bytes exactly, and it must have been written the one canonical way.
//! The second is checked by writing it again, so no type needs a validator of its own.

use minicbor::{Decode, Encode, Encoder};

/// Why bytes are not the canonical form of a value.
#[derive(Debug, thiserror::Error)]
pub enum CborError {
    /// More bytes than this form may have; refused before reading.
    #[error("{what} is {len} bytes, more than {max}")]
    TooLong {
        /// Which form.
        what: &'static str,
        /// Bytes given.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not this form at all.
    #[error("cannot read {what}")]
    Malformed {
        /// Which form.
        what: &'static str,
        /// What the decoder met.
        #[source]
        source: minicbor::decode::Error,
    },
    /// Well-formed, but bytes are left over or it was not written the canonical way.
    #[error("{what} is not in canonical form")]
    NotCanonical {
        /// Which form.
        what: &'static str,
    },
}

/// Writes `value` in its canonical form.
pub fn to_vec<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing into a vector cannot fail, and our types have no value that cannot be written.
    let written = Encoder::new(&mut out).encode(value).is_ok();
    debug_assert!(written);
    out
}

/// Reads one value from all of `bytes`, at most `max` of them, and insists on the canonical form.
pub fn from_slice<T>(what: &'static str, bytes: &[u8], max: usize) -> Result<T, CborError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    if bytes.len() > max {
        return Err(CborError::TooLong {
            what,
            len: bytes.len(),
            max,
        });
    }
    let value: T =
        minicbor::decode(bytes).map_err(|source| CborError::Malformed { what, source })?;
    if to_vec(&value) != bytes {
        return Err(CborError::NotCanonical { what });
    }
    Ok(value)
}

/// Reads an array header of definite length.
pub fn array_len(d: &mut minicbor::Decoder<'_>) -> Result<u64, minicbor::decode::Error> {
    d.array()?
        .ok_or_else(|| minicbor::decode::Error::message("indefinite array"))
}

/// Reads a map header of definite length.
pub fn map_len(d: &mut minicbor::Decoder<'_>) -> Result<u64, minicbor::decode::Error> {
    d.map()?
        .ok_or_else(|| minicbor::decode::Error::message("indefinite map"))
}

/// Reads an array header and insists on its length.
pub fn array_of(d: &mut minicbor::Decoder<'_>, len: u64) -> Result<(), minicbor::decode::Error> {
    if array_len(d)? == len {
        Ok(())
    } else {
        Err(minicbor::decode::Error::message("array of another length"))
    }
}

/// Reads a list of at most `max` values, allocating only as they arrive.
pub fn list_of<'b, T: Decode<'b, ()>>(
    d: &mut minicbor::Decoder<'b>,
    max: u64,
) -> Result<Vec<T>, minicbor::decode::Error> {
    let len = array_len(d)?;
    if len > max {
        return Err(minicbor::decode::Error::message(
            "list longer than its limit",
        ));
    }
    let mut out = Vec::new();
    for _ in 0..len {
        out.push(d.decode()?);
    }
    Ok(out)
}

/// Reads `null` as `None`.
pub fn nullable<'b, T: Decode<'b, ()>>(
    d: &mut minicbor::Decoder<'b>,
) -> Result<Option<T>, minicbor::decode::Error> {
    if d.datatype()? == minicbor::data::Type::Null {
        d.null()?;
        return Ok(None);
    }
    d.decode().map(Some)
}

/// Reads a map whose keys are small integers in ascending order, some of them optional: how our
/// headers and messages are laid out. It reads along with the decoder and refuses keys that it does not
/// know; a form that keeps what a newer version added is read through [`crate::fields::Fields`].
#[derive(Debug)]
pub struct MapReader {
    left: u64,
}

impl MapReader {
    /// Reads the map header.
    pub fn open(d: &mut minicbor::Decoder<'_>) -> Result<Self, minicbor::decode::Error> {
        Ok(Self { left: map_len(d)? })
    }

    /// Whether the next key is `key`; reads it if so.
    pub fn has(
        &mut self,
        d: &mut minicbor::Decoder<'_>,
        key: u8,
    ) -> Result<bool, minicbor::decode::Error> {
        if self.left == 0 || d.probe().u8().ok() != Some(key) {
            return Ok(false);
        }
        d.u8()?;
        self.left -= 1;
        Ok(true)
    }

    /// Reads the value of `key`, which must come next.
    pub fn need<'b, T: Decode<'b, ()>>(
        &mut self,
        d: &mut minicbor::Decoder<'b>,
        key: u8,
    ) -> Result<T, minicbor::decode::Error> {
        if !self.has(d, key)? {
            return Err(minicbor::decode::Error::message("missing field"));
        }
        d.decode()
    }

    /// Reads the value of `key` if it comes next.
    pub fn maybe<'b, T: Decode<'b, ()>>(
        &mut self,
        d: &mut minicbor::Decoder<'b>,
        key: u8,
    ) -> Result<Option<T>, minicbor::decode::Error> {
        if self.has(d, key)? {
            d.decode().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Insists that every field was read.
    pub fn close(self) -> Result<(), minicbor::decode::Error> {
        if self.left == 0 {
            Ok(())
        } else {
            Err(minicbor::decode::Error::message("unknown field"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_way_to_write_the_same_number_is_refused() {
        assert_eq!(from_slice::<u64>("n", &[0x05], 9).ok(), Some(5));
        assert!(matches!(
            from_slice::<u64>("n", &[0x18, 0x05], 9),
            Err(CborError::NotCanonical { what: "n" })
        ));
        assert!(matches!(
            from_slice::<u64>("n", &[5, 5], 9),
            Err(CborError::NotCanonical { .. })
        ));
        assert!(matches!(
            from_slice::<u64>("n", &[5; 10], 9),
            Err(CborError::TooLong { .. })
        ));
        assert!(matches!(
            from_slice::<u64>("n", &[0x18], 9),
            Err(CborError::Malformed { .. })
        ));
    }
}
