//! An office for tests: a centre in memory with people, phones and an incident, behind the real router.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tala_protocol::body::TrackBody;
use tala_protocol::cert::{Person, Role, Statement};
use tala_protocol::doc::IncidentEdit;
use tala_protocol::envelope::{Envelope, Kind, Lane};
use tala_protocol::fix::Fix;
use tala_protocol::id::{ObjectId, PersonId, RowId, UnitId};
use tala_protocol::sync::http_signature::{
    SignatureParams, SignedParts, content_digest, signature_header,
};
use tala_protocol::time::UnixMs;
use tala_protocol::track::{Segment, encode};
use tala_protocol::transport::Transport;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::app::session::{Sessions, Token};
use crate::app::staff::Passwords;
use crate::config::Config;
use crate::http::front::Front;
use crate::http::limits::RateLimits;
use crate::http::nonces::Nonces;
use crate::http::routes;
use crate::http::wire::page::Cursors;
use crate::media::Media;
use crate::store::projections::RowKind;
use crate::store::read;
use crate::store_door::DoorStore;
use crate::testing::{BEGIN, TestCentre, TestIncident, TestPhone, membership};

pub(super) const PASSWORD: &str = "long grass, short days";

/// A centre with its doors.
pub(super) struct Office {
    pub(super) centre: TestCentre,
    pub(super) front: Front,
    router: Router,
    people: u8,
    requests: u64,
    _folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Somebody signed in.
#[derive(Debug, Clone)]
pub(super) struct Staff {
    pub(super) person: PersonId,
    pub(super) cookie: String,
    pub(super) login: String,
}

impl Office {
    /// With the doors of a real one.
    pub(super) fn new() -> Self {
        Self::knocked_at(20)
    }

    /// Whose doors take so many tries a minute.
    pub(super) fn knocked_at(per_minute: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let centre = TestCentre::new();
        let mut config = Config::on_loopback(folder.path()).expect("sound");
        config.rates.device_per_minute = 1_000_000;
        config.rates.session_per_minute = 1_000_000;
        config.rates.door_per_minute = per_minute;
        let door = Arc::new(DoorStore::in_memory().expect("memory"));
        let front = Front {
            behind: centre.centre.clone(),
            sessions: Sessions::new(Arc::clone(&door), config.session),
            door,
            passwords: Arc::new(Passwords::with_cost(8, 1).expect("cost")),
            media: Arc::new(Media::open(&folder.path().join("media")).expect("media")),
            rates: Arc::new(RateLimits::new(&config.rates)),
            nonces: Arc::new(Nonces::for_rate(config.rates.device_per_minute)),
            cursors: Cursors::new([7; 32]),
            effects: centre.effects.clone(),
            stop: CancellationToken::new(),
            config: Arc::new(config),
        };
        Self {
            centre,
            router: routes::router(front.clone()),
            front,
            people: 0,
            requests: 0,
            _folder: folder,
        }
    }

    /// A person with a role, a login and a session.
    pub(super) fn with(&mut self, role: Role, unit: UnitId) -> Staff {
        self.people += 1;
        let person = PersonId::from_bytes([self.people; 16]);
        let login = format!("{}.{}", role.word(), self.people);
        let name = format!("Name of {login}");
        let stated = [
            Statement::Person(Person { person, name }),
            Statement::Membership(membership(person, unit, role)),
        ];
        self.centre.state(unit, &stated);
        let hash = self.front.passwords.hash(PASSWORD, &[1; 16]).expect("hash");
        let centre = &self.centre.centre;
        centre.set_password(&login, person, hash).expect("set");
        self.session(person, login)
    }

    /// A new session of a person.
    pub(super) fn session(&mut self, person: PersonId, login: String) -> Staff {
        self.requests += 1;
        let mut bytes = [0x11; 32];
        bytes[..8].copy_from_slice(&self.requests.to_be_bytes());
        let token = Token::from_bytes(bytes);
        let id = RowId::from_bytes([9; 16]);
        let begun = self
            .front
            .sessions
            .begin(person, id, &token, self.front.now());
        begun.expect("begun");
        Staff {
            person,
            cookie: format!("tala={}", token.text()),
            login,
        }
    }

    /// An incident of the phone's unit, and what said it.
    pub(super) fn incident(
        &self,
        phone: &mut TestPhone,
        edit: &IncidentEdit,
    ) -> (ObjectId, TestIncident) {
        let mut incident = TestIncident::default();
        let envelope = incident.write(phone, edit);
        self.hands_over(phone, &[envelope]);
        (incident.id.expect("made"), incident)
    }

