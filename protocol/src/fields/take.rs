//! Taking known fields out of a map; what is left afterwards belongs to a newer version.

use super::{Fields, FieldsError, Raw};
use crate::hash::Digest;

impl Fields {
    /// Takes the format number at key 0 and refuses any but `supported`.
    pub fn take_format(&mut self, supported: u64) -> Result<(), FieldsError> {
        match self.take_u64(0, "format")? {
            format if format == supported => Ok(()),
            other => Err(FieldsError::Format(other)),
        }
    }

    /// Takes an unsigned integer.
    pub fn take_u64(&mut self, key: u64, name: &'static str) -> Result<u64, FieldsError> {
        self.take(key, name, Raw::as_u64)
    }

    /// Takes an unsigned integer that may be absent.
    pub fn take_u64_opt(
        &mut self,
        key: u64,
        name: &'static str,
    ) -> Result<Option<u64>, FieldsError> {
        self.take_opt(key, name, Raw::as_u64)
    }

    /// Takes a signed integer.
    pub fn take_i64(&mut self, key: u64, name: &'static str) -> Result<i64, FieldsError> {
        self.take(key, name, Raw::as_i64)
    }

    /// Takes a text of at most `max` bytes.
    pub fn take_text(
        &mut self,
        key: u64,
        name: &'static str,
        max: usize,
    ) -> Result<String, FieldsError> {
        self.take(key, name, |raw| bounded_text(raw, max))
    }

    /// Takes a text that may be absent.
    pub fn take_text_opt(
        &mut self,
        key: u64,
        name: &'static str,
        max: usize,
    ) -> Result<Option<String>, FieldsError> {
        self.take_opt(key, name, |raw| bounded_text(raw, max))
    }

    /// Takes a byte string of exactly `N` bytes.
    pub fn take_array<const N: usize>(
        &mut self,
        key: u64,
        name: &'static str,
    ) -> Result<[u8; N], FieldsError> {
        self.take(key, name, |raw| raw.as_byte_string()?.try_into().ok())
    }

    /// Takes a byte string of at most `max` bytes.
    pub fn take_bytes(
        &mut self,
        key: u64,
        name: &'static str,
        max: usize,
    ) -> Result<Vec<u8>, FieldsError> {
        self.take(key, name, |raw| {
            raw.as_byte_string()
                .filter(|bytes| bytes.len() <= max)
                .map(<[u8]>::to_vec)
        })
    }

    /// Takes a flag: `true` or absent. Writing `false` would be a second form of the same.
    pub fn take_flag(&mut self, key: u64, name: &'static str) -> Result<bool, FieldsError> {
        let flag = self.take_opt(key, name, |raw| raw.as_bool().filter(|flag| *flag))?;
        Ok(flag.is_some())
    }

    /// Takes a hash with its algorithm.
    pub fn take_digest(&mut self, key: u64, name: &'static str) -> Result<Digest, FieldsError> {
        self.take(key, name, as_digest)
    }

    /// Takes a hash that may be absent.
    pub fn take_digest_opt(
        &mut self,
        key: u64,
        name: &'static str,
    ) -> Result<Option<Digest>, FieldsError> {
        self.take_opt(key, name, as_digest)
    }

    /// Takes what `read` makes of the item at `key`; it must be there.
    pub fn take<T>(
        &mut self,
        key: u64,
        name: &'static str,
        read: impl FnOnce(&Raw) -> Option<T>,
    ) -> Result<T, FieldsError> {
        self.take_opt(key, name, read)?
            .ok_or(FieldsError::Missing(name))
    }

    /// Takes what `read` makes of the item at `key`, if there is one.
    pub fn take_opt<T>(
        &mut self,
        key: u64,
        name: &'static str,
        read: impl FnOnce(&Raw) -> Option<T>,
    ) -> Result<Option<T>, FieldsError> {
        let Some(raw) = self.remove(key) else {
            return Ok(None);
        };
        match read(&raw) {
            Some(value) => Ok(Some(value)),
            None => Err(FieldsError::Invalid(name)),
        }
    }
}

fn bounded_text(raw: &Raw, max: usize) -> Option<String> {
    raw.as_str()
        .filter(|text| text.len() <= max)
        .map(str::to_owned)
}

fn as_digest(raw: &Raw) -> Option<Digest> {
    Digest::from_tagged(raw.as_byte_string()?).ok()
}
