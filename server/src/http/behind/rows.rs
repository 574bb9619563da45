//! Rows of projections, read for somebody.

use serde::de::DeserializeOwned;
use tala_protocol::cert::Directory;
use tala_protocol::id::{PersonId, UnitId};
use tala_protocol::time::UnixMs;

use super::Rows;
use crate::app::access::Grant;
use crate::app::{AppError, Centre};
use crate::http::wire::page::{Key, PageAsked};
use crate::http::wire::{AuthorWire, PersonWire};
use crate::store::StoreError;
use crate::store::projections::{Page, PersonPart, Row, RowKind, Sight};

/// 1e-7 degree as degrees.
pub(super) fn degrees(e7: i32) -> f64 {
    f64::from(e7) / 1e7
}

/// What a grant sees of a unit and those below it, or of everything it reaches.
pub(super) fn sight(centre: &Centre, grant: &Grant, unit: Option<UnitId>) -> Sight {
    centre.part(grant, unit)
}

/// A page of a list, typed, each row with its place.
pub(super) fn list<T: DeserializeOwned>(
    centre: &Centre,
    sight: &Sight,
    page: &Page,
) -> Result<Rows<T>, AppError> {
    let rows = centre.list(sight, page)?;
    let placed = rows.into_iter().map(|(row, (at, key))| (Key(at, key), row));
    Ok(placed.collect())
}

/// One row by its key, if `grant` reaches it; absent and hidden are the same.
pub(super) fn one<T: DeserializeOwned>(
    centre: &Centre,
    grant: &Grant,
    kind: RowKind,
    key: &[u8],
) -> Result<T, AppError> {
    centre.one(grant, kind, key)
}

/// Asks for rows behind the last one of the page before.
pub(super) fn page(kind: RowKind, asked: &PageAsked) -> Page {
    let behind = asked.after.as_ref().map(|Key(at, key)| (*at, key.clone()));
    Page {
        behind,
        ..Page::of(kind, asked.limit)
    }
}

/// The row's text as its type.
pub(super) fn parsed<T: DeserializeOwned>(row: &Row) -> Result<T, StoreError> {
    serde_json::from_str(&row.text).map_err(StoreError::row("projected row"))
}

/// A person with the name that is known now.
pub(super) fn person(directory: &Directory, id: PersonId) -> PersonWire {
    PersonWire {
        id: id.to_string(),
        name: directory.person_name(id).map(str::to_owned),
    }
}

/// A person as a document names one.
pub(super) fn author(directory: &Directory, part: &PersonPart) -> AuthorWire {
    let known = part.person.and_then(|id| directory.person_name(id));
    AuthorWire {
        person: part.person.map(|id| id.to_string()),
        name: part.name.clone().or_else(|| known.map(str::to_owned)),
    }
}

/// A time of a row.
pub(super) fn time(ms: i64) -> String {
    crate::http::wire::time::rfc3339(UnixMs(ms))
}
