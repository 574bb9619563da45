//! Signing in and out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum_extra::extract::cookie::{Cookie, SameSite};
use tala_protocol::cert::Role;
use tala_protocol::id::PersonId;

use crate::app::access::{Asker, Verb};
use crate::app::session::Token;
use crate::app::staff::LOGIN_LEN_MAX;
use crate::http::front::Front;
use crate::http::given::Given;
use crate::http::limits;
use crate::http::problem::Problem;
use crate::http::who::{Desk, cookie_name};
use crate::http::wire::session::{MembershipWire, SessionWire, SignInWire};
use crate::http::wire::time::rfc3339;
use crate::http::wire::unit::{UnitWire, UnitsWire};
use crate::http::wire::{NamesWire, PersonWire};
use crate::store_door::{AuditAct, AuditRow};

/// Counts a try at a door before anything is looked at.
#[derive(Debug)]
pub struct DoorTry;

impl axum::extract::FromRequestParts<Front> for DoorTry {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, front: &Front) -> Result<Self, Problem> {
        let address = limits::address(parts, front.config.listen.behind_proxy);
        front.rates.door(address)?;
        Ok(Self)
    }
}

/// Signs in.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignInWire,
    responses((status = 200, body = SessionWire), (status = 401), (status = 429)))]
pub async fn sign_in(
    State(front): State<Front>,
    _try: DoorTry,
    Given(given): Given<SignInWire>,
) -> Result<Response, Problem> {
    let person = front
        .ask(move |front| check_password(front, &given.login, &given.password))
        .await?;
    let token = Token::from_bytes(front.random()?);
    let (kept, id) = (token.clone(), front.row_id()?);
    let session = front
        .ask(move |front| Ok(front.sessions.begin(person, id, &kept, front.now())?))
        .await?;
    let asker = front.asker(&session);
    let body = describe(&front, &asker).await?;
    let cookie = cookie(&front, token.text()).to_string();
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Json(body)).into_response())
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = SessionWire), (status = 401)))]
pub async fn session(State(front): State<Front>, desk: Desk) -> Result<Json<SessionWire>, Problem> {
    Ok(Json(describe(&front, &desk.asker).await?))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204), (status = 401)))]
pub async fn sign_out(State(front): State<Front>, desk: Desk) -> Result<Response, Problem> {
    let session = desk.session;
    front
        .ask(move |front| {
            front.sessions.end(&session, front.now())?;
            audit(front, AuditAct::SignOut, Some(session.person), true)
        })
        .await?;
    let mut cookie = cookie(&front, String::new());
    cookie.make_removal();
    let headers = AppendHeaders([(SET_COOKIE, cookie.to_string())]);
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// The units that the reader may see.
#[utoipa::path(get, path = "/api/v1/units", tag = "session",
    responses((status = 200, body = UnitsWire), (status = 401), (status = 403)))]
pub async fn units(State(front): State<Front>, desk: Desk) -> Result<Json<UnitsWire>, Problem> {
    let seen = desk.may(Verb::SeeUnits)?;
    let patrols = desk.may(Verb::SeePatrols).ok();
    let now = front.now();
    let items = front
        .behind(move |it| {
            let out = match &patrols {
                Some(grant) => it.out_by_unit(grant)?,
                None => Default::default(),
            };
            let directory = it.directory();
            let tree = directory.units();
            let units = seen.units();
            let item = |unit| {
                let stated = tree.at(unit, now)?;
                Some(UnitWire {
                    id: unit.to_string(),
                    parent: stated
                        .parent
                        .filter(|parent| units.contains(parent))
                        .map(|parent| parent.to_string()),
                    level: stated.level.word(),
                    names: NamesWire::of(&stated.names),
                    officers_out: out.get(&unit).copied().unwrap_or(0),
                })
            };
            Ok(units.iter().copied().filter_map(item).collect())
        })
        .await?;
    Ok(Json(UnitsWire { items }))
}

/// Whose login and password these are. A wrong login takes as long as a wrong password.
fn check_password(front: &Front, login: &str, password: &str) -> Result<PersonId, Problem> {
    let account = match login.len() <= LOGIN_LEN_MAX {
        true => front.behind.account(login)?,
        false => None,
    };
    let account = account.filter(|account| account.closed_at.is_none());
    let stored = account.as_ref().map(|it| it.password_hash.as_str());
    let fits = front.passwords.check(password, stored);
    let person = account.map(|account| account.person);
    audit(front, AuditAct::SignIn, person, fits)?;
    match (fits, person) {
        (true, Some(person)) => Ok(person),
        _ => Err(Problem::wrong_password()),
    }
}

/// Asks the password of somebody who is signed in again.
pub fn check_again(front: &Front, asker: &Asker, password: &str) -> Result<Asker, Problem> {
    let account = front.behind.account_of(asker.person)?;
    let account = account.filter(|account| account.closed_at.is_none());
    let stored = account.as_ref().map(|it| it.password_hash.as_str());
    let fits = front.passwords.check(password, stored);
    audit(front, AuditAct::PasswordAgain, Some(asker.person), fits)?;
    match fits {
        true => Ok(Asker {
            sign_in: tala_protocol::envelope::SignIn::PasswordAgain,
            ..asker.clone()
        }),
        false => Err(Problem::password_needed()),
    }
}

async fn describe(front: &Front, asker: &Asker) -> Result<SessionWire, Problem> {
    let log = front.behind(|it| it.log()).await?;
    let directory = front.behind.directory();
    let name = directory.person_name(asker.person).map(str::to_owned);
    let memberships = asker.posts.iter().map(|post| MembershipWire {
        unit: post.unit.to_string(),
        role: post.role.word().to_owned(),
    });
    // Somebody with several posts begins where the desk is, not where the saddle is.
    let is_desk = |role| !matches!(role, Role::Officer | Role::Auxiliary);
    let home = asker.posts.iter().find(|post| is_desk(post.role));
    let home = home.or(asker.posts.first());
    Ok(SessionWire {
        person: PersonWire {
            id: asker.person.to_string(),
            name,
        },
        memberships: memberships.collect(),
        unit: home.map(|post| post.unit.to_string()),
        zone: front.config.zone.clone(),
        deployment: front.config.deployment.clone(),
        server_time: rfc3339(front.now()),
        log,
    })
}

fn cookie(front: &Front, value: String) -> Cookie<'static> {
    let over_tls = front.over_tls();
    Cookie::build((cookie_name(over_tls), value))
        .path("/")
        .http_only(true)
        .secure(over_tls)
        .same_site(SameSite::Strict)
        .build()
}

fn audit(front: &Front, act: AuditAct, person: Option<PersonId>, ok: bool) -> Result<(), Problem> {
    let at = front.now();
    Ok(front.door.add_audit(&AuditRow {
        at,
        act,
        person,
        device: None,
        ok,
    })?)
}
