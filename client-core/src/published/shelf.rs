//! How published things lie in the store: CBOR, a format number first (`docs/formats/stores.md`).

use std::collections::BTreeMap;

use minicbor::decode::Error as DecodeError;
use minicbor::{Decoder, Encoder};
use tala_protocol::hash::Digest;
use tala_protocol::registry::Publication;

/// Versions of registries, each as its office signed it, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shelf(BTreeMap<Digest, Vec<u8>>);

/// Zones in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zones {
    pub(super) hash: Digest,
    pub(super) geojson: Vec<u8>,
}

impl Shelf {
    /// Puts a version; says whether anything changed.
    pub(super) fn put(&mut self, hash: Digest, signed: &[u8]) -> bool {
        self.0.insert(hash, signed.to_vec()).as_deref() != Some(signed)
    }

    pub(super) fn publication(&self, hash: &Digest) -> Option<Publication> {
        Publication::from_bytes(self.0.get(hash)?).ok()
    }

    pub(super) fn publications(&self) -> impl Iterator<Item = Publication> {
        self.0
            .values()
            .filter_map(|bytes| Publication::from_bytes(bytes).ok())
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut e = Encoder::new(&mut out);
        // Writing into memory does not fail.
        let _ = e.array(2).and_then(|e| e.u8(1)).map(|_| ());
        let _ = e.array(self.0.len() as u64).map(|_| ());
        for bytes in self.0.values() {
            let _ = e.bytes(bytes).map(|_| ());
        }
        out
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        if d.array()? != Some(2) || d.u8()? != 1 {
            return Err(DecodeError::message("unknown publications"));
        }
        let mut shelf = Self::default();
        for _ in 0..d
            .array()?
            .ok_or_else(|| DecodeError::message("no length"))?
        {
            let signed = d.bytes()?;
            // The name follows from the bytes: nothing can lie under a wrong one.
            if let Ok(publication) = Publication::from_bytes(signed) {
                shelf.put(publication.hash(), signed);
            }
        }
        Ok(shelf)
    }
}

impl Zones {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut e = Encoder::new(&mut out);
        // Writing into memory does not fail.
        let _ = e
            .array(3)
            .and_then(|e| e.u8(1))
            .and_then(|e| e.encode(self.hash))
            .map(|_| ());
        let _ = e.bytes(&self.geojson).map(|_| ());
        out
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        if d.array()? != Some(3) || d.u8()? != 1 {
            return Err(DecodeError::message("unknown zones"));
        }
        Ok(Self {
            hash: d.decode()?,
            geojson: d.bytes()?.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_forms_are_these_bytes() {
        assert_eq!(Shelf::default().to_bytes(), [0x82, 0x01, 0x80]);
        let zones = Zones {
            hash: Digest::sha256(b"{}"),
            geojson: b"{}".to_vec(),
        };
        let bytes = zones.to_bytes();
        assert_eq!(bytes.first_chunk(), Some(&[0x83, 0x01]));
        assert_eq!(bytes.last_chunk(), Some(&[0x42, b'{', b'}']));
        assert_eq!(Zones::from_bytes(&bytes).expect("reads"), zones);
    }

    #[test]
    fn other_forms_are_refused() {
        for bytes in [
            &b""[..],
            &[0x82, 0x02, 0x80],
            &[0x83, 0x01, 0x80],
            &[0x82, 0x01, 0x81],
        ] {
            assert!(Shelf::from_bytes(bytes).is_err(), "{bytes:x?}");
        }
        assert!(Zones::from_bytes(&[0x82, 0x01, 0x80]).is_err());
    }
}
