//! One step: the state after an event, or why there is none.

use super::{CaseState, CaseStatus, Event, EventType, Review, Void, field};

/// The state after `event`.
pub(super) fn next(state: &CaseState, event: &Event) -> Result<CaseState, Void> {
    check_base(state, event)?;
    let mut next = state.clone();
    if let Some(status) = next_status(state, event)? {
        match event.event_type {
            EventType::Transferred => next.before_transfer = state.status,
            EventType::Closed => next.before_close = state.status,
            _ => {}
        }
        next.status = status;
    }
    note_fields(&mut next, event)?;
    if event.base.is_some() {
        next.version = next.version.saturating_add(1);
    }
    Ok(next)
}

fn check_base(state: &CaseState, event: &Event) -> Result<(), Void> {
    match (event.event_type, event.base) {
        (EventType::Comment, Some(_)) => Err(Void::CommentWithBase),
        (EventType::Comment | EventType::Newer(_), None) => Ok(()),
        (_, None) => Err(Void::NoBase),
        (_, Some(base)) if base == state.version => Ok(()),
        (_, Some(base)) => Err(Void::Stale {
            base,
            version: state.version,
        }),
    }
}

/// The status after `event`, `None` where it leaves it as it is.
fn next_status(state: &CaseState, event: &Event) -> Result<Option<CaseStatus>, Void> {
    use CaseStatus as S;
    use EventType as E;
    let status = match (event.event_type, state.status) {
        (E::Received, S::None | S::Returned) => S::Received,
        (E::Accepted, S::Received) => S::Accepted,
        (E::Reviewed, S::Accepted | S::Reviewed) => review(event)?,
        (E::Filed, S::Reviewed) => S::Filed,
        // What another authority sends back goes on where it was; otherwise the reporting unit has it.
        (E::Returned, S::Transferred) => state.before_transfer,
        (E::Returned, S::Received | S::Accepted | S::Reviewed) => S::Returned,
        (E::Transferred, S::Received | S::Accepted | S::Reviewed | S::Filed) => S::Transferred,
        (E::Closed, open) if open.is_open() => S::Closed,
        (E::Reopened, S::Closed) => state.before_close,
        (E::Assigned | E::Asked | E::Linked | E::Decided, open) if open.is_open() => {
            return Ok(None);
        }
        (E::Comment, any) if any != S::None => return Ok(None),
        (E::Newer(_), _) => return Ok(None),
        (event_type, status) => return Err(Void::Status { event_type, status }),
    };
    Ok(Some(status))
}

fn review(event: &Event) -> Result<CaseStatus, Void> {
    let code = event
        .number(field::OUTCOME)
        .ok_or(Void::Missing(field::OUTCOME))?;
    Ok(match Review::from_code(code) {
        Review::File => CaseStatus::Reviewed,
        Review::DoNotFile | Review::MoreNeeded | Review::Newer(_) => CaseStatus::Accepted,
    })
}

/// Takes over what the event says, and refuses it where it must say something and does not.
fn note_fields(next: &mut CaseState, event: &Event) -> Result<(), Void> {
    use EventType as E;
    let text = |key| event.text(key).filter(|text| !text.trim().is_empty());
    let need_text = |key| text(key).ok_or(Void::Missing(key));
    match event.event_type {
        E::Received => {
            next.unit = Some(event.unit().ok_or(Void::Missing(field::UNIT))?);
        }
        E::Filed => next.number = Some(need_text(field::NUMBER)?.to_owned()),
        E::Returned | E::Closed | E::Reopened => drop(need_text(field::REASON)?),
        E::Transferred => {
            need_text(field::REASON)?;
            match event.unit() {
                Some(unit) => next.unit = Some(unit),
                None => drop(need_text(field::AUTHORITY)?),
            }
        }
        E::Assigned => {
            next.assignee = Some(event.person().ok_or(Void::Missing(field::PERSON))?);
        }
        E::Asked | E::Decided | E::Comment => drop(need_text(field::TEXT)?),
        E::Linked => {
            let object = event.object().ok_or(Void::Missing(field::OBJECT))?;
            next.linked.insert(object);
        }
        E::Accepted | E::Reviewed | E::Newer(_) => {}
    }
    Ok(())
}
