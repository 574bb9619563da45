//! Sessions of staff. The token itself is never kept, only its hash.

use rusqlite::{Row, params};
use tala_protocol::id::{PersonId, RowId};
use tala_protocol::time::UnixMs;

use super::{DoorStore, DoorStoreError};

/// A sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// The name of the session in signed headers and logs.
    pub id: RowId,
    /// Whose.
    pub person: PersonId,
    /// Since when.
    pub signed_in_at: UnixMs,
    /// The last request, to the minute.
    pub seen_at: UnixMs,
    /// When it was ended, if it was.
    pub ended_at: Option<UnixMs>,
}

impl DoorStore {
    /// Keeps a new session.
    pub fn add_session(&self, row: &SessionRow) -> Result<(), DoorStoreError> {
        self.write(
            "session",
            "INSERT INTO session (token_hash, id, person, signed_in_at, seen_at) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                row.token_hash,
                row.id.as_bytes(),
                row.person.as_bytes(),
                row.signed_in_at.0,
                row.seen_at.0
            ],
        )?;
        Ok(())
    }

    /// The session of a token.
    pub fn session(&self, token_hash: &[u8; 32]) -> Result<Option<SessionRow>, DoorStoreError> {
        self.read(
            "session",
            "SELECT token_hash, id, person, signed_in_at, seen_at, ended_at \
             FROM session WHERE token_hash = ?1",
            params![token_hash],
            row,
        )
    }

    /// Notes a request.
    pub fn touch_session(&self, token_hash: &[u8; 32], at: UnixMs) -> Result<(), DoorStoreError> {
        let sql = "UPDATE session SET seen_at = ?2 WHERE token_hash = ?1";
        self.write("session", sql, params![token_hash, at.0])?;
        Ok(())
    }

    /// Ends a session. One that ended before keeps its time.
    pub fn end_session(&self, token_hash: &[u8; 32], at: UnixMs) -> Result<(), DoorStoreError> {
        let sql = "UPDATE session SET ended_at = ?2 WHERE token_hash = ?1 AND ended_at IS NULL";
        self.write("session", sql, params![token_hash, at.0])?;
        Ok(())
    }

    /// Ends every session of a person and says how many there were.
    pub fn end_sessions_of(&self, person: PersonId, at: UnixMs) -> Result<usize, DoorStoreError> {
        let sql = "UPDATE session SET ended_at = ?2 WHERE person = ?1 AND ended_at IS NULL";
        self.write("session", sql, params![person.as_bytes(), at.0])
    }

    /// Forgets sessions that began before `before`.
    pub fn forget_sessions(&self, before: UnixMs) -> Result<usize, DoorStoreError> {
        let sql = "DELETE FROM session WHERE signed_in_at < ?1";
        self.write("session", sql, params![before.0])
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        token_hash: row.get(0)?,
        id: RowId::from_bytes(row.get(1)?),
        person: PersonId::from_bytes(row.get(2)?),
        signed_in_at: UnixMs(row.get(3)?),
        seen_at: UnixMs(row.get(4)?),
        ended_at: row.get::<_, Option<i64>>(5)?.map(UnixMs),
    })
}
