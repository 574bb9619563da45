//! A single item as bytes that are known to be deterministic.

use std::collections::BTreeMap;

use super::{Fields, FieldsError, MAX_ITEMS, item};

/// One deterministic CBOR item, kept as its bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Raw(Vec<u8>);

impl Raw {
    /// Reads one item that fills `bytes` exactly.
    pub fn parse(bytes: &[u8]) -> Result<Self, FieldsError> {
        let end = item::check(bytes, 0)?;
        if end != bytes.len() {
            return Err(FieldsError::Trailing(end));
        }
        Ok(Self(bytes.to_vec()))
    }

    pub(super) const fn trusted(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// A byte string.
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::string(item::BYTES, bytes)
    }

    /// `null`.
    pub fn null() -> Self {
        Self(vec![0xf6])
    }

    /// A list.
    pub fn array(items: &[Raw]) -> Self {
        let mut out = Vec::new();
        item::head(&mut out, item::ARRAY, items.len() as u64);
        for item in items {
            out.extend_from_slice(&item.0);
        }
        Self(out)
    }

    /// A map with text keys, in the one order.
    pub fn text_map<'a>(items: impl IntoIterator<Item = (&'a str, Raw)>) -> Self {
        let by_encoding: BTreeMap<Vec<u8>, Raw> = items
            .into_iter()
            .map(|(key, value)| (Raw::from(key).0, value))
            .collect();
        let mut out = Vec::new();
        item::head(&mut out, item::MAP, by_encoding.len() as u64);
        for (key, value) in by_encoding {
            out.extend_from_slice(&key);
            out.extend_from_slice(&value.0);
        }
        Self(out)
    }

    fn string(major: u8, bytes: &[u8]) -> Self {
        let mut out = Vec::with_capacity(bytes.len() + 9);
        item::head(&mut out, major, bytes.len() as u64);
        out.extend_from_slice(bytes);
        Self(out)
    }

    /// The encoding.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// An unsigned integer.
    pub fn as_u64(&self) -> Option<u64> {
        minicbor::Decoder::new(&self.0).u64().ok()
    }

    /// A signed integer.
    pub fn as_i64(&self) -> Option<i64> {
        minicbor::Decoder::new(&self.0).i64().ok()
    }

    /// A boolean.
    pub fn as_bool(&self) -> Option<bool> {
        minicbor::Decoder::new(&self.0).bool().ok()
    }

    /// A text.
    pub fn as_str(&self) -> Option<&str> {
        minicbor::Decoder::new(&self.0).str().ok()
    }

    /// A byte string.
    pub fn as_byte_string(&self) -> Option<&[u8]> {
        minicbor::Decoder::new(&self.0).bytes().ok()
    }

    /// A map with unsigned integer keys.
    pub fn as_fields(&self) -> Option<Fields> {
        Fields::from_checked(&self.0).ok()
    }

    /// A map with text keys.
    pub fn as_text_map(&self) -> Option<Vec<(String, Raw)>> {
        let mut d = minicbor::Decoder::new(&self.0);
        let count = d.map().ok().flatten()?;
        let mut items = Vec::new();
        for _ in 0..count {
            let key = d.str().ok()?.to_owned();
            let start = d.position();
            d.skip().ok()?;
            items.push((key, Self(self.0.get(start..d.position())?.to_vec())));
        }
        Some(items)
    }

    /// Is it `null`?
    pub fn is_null(&self) -> bool {
        *self == Self::null()
    }

    /// The items of a list of at most [`MAX_ITEMS`].
    pub fn as_array(&self) -> Option<Vec<Raw>> {
        let mut d = minicbor::Decoder::new(&self.0);
        let count = d
            .array()
            .ok()
            .flatten()
            .filter(|count| *count <= MAX_ITEMS)?;
        let mut items = Vec::new();
        for _ in 0..count {
            let start = d.position();
            d.skip().ok()?;
            items.push(Self(self.0.get(start..d.position())?.to_vec()));
        }
        Some(items)
    }
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raw({})", data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl From<u64> for Raw {
    fn from(value: u64) -> Self {
        let mut out = Vec::new();
        item::head(&mut out, item::UINT, value);
        Self(out)
    }
}

impl From<i64> for Raw {
    fn from(value: i64) -> Self {
        let mut out = Vec::new();
        if value >= 0 {
            item::head(&mut out, item::UINT, value.unsigned_abs());
        } else {
            // CBOR writes -1 - n as n; for negative values that is the bitwise complement.
            item::head(&mut out, item::NEGATIVE, (!value).unsigned_abs());
        }
        Self(out)
    }
}

impl From<bool> for Raw {
    fn from(value: bool) -> Self {
        Self(vec![if value { 0xf5 } else { 0xf4 }])
    }
}

impl From<&str> for Raw {
    fn from(text: &str) -> Self {
        Self::string(item::TEXT, text.as_bytes())
    }
}

impl From<&String> for Raw {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Fields> for Raw {
    fn from(fields: Fields) -> Self {
        Self(fields.to_bytes())
    }
}
