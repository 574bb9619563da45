//! Plans for the field.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use tala_protocol::id::UnitId;
use utoipa::IntoParams;

use crate::app::access::Verb;
use crate::http::front::Front;
use crate::http::given::{Asked, Given, id_of};
use crate::http::idempotency::{Made, once};
use crate::http::paging::{self, page_of};
use crate::http::problem::Problem;
use crate::http::who::Desk;
use crate::http::wire::page::PageWire;
use crate::http::wire::plan::{NewPlanWire, PlanWire};

/// Which plans.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlansAsked {
    /// Of this unit and below.
    unit: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// 1 to 500, default 100.
    limit: Option<usize>,
}

impl paging::Filter for PlansAsked {
    fn text(&self) -> String {
        format!("{:?}", self.unit)
    }
}

/// Plans, the last that was made first, with what became of their tasks.
#[utoipa::path(get, path = "/api/v1/plans", tag = "plans", params(PlansAsked),
    responses((status = 200, body = PageWire<PlanWire>), (status = 401), (status = 403), (status = 422)))]
pub async fn plans(
    State(front): State<Front>,
    desk: Desk,
    Asked(asked): Asked<PlansAsked>,
) -> Result<Json<PageWire<PlanWire>>, Problem> {
    let grant = desk.may(Verb::SeePatrols)?;
    let list = paging::name("plans", &desk, &asked);
    let page = page_of(&front, &list, asked.cursor.as_deref(), asked.limit)?;
    let limit = page.limit;
    let unit = id_of("unit", asked.unit.as_deref())?;
    let rows = front
        .behind(move |it| it.plans(&grant, unit, &page))
        .await?;
    Ok(Json(paging::answer(&front, &list, limit, rows)))
}

/// Makes a plan for a unit: signed for the person who asks. The phones of exactly that unit hold it, and may
/// say of its tasks that they are done.
#[utoipa::path(post, path = "/api/v1/plans", tag = "plans", request_body = NewPlanWire,
    params(("idempotency-key" = Option<String>, Header)),
    responses((status = 200, body = PlanWire), (status = 401), (status = 403), (status = 404),
        (status = 409), (status = 422)))]
pub async fn make(
    State(front): State<Front>,
    desk: Desk,
    headers: HeaderMap,
    Given(plan): Given<NewPlanWire>,
) -> Result<Response, Problem> {
    let grant = desk.may(Verb::Plan)?;
    let asked = serde_json::to_vec(&plan).map_err(|error| Problem::internal(&error))?;
    let unit: Option<UnitId> = id_of("unit", Some(&plan.unit))?;
    let unit = unit.ok_or_else(|| Problem::bad_field("unit names no id"))?;
    let named = [b"plan".as_slice(), &asked];
    let work = async {
        let made = front.behind(move |it| it.make_plan(&grant, unit, &plan));
        Made::json(&made.await?, None)
    };
    once(&front, &desk, &headers, &named, work).await
}
