//! Whether a person has read an incident as it stands.
//!
//! Opening an incident marks it as read; whatever changes it afterwards, whoever does, makes it unread again.

use serde_json::json;
use tala_protocol::hash::Digest;
use tala_protocol::id::{ObjectId, PersonId};

use super::behind::{LiveEvent, Tagged};
use super::front::Front;
use super::problem::Problem;

/// Whether an incident is unread.
pub fn is_unread(
    front: &Front,
    person: PersonId,
    incident: ObjectId,
    tag: &str,
) -> Result<bool, Problem> {
    Ok(!front.door.has_read(person, incident, &content(tag))?)
}

/// Notes that a person was shown an incident: it is read, in this answer already.
pub fn opened(
    front: &Front,
    person: PersonId,
    incident: ObjectId,
    shown: &mut Tagged,
) -> Result<(), Problem> {
    if is_unread(front, person, incident, &shown.tag)? {
        let content = content(&shown.tag);
        front
            .door
            .mark_read(person, incident, &content, front.now())?;
    }
    shown.incident.incident.unread = false;
    Ok(())
}

/// Says in an event of the live feed whether its incident is unread for this person.
pub fn told(front: &Front, person: PersonId, event: &mut LiveEvent) -> Result<(), Problem> {
    let Some((incident, tag)) = &event.incident else {
        return Ok(());
    };
    let unread = is_unread(front, person, *incident, tag)?;
    if let Some(data) = event.data.as_object_mut() {
        data.insert("unread".into(), json!(unread));
    }
    Ok(())
}

fn content(tag: &str) -> [u8; 32] {
    *Digest::sha256_parts(&[b"tala/read/1", tag.as_bytes()]).bytes()
}
