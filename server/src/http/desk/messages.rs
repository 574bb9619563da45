//! Messages to the field and from it.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::Addressee;
use crate::app::access::Verb;
use crate::http::front::Front;
use crate::http::given::{Asked, Given, id_of};
use crate::http::idempotency::{Made, once};
use crate::http::paging::{self, page_of};
use crate::http::problem::Problem;
use crate::http::who::Desk;
use crate::http::wire::message::{MessageWire, RecipientWire, SaidWire, SayWire};
use crate::http::wire::page::PageWire;

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessagesAsked {
    /// In the lists of this unit and below.
    unit: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// 1 to 500, default 100.
    limit: Option<usize>,
}

impl paging::Filter for MessagesAsked {
    fn text(&self) -> String {
        format!("{:?}", self.unit)
    }
}

/// Messages, newest first, with who heard them and when.
#[utoipa::path(get, path = "/api/v1/messages", tag = "messages", params(MessagesAsked),
    responses((status = 200, body = PageWire<MessageWire>), (status = 401), (status = 403), (status = 422)))]
pub async fn messages(
    State(front): State<Front>,
    desk: Desk,
    Asked(asked): Asked<MessagesAsked>,
) -> Result<Json<PageWire<MessageWire>>, Problem> {
    let grant = desk.may(Verb::SeePatrols)?;
    let list = paging::name("messages", &desk, &asked);
    let page = page_of(&front, &list, asked.cursor.as_deref(), asked.limit)?;
    let limit = page.limit;
    let unit = id_of("unit", asked.unit.as_deref())?;
    let rows = front
        .behind(move |it| it.messages(&grant, unit, &page))
        .await?;
    Ok(Json(paging::answer(&front, &list, limit, rows)))
}

/// Says something to units and people of the field: signed for the person who asks, once in the list of every
/// unit that is meant. Somebody who is out of reach, or carries no phone there, is not found.
#[utoipa::path(post, path = "/api/v1/messages", tag = "messages", request_body = SayWire,
    params(("idempotency-key" = Option<String>, Header)),
    responses((status = 200, body = SaidWire), (status = 401), (status = 403), (status = 404),
        (status = 409), (status = 422)))]
pub async fn send(
    State(front): State<Front>,
    desk: Desk,
    headers: HeaderMap,
    Given(say): Given<SayWire>,
) -> Result<Response, Problem> {
    let grant = desk.may(Verb::SendMessage)?;
    let asked = serde_json::to_vec(&say).map_err(|error| Problem::internal(&error))?;
    let to: Vec<Addressee> = say.to.iter().map(addressee).collect::<Result<_, _>>()?;
    let reply_to = id_of("reply_to", say.reply_to.as_deref())?;
    let named = [b"message".as_slice(), &asked];
    let work = async {
        let said = front.behind(move |it| it.send_message(&grant, &say.text, &to, reply_to));
        let items = said.await?;
        Made::json(&SaidWire { items }, None)
    };
    once(&front, &desk, &headers, &named, work).await
}

fn addressee(to: &RecipientWire) -> Result<Addressee, Problem> {
    let none = || Problem::bad_field("to names no id");
    Ok(match to {
        RecipientWire::Unit(id) => Addressee::Unit(id_of("unit", Some(id))?.ok_or_else(none)?),
        RecipientWire::Person(id) => {
            Addressee::Person(id_of("person", Some(id))?.ok_or_else(none)?)
        }
    })
}
