//! Answers to writes that carried an `Idempotency-Key`, so that a repeated request is answered alike.

use rusqlite::params;
use tala_protocol::id::PersonId;
use tala_protocol::time::UnixMs;

use super::{DoorStore, DoorStoreError};

/// Whose key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerKey {
    /// Who wrote.
    pub person: PersonId,
    /// The key that the client chose.
    pub key: String,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// SHA-256 over method, path and body of the request.
    pub request_hash: [u8; 32],
    /// The status, once there is one.
    pub status: Option<u16>,
    /// The entity tag, if there was one.
    pub etag: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl DoorStore {
    /// Takes a key for a request. `None`: it was free and is now taken; otherwise what is known of it.
    pub fn take_answer_key(
        &self,
        key: &AnswerKey,
        request_hash: &[u8; 32],
        at: UnixMs,
    ) -> Result<Option<Answer>, DoorStoreError> {
        let taken = self.write(
            "answer",
            "INSERT INTO answer (person, key, request_hash, made_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO NOTHING",
            params![key.person.as_bytes(), key.key, request_hash, at.0],
        )?;
        if taken == 1 {
            return Ok(None);
        }
        self.read(
            "answer",
            "SELECT request_hash, status, etag, body FROM answer WHERE person = ?1 AND key = ?2",
            params![key.person.as_bytes(), key.key],
            |row| {
                Ok(Answer {
                    request_hash: row.get(0)?,
                    status: row.get(1)?,
                    etag: row.get(2)?,
                    body: row.get::<_, Option<Vec<u8>>>(3)?.unwrap_or_default(),
                })
            },
        )
    }

    /// Keeps the answer to a request whose key was taken.
    pub fn keep_answer(&self, key: &AnswerKey, answer: &Answer) -> Result<(), DoorStoreError> {
        self.write(
            "answer",
            "UPDATE answer SET status = ?3, etag = ?4, body = ?5 WHERE person = ?1 AND key = ?2",
            params![
                key.person.as_bytes(),
                key.key,
                answer.status,
                answer.etag,
                answer.body
            ],
        )?;
        Ok(())
    }

    /// Frees a key whose request failed before it did anything.
    pub fn free_answer_key(&self, key: &AnswerKey) -> Result<(), DoorStoreError> {
        let sql = "DELETE FROM answer WHERE person = ?1 AND key = ?2 AND status IS NULL";
        self.write("answer", sql, params![key.person.as_bytes(), key.key])?;
        Ok(())
    }

    /// Forgets answers made before `before`.
    pub fn forget_answers(&self, before: UnixMs) -> Result<usize, DoorStoreError> {
        let sql = "DELETE FROM answer WHERE made_at < ?1";
        self.write("answer", sql, params![before.0])
    }
}
