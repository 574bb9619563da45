//! Patrols: what their document says and what their segments come to.

use tala_protocol::doc::{FieldValue, PatrolView};
use tala_protocol::id::{DeviceId, ObjectId};
use tala_protocol::time::UnixMs;
use tala_protocol::transport::Transport;

use super::batch::{Batch, text_of};
use super::documents::Held;
use super::fields::{conflicts_of, person_of};
use crate::store::projections::{
    LegPart, Owner, PatrolRow, PersonPart, Row, RowKind, SegmentRow, TrackSum,
};
use crate::store::{Reads, StoreError};

/// Adds a segment to its patrol, which is begun here where its document has not come yet.
pub(super) fn add_segment(
    reads: &dyn Reads,
    batch: &mut Batch,
    segment: &SegmentRow,
) -> Result<(), StoreError> {
    let known: Option<PatrolRow> = batch.row(reads, RowKind::Patrol, segment.patrol.as_bytes())?;
    let begun = || {
        empty(
            segment.patrol,
            segment.owner,
            segment.device,
            segment.known_at,
        )
    };
    let mut patrol = known.unwrap_or_else(begun);
    let track = &mut patrol.track;
    track.fixes = track.fixes.saturating_add(segment.fixes.into());
    track.segments = track.segments.saturating_add(1);
    let gaps = u64::try_from(segment.gaps.len()).unwrap_or(u64::MAX);
    track.gaps = track.gaps.saturating_add(gaps);
    let length_m = u64::from(segment.length_m);
    track.distance_m = track.distance_m.saturating_add(length_m);
    let leg = track.leg_m.entry(segment.leg).or_default();
    *leg = leg.saturating_add(length_m);
    let last = track.span.map(|(_, until)| until);
    if last.is_none_or(|last| segment.until >= last) {
        track.transport = Some(segment.transport);
    }
    let (from, until) = track.span.unwrap_or((segment.from, segment.until));
    track.span = Some((from.min(segment.from), until.max(segment.until)));
    track.bbox = Some(match track.bbox {
        None => segment.bbox,
        Some([w, s, e, n]) => {
            let [w2, s2, e2, n2] = segment.bbox;
            [w.min(w2), s.min(s2), e.max(e2), n.max(n2)]
        }
    });
    patrol.first_known_at = patrol.first_known_at.min(segment.known_at);
    patrol.last_known_at = patrol.last_known_at.max(segment.known_at);
    batch.put(row(&patrol));
    Ok(())
}

/// Takes over what the patrol's document says.
pub(super) fn project(
    reads: &dyn Reads,
    batch: &mut Batch,
    id: ObjectId,
    owner: Owner,
    held: &Held,
) -> Result<(), StoreError> {
    let (view, _) = PatrolView::read(held.document());
    let known: Option<PatrolRow> = batch.row(reads, RowKind::Patrol, id.as_bytes())?;
    let mut patrol =
        known.unwrap_or_else(|| empty(id, owner, held.made_by(), held.first_known_at()));
    patrol.owner = owner;
    patrol.device = held.made_by();
    patrol.title = text(&view.title);
    patrol.purpose = text(&view.purpose);
    patrol.notes = text(&view.notes);
    patrol.campaign = value(&view.campaign).copied();
    patrol.transport = value(&view.transport).map(|t: &Transport| t.code());
    patrol.started_at = ms(&view.started_at);
    patrol.ended_at = ms(&view.ended_at);
    patrol.declared_return_at = ms(&view.declared_return_at);
    let here = |absent: Option<&bool>| absent != Some(&true);
    let team = view.team.values().filter(|m| here(value(&m.absent)));
    patrol.team = team
        .map(|member| PersonPart {
            person: value(&member.person).copied(),
            name: text(&member.name),
        })
        .collect();
    if patrol.team.is_empty() {
        patrol.team.extend(held.author_of_genesis().map(person_of));
    }
    patrol.legs = legs(&view);
    patrol.conflicts = conflicts_of(held);
    patrol.first_known_at = patrol.first_known_at.min(held.first_known_at());
    patrol.last_known_at = patrol.last_known_at.max(held.last_known_at());
    batch.put(row(&patrol));
    batch.tell("patrol", owner, &patrol);
    Ok(())
}

fn legs(view: &PatrolView) -> Vec<LegPart> {
    let mut legs: Vec<_> = view
        .legs
        .values()
        .filter_map(|leg| {
            let number = *value(&leg.number)?;
            Some(LegPart {
                number,
                transport: value(&leg.transport).map(|t| t.code()),
                started_at: ms(&leg.started_at),
                ended_at: ms(&leg.ended_at),
                distance_m: 0,
            })
        })
        .collect();
    legs.sort_by_key(|leg| leg.number);
    legs
}

fn empty(id: ObjectId, owner: Owner, device: DeviceId, known_at: i64) -> PatrolRow {
    PatrolRow {
        id,
        owner,
        device,
        title: None,
        purpose: None,
        notes: None,
        campaign: None,
        transport: None,
        team: Vec::new(),
        legs: Vec::new(),
        started_at: None,
        ended_at: None,
        declared_return_at: None,
        conflicts: Vec::new(),
        track: TrackSum::default(),
        first_known_at: known_at,
        last_known_at: known_at,
    }
}

fn row(patrol: &PatrolRow) -> Row {
    let mut patrol = patrol.clone();
    let leg_m = &patrol.track.leg_m;
    for leg in &mut patrol.legs {
        leg.distance_m = leg_m.get(&leg.number).copied().unwrap_or(0);
    }
    let patrol = &patrol;
    let began = patrol
        .started_at
        .or(patrol.track.span.map(|(from, _)| from));
    Row {
        kind: RowKind::Patrol,
        key: patrol.id.as_bytes().to_vec(),
        owner: patrol.owner,
        at: began.unwrap_or(patrol.first_known_at),
        tags: [
            patrol.transport.or(patrol.track.transport).map(i64::from),
            Some(i64::from(patrol.ended_at.is_some())),
        ],
        parent: None,
        text: text_of(patrol),
    }
}

fn value<T>(field: &Option<FieldValue<T>>) -> Option<&T> {
    field.as_ref().and_then(FieldValue::get)
}

fn text(field: &Option<FieldValue<String>>) -> Option<String> {
    value(field).cloned()
}

fn ms(field: &Option<FieldValue<UnixMs>>) -> Option<i64> {
    value(field).map(|at| at.0)
}
