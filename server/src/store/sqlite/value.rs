//! How our values stand in columns.

use rusqlite::Row;
use tala_protocol::cbor;
use tala_protocol::envelope::Audience;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, LogId, ObjectId, PersonId, RowId, UnitId};

use crate::store::StoreError;

/// An unsigned number as SQLite keeps numbers.
pub(super) fn int(what: &'static str, number: u64) -> Result<i64, StoreError> {
    match i64::try_from(number) {
        Ok(number) => Ok(number),
        Err(_) => Err(StoreError::Range(what)),
    }
}

/// Back from a column; a negative number was not written by us.
pub(super) fn uint(what: &'static str, number: i64) -> Result<u64, StoreError> {
    match u64::try_from(number) {
        Ok(number) => Ok(number),
        Err(_) => Err(StoreError::Damaged(what)),
    }
}

/// The canonical bytes of an audience.
pub(super) fn audience_bytes(audience: &Audience) -> Vec<u8> {
    cbor::to_vec(audience)
}

/// Back from canonical bytes.
pub(super) fn audience(bytes: &[u8]) -> Result<Audience, StoreError> {
    match cbor::from_slice("audience", bytes, 32) {
        Ok(audience) => Ok(audience),
        Err(_) => Err(StoreError::Damaged("audience")),
    }
}

pub(super) fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    match Digest::from_tagged(bytes) {
        Ok(digest) => Ok(digest),
        Err(_) => Err(StoreError::Damaged("digest")),
    }
}

/// A sixteen-byte id in a column.
pub(super) trait Id16: Sized {
    fn from16(bytes: [u8; 16]) -> Self;
}

macro_rules! id16 {
    ($($name:ident),*) => {$(
        impl Id16 for $name {
            fn from16(bytes: [u8; 16]) -> Self {
                Self::from_bytes(bytes)
            }
        }
    )*};
}

id16!(DeviceId, LogId, ObjectId, PersonId, RowId, UnitId);

/// Reads an id column.
pub(super) fn id<T: Id16>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    row.get(column).map(T::from16)
}

/// Reads an id column that may be null.
pub(super) fn id_opt<T: Id16>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    row.get::<_, Option<[u8; 16]>>(column)
        .map(|bytes| bytes.map(T::from16))
}