    /// A ride of ten fixes; the patrol is the object of the first segment.
    pub(super) fn ride(&self, phone: &mut TestPhone, lat_e7: i32, lon_e7: i32) -> ObjectId {
        let fixes = (0..10).map(|n| {
            Fix::at(
                UnixMs(BEGIN.0 + i64::from(n) * 1_000),
                lat_e7,
                lon_e7 + n * 500,
            )
            .expect("a fix")
        });
        let segment = Segment {
            fixes: fixes.collect(),
            ..Segment::default()
        };
        let body = TrackBody {
            leg: 1,
            transport: Transport::Horse,
            segment: encode(&segment).expect("encodes"),
        };
        let patrol = ObjectId::from_bytes([0x44; 16]);
        let audience = tala_protocol::envelope::Audience::Field;
        let envelope = phone.says_in(
            Lane::Track,
            audience,
            Kind::Track,
            Some(patrol),
            &body.to_bytes(),
        );
        self.hands_over(phone, &[envelope]);
        patrol
    }

    /// A call for help from a phone; returns the alert's id.
    pub(super) fn calls_for_help(&self, phone: &mut TestPhone) -> String {
        let envelope = self.centre.call_for_help(phone, 0);
        self.hands_over(phone, &[envelope]);
        let alerts = read(self.centre.store.as_ref(), |reads| {
            reads.all_rows(RowKind::Alert)
        });
        let alerts = alerts.expect("reads");
        let last = alerts.iter().max_by_key(|row| row.at).expect("an alert");
        String::from_utf8(last.key.clone()).expect("hex")
    }

    /// Takes envelopes in and waits until desks see them.
    pub(super) fn hands_over(&self, phone: &mut TestPhone, envelopes: &[Envelope]) {
        phone.syncs(&self.centre, envelopes);
        self.centre.centre.settle().expect("settles");
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("answers");
        let (parts, body) = response.into_parts();
        let is_stream = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|it| it == "text/event-stream");
        let body = match is_stream {
            true => Bytes::new(),
            false => body.collect().await.expect("whole").to_bytes(),
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// The response with its body unread.
    pub(super) async fn open(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.expect("answers")
    }

    pub(super) async fn get(&self, staff: &Staff, path: &str) -> Answer {
        self.send(asks(Method::GET, path, Some(&staff.cookie), Value::Null))
            .await
    }

    pub(super) async fn post(&self, staff: &Staff, path: &str, body: Value) -> Answer {
        self.send(asks(Method::POST, path, Some(&staff.cookie), body))
            .await
    }

    /// A request that a phone signs now.
    pub(super) fn signed(
        &mut self,
        phone: &TestPhone,
        method: Method,
        path: &str,
        body: &[u8],
    ) -> Request<Body> {
        let created_s = self.front.now().0 / 1_000;
        self.signed_at(phone, created_s, method, path, body)
    }

    /// A request that a phone signs by its own clock.
    pub(super) fn signed_at(
        &mut self,
        phone: &TestPhone,
        created_s: i64,
        method: Method,
        path: &str,
        body: &[u8],
    ) -> Request<Body> {
        self.requests += 1;
        let params = SignatureParams {
            created_s,
            nonce: format!("{:032x}", self.requests),
            device: phone.device(),
        };
        let digest = content_digest(body);
        let parts = SignedParts {
            method: method.as_str(),
            path,
            query: "",
            content_digest: &digest,
        };
        let signature = phone.signature(&params.base(&parts));
        Request::builder()
            .method(method.clone())
            .uri(path)
            .header("content-digest", &digest)
            .header("signature-input", params.input_header())
            .header("signature", signature_header(&signature))
            .body(Body::from(body.to_vec()))
            .expect("request")
    }
}

/// A request with or without a cookie; JSON where there is a body.
pub(super) fn asks(method: Method, path: &str, cookie: Option<&str>, body: Value) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let body = match body {
        Value::Null => Body::empty(),
        body => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        }
    };
    request.body(body).expect("request")
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The name of the problem, or nothing.
    pub(super) fn problem(&self) -> String {
        let json = self.json();
        let name = json["type"].as_str().unwrap_or_default();
        name.rsplit('/').next().unwrap_or_default().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|it| it.to_str().ok())
            .unwrap_or_default()
    }
}

/// An incident with a title.
pub(super) fn titled(title: &str) -> IncidentEdit {
    IncidentEdit {
        title: title.to_owned().into(),
        ..IncidentEdit::default()
    }
}
