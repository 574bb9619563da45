//! Showing an incident to another unit, and handing it over.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use tala_protocol::envelope::Audience;
use tala_protocol::id::{ObjectId, UnitId};

use super::admin::{audit, with_password};
use crate::app::access::Verb;
use crate::http::front::Front;
use crate::http::given::{Given, id_of};
use crate::http::idempotency::{Made, once};
use crate::http::problem::Problem;
use crate::http::who::{Desk, id};
use crate::http::wire::incident::ShareWire;
use crate::store_door::AuditAct;

/// Shows an incident to another unit, by a signed grant; with `hand_over` that unit becomes responsible for
/// it. Whoever had it goes on seeing it.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/grants", tag = "incidents", request_body = ShareWire,
    params(("id" = String, Path), ("idempotency-key" = Option<String>, Header)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
pub async fn share(
    State(front): State<Front>,
    desk: Desk,
    Path(incident): Path<String>,
    headers: HeaderMap,
    Given(given): Given<ShareWire>,
) -> Result<Response, Problem> {
    let grant = desk.may(Verb::Share)?;
    let incident: ObjectId = id(&incident)?;
    front
        .behind(move |it| it.incident(&grant, incident))
        .await?;
    let unit: UnitId = id_of("unit", Some(&given.unit))?.ok_or(Problem::not_found())?;
    let audience = audience(&given.audience)?;
    let named = [
        b"share".as_slice(),
        incident.as_bytes(),
        unit.as_bytes(),
        given.audience.as_bytes(),
        &[u8::from(given.hand_over)],
    ];
    let asker = desk.asker.clone();
    let password = given.password.clone();
    let hand_over = given.hand_over;
    let work = front.ask(move |front| {
        let grant = with_password(front, &asker, Verb::Share, &password)?;
        let to = (unit, audience);
        front.behind.share(&grant, incident, to, hand_over)?;
        audit(front, AuditAct::Shared, &asker, None)?;
        Ok(Made::empty())
    });
    once(&front, &desk, &headers, &named, work).await
}

fn audience(word: &str) -> Result<Audience, Problem> {
    match word {
        "field" => Ok(Audience::Field),
        "command" => Ok(Audience::Command),
        "crime" => Ok(Audience::Crime),
        _ => Err(Problem::bad_field("audience is field, command or crime")),
    }
}
