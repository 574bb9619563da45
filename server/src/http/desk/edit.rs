//! A desk's change to an incident.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use tala_protocol::id::ObjectId;

use super::files::fill_in;
use crate::app::access::Verb;
use crate::http::front::Front;
use crate::http::given::Given;
use crate::http::idempotency::{Made, once};
use crate::http::problem::Problem;
use crate::http::unread;
use crate::http::who::{Desk, id};
use crate::http::wire::incident::{EditWire, IncidentDetailWire};

/// Changes fields, or chooses among several values. The office signs for the person who asks.
#[utoipa::path(patch, path = "/api/v1/incidents/{id}", tag = "incidents", request_body = EditWire,
    params(("id" = String, Path), ("if-match" = String, Header, description = "Entity tag that was read"),
        ("idempotency-key" = Option<String>, Header)),
    responses((status = 200, body = IncidentDetailWire), (status = 401), (status = 403), (status = 404),
        (status = 409), (status = 412), (status = 422), (status = 428)))]
pub async fn edit_incident(
    State(front): State<Front>,
    desk: Desk,
    Path(incident): Path<String>,
    headers: HeaderMap,
    Given(edit): Given<EditWire>,
) -> Result<Response, Problem> {
    let grant = desk.may(Verb::EditIncident)?;
    let incident: ObjectId = id(&incident)?;
    let tag = if_match(&headers)?;
    let said = serde_json::to_vec(&(&edit.fields, &edit.resolve));
    let said = said.map_err(|error| Problem::internal(&error))?;
    let named = [incident.as_bytes().as_slice(), tag.as_bytes(), &said];
    let person = desk.asker.person;
    let work = async {
        let tag = tag.clone();
        let edited = front.ask(move |front| {
            let edited = front.behind.edit_incident(&grant, incident, &tag, &edit)?;
            let mut edited = edited.ok_or(Problem::changed_since())?;
            fill_in(front, &grant, incident, &mut edited.incident)?;
            unread::opened(front, person, incident, &mut edited)?;
            Ok(edited)
        });
        let edited = edited.await?;
        Made::json(&edited.incident, Some(format!("\"{}\"", edited.tag)))
    };
    once(&front, &desk, &headers, &named, work).await
}

/// The entity tag that the client read.
fn if_match(headers: &HeaderMap) -> Result<String, Problem> {
    let given = headers
        .get(header::IF_MATCH)
        .ok_or(Problem::if_match_needed())?;
    let text = given.to_str().ok();
    let tag = text.and_then(|it| it.strip_prefix('"')?.strip_suffix('"'));
    let tag = tag.ok_or_else(|| Problem::bad_request("If-Match is one strong entity tag"))?;
    Ok(tag.to_owned())
}
