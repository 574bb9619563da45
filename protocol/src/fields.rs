//! Maps with small unsigned integer keys in deterministic CBOR: the shape of every body, receipt and
//! registry in Tala.
//!
//! You are here because you define such a form. Parse it into [`Fields`], `take` the keys you know, and
//! keep what is left: those are fields of a newer version, and they go back out byte for byte. A whole
//! envelope or a wire run has a shape of its own and does not use this.
//!
//! The rules are RFC 8949 section 4.2.1 (shortest heads, definite lengths, keys in order, no key twice)
//! and ours: no floating point, no `undefined` (numbers are integers with a unit), at most [`MAX_DEPTH`]
//! levels, [`MAX_KEYS`] keys in a map and [`MAX_ITEMS`] items in a list that is opened. So one value has
//! one encoding, and equal bytes mean equal values.

mod item;
mod raw;
mod take;

use std::collections::BTreeMap;

pub use item::MAX_DEPTH;
pub use raw::Raw;

/// Most keys in a map that is opened.
pub const MAX_KEYS: u64 = 1_024;
/// Most items in a list that is opened.
pub const MAX_ITEMS: u64 = 4_096;

/// Why bytes are not such a map, or a field is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldsError {
    /// Longer than the form allows.
    #[error("{len} bytes where at most {max} are allowed")]
    TooLong {
        /// What was given.
        len: usize,
        /// What the form allows.
        max: usize,
    },
    /// The input ends inside an item.
    #[error("input ends early at byte {0}")]
    Truncated(usize),
    /// Bytes follow the end.
    #[error("bytes follow the end at byte {0}")]
    Trailing(usize),
    /// Not the one deterministic encoding.
    #[error("{what} at byte {at}")]
    NotDeterministic {
        /// What is wrong.
        what: &'static str,
        /// Where.
        at: usize,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Not a map with unsigned integer keys.
    #[error("not a map with unsigned integer keys")]
    NotAMap,
    /// More than [`MAX_KEYS`] keys.
    #[error("a map has more than {MAX_KEYS} keys")]
    TooManyKeys,
    /// A format number that this build does not read.
    #[error("format {0} is newer than this version reads")]
    Format(u64),
    /// A field that must be there is not.
    #[error("field {0} is missing")]
    Missing(&'static str),
    /// A field has another type, length or range.
    #[error("field {0} has the wrong type, length or range")]
    Invalid(&'static str),
}

/// A map from unsigned integer keys to single deterministic CBOR items.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Fields(BTreeMap<u64, Raw>);

impl Fields {
    /// An empty map.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Reads a map that fills `bytes` exactly and is at most `max` bytes long.
    pub fn parse(bytes: &[u8], max: usize) -> Result<Self, FieldsError> {
        if bytes.len() > max {
            return Err(FieldsError::TooLong {
                len: bytes.len(),
                max,
            });
        }
        let end = item::check(bytes, 0)?;
        if end != bytes.len() {
            return Err(FieldsError::Trailing(end));
        }
        Self::from_checked(bytes)
    }

    /// Splits a map whose encoding has been checked.
    fn from_checked(bytes: &[u8]) -> Result<Self, FieldsError> {
        let mut d = minicbor::Decoder::new(bytes);
        let (Ok(Some(count)), mut map) = (d.map(), BTreeMap::new()) else {
            return Err(FieldsError::NotAMap);
        };
        if count > MAX_KEYS {
            return Err(FieldsError::TooManyKeys);
        }
        for _ in 0..count {
            let Ok(key) = d.u64() else {
                return Err(FieldsError::NotAMap);
            };
            let start = d.position();
            if d.skip().is_err() {
                return Err(FieldsError::Truncated(start));
            }
            let item = bytes
                .get(start..d.position())
                .ok_or(FieldsError::Truncated(start))?;
            map.insert(key, Raw::trusted(item.to_vec()));
        }
        Ok(Self(map))
    }

    /// The one encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        item::head(&mut out, item::MAP, self.0.len() as u64);
        for (key, value) in &self.0 {
            item::head(&mut out, item::UINT, *key);
            out.extend_from_slice(value.as_bytes());
        }
        out
    }

    /// Puts `value` at `key`.
    pub fn set(&mut self, key: u64, value: impl Into<Raw>) -> &mut Self {
        self.0.insert(key, value.into());
        self
    }

    /// Puts a value where there is one.
    pub fn set_opt(&mut self, key: u64, value: Option<impl Into<Raw>>) -> &mut Self {
        if let Some(value) = value {
            self.set(key, value);
        }
        self
    }

    /// The item at `key`.
    pub fn get(&self, key: u64) -> Option<&Raw> {
        self.0.get(&key)
    }

    /// Takes the item at `key` out.
    pub fn remove(&mut self, key: u64) -> Option<Raw> {
        self.0.remove(&key)
    }

    /// Is nothing there?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many fields.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Keys and items in key order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Raw)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }
}

impl FromIterator<(u64, Raw)> for Fields {
    fn from_iter<I: IntoIterator<Item = (u64, Raw)>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any deterministic item, nested a little.
    pub(crate) fn any_raw() -> impl Strategy<Value = Raw> {
        let leaf = prop_oneof![
            any::<u64>().prop_map(Raw::from),
            any::<i64>().prop_map(Raw::from),
            ".{0,12}".prop_map(|t| Raw::from(t.as_str())),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(|b| Raw::bytes(&b)),
            any::<bool>().prop_map(Raw::from),
            Just(Raw::null()),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(|v| Raw::array(&v)),
                proptest::collection::btree_map(any::<u64>(), inner, 0..4)
                    .prop_map(|m| Raw::from(Fields(m))),
            ]
        })
    }

    /// Fields of a newer version: keys from `from` on.
    pub(crate) fn any_fields(from: u64) -> impl Strategy<Value = Fields> {
        proptest::collection::btree_map(from.., any_raw(), 0..5).prop_map(Fields)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_and_written_alike(fields in any_fields(0)) {
            let bytes = fields.to_bytes();
            let read = Fields::parse(&bytes, usize::MAX);
            prop_assert_eq!(read.as_ref(), Ok(&fields));
            prop_assert_eq!(read.map(|f| f.to_bytes()), Ok(bytes));
        }

        #[test]
        fn arbitrary_bytes_are_refused_or_re_encode_identically(
            bytes in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            if let Ok(fields) = Fields::parse(&bytes, 64) {
                prop_assert_eq!(fields.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn every_second_encoding_of_a_value_is_refused() {
        let refused: &[(&[u8], &str)] = &[
            (&[0xa1, 0x18, 0x01, 0x00], "long key"),
            (&[0xa1, 0x01, 0x18, 0x17], "long value"),
            (&[0xa1, 0x01, 0x19, 0x00, 0xff], "two bytes for one"),
            (&[0xbf, 0x01, 0x00, 0xff], "indefinite map"),
            (&[0xa1, 0x01, 0x5f, 0xff], "indefinite bytes"),
            (&[0xa2, 0x02, 0x00, 0x01, 0x00], "keys out of order"),
            (&[0xa2, 0x01, 0x00, 0x01, 0x00], "key twice"),
            (&[0xa1, 0x01, 0xf9, 0x3c, 0x00], "float"),
            (&[0xa1, 0x01, 0xf7], "undefined"),
            (&[0xa1, 0x01, 0x61, 0xff], "bad utf-8"),
            (&[0xa1, 0x01, 0x00, 0x00], "trailing"),
            (&[0xa1, 0x01], "truncated"),
            (&[0xa1, 0x20, 0x00], "negative key"),
            (&[0x81, 0x00], "array"),
            (&[0xbb, 255, 255, 255, 255, 255, 255, 255, 255], "huge map"),
        ];
        for (bytes, why) in refused {
            assert!(Fields::parse(bytes, 64).is_err(), "{why}");
        }
        let many: Fields = (0..=MAX_KEYS).map(|key| (key, Raw::null())).collect();
        assert_eq!(
            Fields::parse(&many.to_bytes(), 1 << 20),
            Err(FieldsError::TooManyKeys)
        );
        let long = vec![Raw::null(); 4_097];
        assert_eq!(Raw::array(&long).as_array(), None);
        let deep: Vec<u8> = [0xa1, 0x01]
            .into_iter()
            .chain([0x81; 100])
            .chain([0])
            .collect();
        assert_eq!(Fields::parse(&deep, 256), Err(FieldsError::TooDeep));
    }
}
