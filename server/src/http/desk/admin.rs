//! Administration: quarantine, enrolment codes, devices.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use tala_protocol::cert::Directory;
use tala_protocol::id::DeviceId;
use utoipa::IntoParams;

use super::session::check_again;
use crate::app::access::{self, Asker, Grant, Verb};
use crate::app::enrolment;
use crate::http::front::Front;
use crate::http::given::{Asked, Given, id_of};
use crate::http::idempotency::{Made, once};
use crate::http::paging::{self, page_of};
use crate::http::problem::Problem;
use crate::http::who::{Desk, hash, id};
use crate::http::wire::PersonWire;
use crate::http::wire::admin::{
    DeviceWire, DevicesWire, EnrolmentAskedWire, EnrolmentWire, QuarantineWire,
};
use crate::http::wire::page::PageWire;
use crate::http::wire::session::PasswordWire;
use crate::http::wire::time::rfc3339;
use crate::store_door::{AuditAct, AuditRow};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QuarantineAsked {
    /// From the page before.
    cursor: Option<String>,
    /// 1 to 500, default 100.
    limit: Option<usize>,
}

impl paging::Filter for QuarantineAsked {
    fn text(&self) -> String {
        String::new()
    }
}

/// What is kept apart, newest first; never content.
#[utoipa::path(get, path = "/api/v1/quarantine", tag = "admin", params(QuarantineAsked),
    responses((status = 200, body = PageWire<QuarantineWire>), (status = 401), (status = 403)))]
pub async fn quarantine(
    State(front): State<Front>,
    desk: Desk,
    Asked(asked): Asked<QuarantineAsked>,
) -> Result<Json<PageWire<QuarantineWire>>, Problem> {
    let grant = desk.may(Verb::SeeQuarantine)?;
    let list = paging::name("quarantine", &desk, &asked);
    let page = page_of(&front, &list, asked.cursor.as_deref(), asked.limit)?;
    let limit = page.limit;
    let rows = front.behind(move |it| it.quarantine(&grant, &page)).await?;
    Ok(Json(paging::answer(&front, &list, limit, rows)))
}

/// Lets something out of quarantine, by a signed verdict.
#[utoipa::path(post, path = "/api/v1/quarantine/{envelope}/release", tag = "admin",
    request_body = PasswordWire,
    params(("envelope" = String, Path), ("idempotency-key" = Option<String>, Header)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn release(
    State(front): State<Front>,
    desk: Desk,
    Path(envelope): Path<String>,
    headers: HeaderMap,
    Given(given): Given<PasswordWire>,
) -> Result<Response, Problem> {
    desk.may(Verb::Release)?;
    let envelope = hash(&envelope)?;
    let tagged = envelope.to_tagged();
    let reason = given.reason.clone();
    let named = [b"release".as_slice(), &tagged, reason.as_bytes()];
    let asker = desk.asker.clone();
    let work = front.ask(move |front| {
        let grant = with_password(front, &asker, Verb::Release, &given.password)?;
        front.behind.release(&grant, &envelope, &given.reason)?;
        audit(front, AuditAct::Released, &asker, None)?;
        Ok(Made::empty())
    });
    once(&front, &desk, &headers, &named, work).await
}

/// Gives out a one-time enrolment code.
#[utoipa::path(post, path = "/api/v1/enrolments", tag = "admin", request_body = EnrolmentAskedWire,
    responses((status = 200, body = EnrolmentWire), (status = 401), (status = 403), (status = 422)))]
pub async fn enrolments(
    State(front): State<Front>,
    desk: Desk,
    Given(given): Given<EnrolmentAskedWire>,
) -> Result<Json<EnrolmentWire>, Problem> {
    let grant = desk.may(Verb::Enrol)?;
    let code = front.random()?;
    let order = enrolment::Order {
        row: front.row_id()?,
        unit: id_of("unit", Some(&given.unit))?.ok_or(Problem::not_found())?,
        person: id_of("person", given.person.as_deref())?,
        device_name: given.device_name,
        by: desk.asker.person,
        code,
    };
    if !grant.units().contains(&order.unit) {
        return Err(Problem::bad_field("unit is not one of yours"));
    }
    let asker = desk.asker;
    let made = front
        .ask(move |front| {
            let url = front.config.listen.public_url.clone();
            let directory = front.behind.directory();
            let row = order.row(&directory, front.now())?;
            front.behind.give_code(&row)?;
            audit(front, AuditAct::CodeGiven, &asker, None)?;
            let text = enrolment::code_text(&directory, &url, order.code);
            let qr_svg =
                enrolment::svg(&text).ok_or_else(|| Problem::inside("picture of a code"))?;
            Ok(EnrolmentWire {
                code: text,
                url,
                qr_svg,
                expires_at: rfc3339(row.expires_at),
            })
        })
        .await?;
    Ok(Json(made))
}

