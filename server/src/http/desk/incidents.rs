//! Incidents: lists and details.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tala_protocol::id::PersonId;
use utoipa::IntoParams;

use super::files::fill_in;
use crate::app::access::Verb;
use crate::http::behind::{IncidentFilter, Listed, Tagged};
use crate::http::front::Front;
use crate::http::given::{Asked, id_of, time_of};
use crate::http::paging::{self, page_of};
use crate::http::problem::Problem;
use crate::http::unread;
use crate::http::who::{Desk, id};
use crate::http::wire::incident::{IncidentDetailWire, IncidentTypesWire, IncidentWire};
use crate::http::wire::page::PageWire;

/// Which incidents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncidentsAsked {
    /// Of this unit and below.
    unit: Option<String>,
    /// With this category code.
    category: Option<String>,
    /// That happened at or after this.
    from: Option<String>,
    /// That happened before this.
    until: Option<String>,
    /// `administrative`, `near_threshold` or `criminal_lead`.
    band: Option<String>,
    /// Words to search for.
    q: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// 1 to 500, default 100.
    limit: Option<usize>,
}

impl paging::Filter for IncidentsAsked {
    fn text(&self) -> String {
        let (unit, category, band) = (&self.unit, &self.category, &self.band);
        format!(
            "{unit:?}{category:?}{:?}{:?}{band:?}{:?}",
            self.from, self.until, self.q
        )
    }
}

/// Incidents, newest first.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "incidents", params(IncidentsAsked),
    responses((status = 200, body = PageWire<IncidentWire>), (status = 401), (status = 403), (status = 422)))]
pub async fn incidents(
    State(front): State<Front>,
    desk: Desk,
    Asked(asked): Asked<IncidentsAsked>,
) -> Result<Json<PageWire<IncidentWire>>, Problem> {
    let grant = desk.may(Verb::SeeIncidents)?;
    let list = paging::name("incidents", &desk, &asked);
    let page = page_of(&front, &list, asked.cursor.as_deref(), asked.limit)?;
    let limit = page.limit;
    let filter = IncidentFilter {
        unit: id_of("unit", asked.unit.as_deref())?,
        from: time_of("from", asked.from.as_deref())?,
        until: time_of("until", asked.until.as_deref())?,
        category: asked.category,
        band: asked.band,
        q: asked.q.filter(|words| !words.trim().is_empty()),
    };
    let person = desk.asker.person;
    let rows = front.ask(move |front| {
        let rows = front.behind.incidents(&grant, &filter, &page)?.into_iter();
        rows.map(|(key, it)| Ok((key, for_reader(front, person, it)?)))
            .collect()
    });
    let rows = rows.await?;
    Ok(Json(paging::answer(&front, &list, limit, rows)))
}

/// One incident. Its entity tag names the heads of its document. Opening it marks it as read.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", tag = "incidents",
    params(("id" = String, Path)),
    responses((status = 200, body = IncidentDetailWire), (status = 401), (status = 403), (status = 404)))]
pub async fn incident(
    State(front): State<Front>,
    desk: Desk,
    Path(incident): Path<String>,
) -> Result<Response, Problem> {
    let grant = desk.may(Verb::SeeIncidents)?;
    let incident = id(&incident)?;
    let person = desk.asker.person;
    let found = front.ask(move |front| {
        let mut found = front.behind.incident(&grant, incident)?;
        fill_in(front, &grant, incident, &mut found.incident)?;
        unread::opened(front, person, incident, &mut found)?;
        Ok(found)
    });
    Ok(tagged(found.await?))
}

/// The incident types in force.
#[utoipa::path(get, path = "/api/v1/incident-types", tag = "incidents",
    responses((status = 200, body = IncidentTypesWire), (status = 401), (status = 403)))]
pub async fn incident_types(
    State(front): State<Front>,
    desk: Desk,
) -> Result<Json<IncidentTypesWire>, Problem> {
    desk.may(Verb::SeeMap)?;
    Ok(Json(front.behind(|it| it.incident_types()).await?))
}

/// An incident of a list, as this person has read it or not.
fn for_reader(front: &Front, person: PersonId, it: Listed) -> Result<IncidentWire, Problem> {
    let incident = id(&it.incident.id)?;
    Ok(IncidentWire {
        unread: unread::is_unread(front, person, incident, &it.tag)?,
        ..it.incident
    })
}

/// An incident with its entity tag.
pub fn tagged(it: Tagged) -> Response {
    ([(ETAG, format!("\"{}\"", it.tag))], Json(it.incident)).into_response()
}
