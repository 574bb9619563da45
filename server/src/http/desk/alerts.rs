//! Alerts: who calls for help, which tracks crossed a boundary, and who looks after it.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use tala_protocol::id::ObjectId;
use utoipa::IntoParams;

use crate::app::access::Verb;
use crate::http::behind::AlertFilter;
use crate::http::front::Front;
use crate::http::given::{Asked, id_of};
use crate::http::idempotency::{Made, once};
use crate::http::paging::{self, page_of};
use crate::http::problem::Problem;
use crate::http::who::{Desk, id, whole};
use crate::http::wire::alert::{AckWire, AlertWire};
use crate::http::wire::page::PageWire;

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlertsAsked {
    /// Of this unit and below.
    unit: Option<String>,
    /// `open` or `acknowledged`; both when absent.
    state: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// 1 to 500, default 100.
    limit: Option<usize>,
}

impl paging::Filter for AlertsAsked {
    fn text(&self) -> String {
        format!("{:?}{:?}", self.unit, self.state)
    }
}

/// Alerts, newest first. An alert is open until somebody acknowledges it.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "alerts", params(AlertsAsked),
    responses((status = 200, body = PageWire<AlertWire>), (status = 401), (status = 403), (status = 422)))]
pub async fn alerts(
    State(front): State<Front>,
    desk: Desk,
    Asked(asked): Asked<AlertsAsked>,
) -> Result<Json<PageWire<AlertWire>>, Problem> {
    let grant = desk.may(Verb::SeePatrols)?;
    let list = paging::name("alerts", &desk, &asked);
    let page = page_of(&front, &list, asked.cursor.as_deref(), asked.limit)?;
    let limit = page.limit;
    let filter = AlertFilter {
        unit: id_of("unit", asked.unit.as_deref())?,
        open: open(asked.state.as_deref())?,
    };
    let rows = front
        .behind(move |it| it.alerts(&grant, &filter, &page))
        .await?;
    Ok(Json(paging::answer(&front, &list, limit, rows)))
}

/// Says that somebody has taken an alert on: signed for the person who asks, in the urgent lane, so that the
/// phone that called hears it. One that was acknowledged before is answered as it stands.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/ack", tag = "alerts", request_body = Option<AckWire>,
    params(("id" = String, Path), ("idempotency-key" = Option<String>, Header)),
    responses((status = 200, body = AlertWire), (status = 401), (status = 403), (status = 404),
        (status = 409), (status = 422)))]
pub async fn acknowledge(
    State(front): State<Front>,
    desk: Desk,
    Path(alert): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let grant = desk.may(Verb::AckAlert)?;
    let alert: ObjectId = id(&alert)?;
    let body = whole(body).await?;
    let given = word(&body)?;
    let named = [b"ack".as_slice(), alert.as_bytes(), &body];
    let work = async {
        let acknowledged =
            front.behind(move |it| it.acknowledge(&grant, alert, given.note.as_deref()));
        Made::json(&acknowledged.await?, None)
    };
    once(&front, &desk, &headers, &named, work).await
}

fn open(state: Option<&str>) -> Result<Option<bool>, Problem> {
    match state {
        None => Ok(None),
        Some("open") => Ok(Some(true)),
        Some("acknowledged") => Ok(Some(false)),
        Some(_) => Err(Problem::bad_field("state is open or acknowledged")),
    }
}

/// A word may be said with it; an empty body says none.
fn word(body: &[u8]) -> Result<AckWire, Problem> {
    if body.is_empty() {
        return Ok(AckWire::default());
    }
    serde_json::from_slice(body).map_err(|error| Problem::bad_field(error.to_string()))
}
