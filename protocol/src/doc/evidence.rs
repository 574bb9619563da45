//! What is known of a photo or another file when it is taken. It never changes, so it stands in one
//! field.

use super::field::FieldType;
use super::geometry::Vertex;
use super::pack::{Packer, Unpacker};
use super::value::Value;
use crate::hash::Digest;
use crate::time::UnixMs;

/// A file that belongs to an incident: named by its hash, kept outside the document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EvidenceFacts {
    /// The hash of the file.
    pub hash: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// When it was taken.
    pub taken_at: UnixMs,
    /// Where it was taken, if known.
    pub place: Option<Vertex>,
    /// Its media type, for example `image/jpeg`; at most 255 bytes are kept.
    pub media_type: String,
}

impl FieldType for EvidenceFacts {
    fn read(value: &Value) -> Option<Self> {
        let Value::Bytes(bytes) = value else {
            return None;
        };
        let mut from = Unpacker::of(bytes)?;
        let hash = Digest::from_tagged(&from.array::<33>()?).ok()?;
        let (size, taken_at) = (from.u64()?, UnixMs(from.i64()?));
        let place = match from.u8()? {
            0 => None,
            1 => Some(Vertex::unpack(&mut from)?),
            _ => return None,
        };
        let length = usize::from(from.u8()?);
        let media_type = std::str::from_utf8(from.bytes(length)?).ok()?.to_owned();
        from.end(Self {
            hash,
            size,
            taken_at,
            place,
            media_type,
        })
    }

    fn write(&self) -> Value {
        let packer = Packer::new()
            .bytes(&self.hash.to_tagged())
            .u64(self.size)
            .i64(self.taken_at.0);
        let packer = match self.place {
            None => packer.u8(0),
            Some(place) => place.pack(packer.u8(1)),
        };
        let kept = self.media_type.floor_char_boundary(255);
        let media_type = self.media_type.get(..kept).unwrap_or_default();
        let length = u8::try_from(media_type.len()).unwrap_or(u8::MAX);
        Value::Bytes(packer.u8(length).bytes(media_type.as_bytes()).finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_survive_a_round_trip_with_and_without_a_place() {
        for place in [None, Vertex::new(436_000_000, 1_160_000_000).ok()] {
            let facts = EvidenceFacts {
                hash: Digest::sha256(b"photo"),
                size: 1_234_567,
                taken_at: UnixMs(1_780_000_000_000),
                place,
                media_type: "image/jpeg".to_owned(),
            };
            assert_eq!(EvidenceFacts::read(&facts.write()), Some(facts));
        }
    }

    #[test]
    fn a_hash_of_an_unknown_algorithm_is_from_a_newer_version() {
        let mut bytes = vec![1, 9];
        bytes.extend([0; 60]);
        assert_eq!(EvidenceFacts::read(&Value::Bytes(bytes)), None);
    }
}
