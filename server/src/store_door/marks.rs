//! Which incidents a person has read, and as what.
//!
//! A mark names what the incident said when it was opened, so a change makes it unread again by itself.
//! Losing the marks shows everything as unread, nothing more.

use rusqlite::params;
use tala_protocol::id::{ObjectId, PersonId};
use tala_protocol::time::UnixMs;

use super::{DoorStore, DoorStoreError};

impl DoorStore {
    /// Notes that a person has read an incident as `content` (a hash of what stands for its content).
    pub fn mark_read(
        &self,
        person: PersonId,
        incident: ObjectId,
        content: &[u8; 32],
        at: UnixMs,
    ) -> Result<(), DoorStoreError> {
        let sql = "INSERT INTO read_mark (person, incident, content, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (person, incident) DO UPDATE SET content = ?3, at = ?4";
        let values = params![person.as_bytes(), incident.as_bytes(), content, at.0];
        self.write("read mark", sql, values)?;
        Ok(())
    }

    /// Whether a person has read an incident as this content.
    pub fn has_read(
        &self,
        person: PersonId,
        incident: ObjectId,
        content: &[u8; 32],
    ) -> Result<bool, DoorStoreError> {
        let sql = "SELECT content FROM read_mark WHERE person = ?1 AND incident = ?2";
        let values = params![person.as_bytes(), incident.as_bytes()];
        let read = self.read("read mark", sql, values, |row| row.get::<_, [u8; 32]>(0))?;
        Ok(read.as_ref() == Some(content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_unread_after_a_change_and_for_everybody_else() {
        let door = DoorStore::in_memory().expect("memory");
        let person = |n| PersonId::from_bytes([n; 16]);
        let incident = ObjectId::from_bytes([9; 16]);
        let (before, after) = ([1; 32], [2; 32]);
        let has_read = |who, content| {
            door.has_read(person(who), incident, content)
                .expect("reads")
        };
        assert!(!has_read(1, &before));
        door.mark_read(person(1), incident, &before, UnixMs(5))
            .expect("marks");
        assert!(has_read(1, &before) && !has_read(1, &after) && !has_read(2, &before));
        door.mark_read(person(1), incident, &after, UnixMs(6))
            .expect("marks");
        assert!(has_read(1, &after) && !has_read(1, &before));
    }
}