/// Devices of the units that the reader looks after.
#[utoipa::path(get, path = "/api/v1/devices", tag = "admin",
    responses((status = 200, body = DevicesWire), (status = 401), (status = 403)))]
pub async fn devices(State(front): State<Front>, desk: Desk) -> Result<Json<DevicesWire>, Problem> {
    let grant = desk.may(Verb::SeeDevices)?;
    let directory = front.behind.directory();
    let mut items: Vec<DeviceWire> = directory
        .phones()
        .filter_map(|device| describe(&front, &directory, &grant, device))
        .collect();
    items.sort_by(|a, b| (&b.from, &a.name, &a.id).cmp(&(&a.from, &b.name, &b.id)));
    Ok(Json(DevicesWire { items }))
}

/// Cuts a device off, by a signed revocation.
#[utoipa::path(post, path = "/api/v1/devices/{id}/revoke", tag = "admin", request_body = PasswordWire,
    params(("id" = String, Path), ("idempotency-key" = Option<String>, Header)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn revoke(
    State(front): State<Front>,
    desk: Desk,
    Path(device): Path<String>,
    headers: HeaderMap,
    Given(given): Given<PasswordWire>,
) -> Result<Response, Problem> {
    let grant = desk.may(Verb::Revoke)?;
    let device: DeviceId = id(&device)?;
    let directory = front.behind.directory();
    describe(&front, &directory, &grant, device).ok_or(Problem::not_found())?;
    let reason = given.reason.clone();
    let named = [b"revoke".as_slice(), device.as_bytes(), reason.as_bytes()];
    let asker = desk.asker.clone();
    let work = front.ask(move |front| {
        let grant = with_password(front, &asker, Verb::Revoke, &given.password)?;
        front.behind.revoke(&grant, device, &given.reason)?;
        audit(front, AuditAct::Revoked, &asker, Some(device))?;
        Ok(Made::empty())
    });
    once(&front, &desk, &headers, &named, work).await
}

/// A device, if it is in a unit that the grant reaches.
fn describe(
    front: &Front,
    directory: &Directory,
    grant: &Grant,
    device: DeviceId,
) -> Option<DeviceWire> {
    let stated = directory.key_statement(device)?;
    let assignment = directory.assignment(device, front.now())?;
    if !grant.units().contains(&assignment.unit) {
        return None;
    }
    Some(DeviceWire {
        id: device.to_string(),
        name: stated.name.clone(),
        unit: Some(assignment.unit.to_string()),
        person: assignment.person.map(|person| PersonWire {
            id: person.to_string(),
            name: directory.person_name(person).map(str::to_owned),
        }),
        from: rfc3339(stated.from),
        until: stated.until.map(rfc3339),
        revoked_at: directory.revocation(device).map(|it| rfc3339(it.at)),
    })
}

/// The same decision again, now with the password.
pub(super) fn with_password(
    front: &Front,
    asker: &Asker,
    verb: Verb,
    password: &str,
) -> Result<Grant, Problem> {
    let asker = check_again(front, asker, password)?;
    let grant = front.authorize(&asker, verb)?;
    let grant = grant.with_password();
    grant.map_err(|access::PasswordNeeded| Problem::password_needed())
}

/// Notes what was decided.
pub(super) fn audit(
    front: &Front,
    act: AuditAct,
    asker: &Asker,
    device: Option<DeviceId>,
) -> Result<(), Problem> {
    Ok(front.door.add_audit(&AuditRow {
        at: front.now(),
        act,
        person: Some(asker.person),
        device,
        ok: true,
    })?)
}
