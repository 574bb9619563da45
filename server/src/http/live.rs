//! The live stream: one per page, authorized event by event.
//!
//! A stream holds a session, not a permission: every two seconds it asks whether the session still holds
//! and whether its roles are the same, so a sign-out or a revocation ends it within five. It ends with
//! `bye`, also when the centre stops; without that an open stream would hold up the stop for ever.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use tokio::sync::broadcast;
use tokio::time::Instant;

use super::behind::{LiveEvent, LiveRead};
use super::front::Front;
use super::problem::Problem;
use super::unread;
use super::who::Desk;
use super::wire::live::ByeWire;
use super::wire::page::Key;
use crate::app::access::{Asker, Grant, Verb};
use crate::store::projections::LiveRow;
use crate::store_door::SessionRow;

/// How often a stream asks whether its session holds.
const CHECK: Duration = Duration::from_secs(2);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Ids are cursors of this list.
const LIST: &str = "live";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What happens, as it happens.
#[utoipa::path(get, path = "/api/v1/live", tag = "live",
    params(("last-event-id" = Option<String>, Header, description = "Id of the last event seen")),
    responses((status = 200, content_type = "text/event-stream", body = String,
        description = "Events position, track, patrol, incident, alert, reset, bye")))]
pub async fn live(
    State(front): State<Front>,
    desk: Desk,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let grants = Grants::of(&front, &desk.asker)?;
    let last = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    // An id that is not ours is of another life of the centre: everything is to be read again.
    let after = last.map(|id| front.cursors.read(LIST, id).map(|key| key.0.unsigned_abs()));
    let page = Page {
        wake: front.behind.live_listen(),
        front,
        asker: desk.asker,
        session: desk.session,
        grants,
        after: after.flatten(),
        waiting: VecDeque::new(),
        check_at: Instant::now() + CHECK,
        is_over: false,
    };
    let page = page.begun(after == Some(None)).await?;
    let stream = Sse::new(events(page)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    let no_buffering = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((no_buffering, stream).into_response())
}

/// What one reader may know about.
#[derive(Debug, Clone)]
struct Grants {
    patrols: Option<Grant>,
    incidents: Option<Grant>,
}

/// One open stream.
struct Page {
    front: Front,
    asker: Asker,
    session: SessionRow,
    grants: Grants,
    after: Option<u64>,
    waiting: VecDeque<Event>,
    wake: broadcast::Receiver<Arc<LiveRow>>,
    check_at: Instant,
    is_over: bool,
}

impl Grants {
    fn of(front: &Front, asker: &Asker) -> Result<Self, Problem> {
        let patrols = front.authorize(asker, Verb::SeePatrols).ok();
        let incidents = front.authorize(asker, Verb::SeeIncidents).ok();
        match (&patrols, &incidents) {
            (None, None) => Err(Problem::forbidden()),
            _ => Ok(Self { patrols, incidents }),
        }
    }

    fn let_through(&self, event: &LiveEvent) -> bool {
        let grant = match event.event {
            "incident" => &self.incidents,
            _ => &self.patrols,
        };
        let reaches = |grant: &Grant| {
            let mut scopes = event.scopes.iter();
            scopes.any(|scope| grant.reaches(scope.unit, scope.audience))
        };
        grant.as_ref().is_some_and(reaches)
    }
}

impl Page {
    /// Reads what is there already.
    async fn begun(mut self, is_strange: bool) -> Result<Self, Problem> {
        if is_strange {
            self.waiting
                .push_back(Event::default().event("reset").data("{}"));
        }
        self.read().await?;
        Ok(self)
    }

    async fn read(&mut self) -> Result<(), Problem> {
        let after = self.after;
        let (person, grants) = (self.asker.person, self.grants.clone());
        let read = self.front.ask(move |front| {
            let mut read = front.behind.live_after(after)?;
            if let LiveRead::Events(events) = &mut read {
                let mut own = events.iter_mut().filter(|event| grants.let_through(event));
                own.try_for_each(|event| unread::told(front, person, event))?;
            }
            Ok(read)
        });
        let read = read.await?;
        match read {
            LiveRead::Reset { end } => {
                // A first visit has read nothing yet, so there is nothing to read again.
                if self.after.replace(end).is_some() {
                    let reset = Event::default().event("reset").data("{}");
                    self.waiting.push_back(reset.id(self.id(end)));
                }
            }
            LiveRead::Events(events) => {
                for event in events {
                    self.after = Some(event.at);
                    if self.grants.let_through(&event) {
                        let id = self.id(event.at);
                        let data = event.data.to_string();
                        self.waiting
                            .push_back(Event::default().event(event.event).id(id).data(data));
                    }
                }
            }
        }
        Ok(())
    }

    fn id(&self, at: u64) -> String {
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        self.front.cursors.make(LIST, &Key(at, Vec::new()))
    }

    /// Why the stream has to end, if it has to.
    async fn ending(&self) -> Option<&'static str> {
        let token_hash = self.session.token_hash;
        let found = self
            .front
            .ask(move |front| Ok(front.sessions.find_hash(&token_hash, front.now())?))
            .await;
        match found {
            Ok(Some(session)) if self.front.asker(&session).posts == self.asker.posts => None,
            Ok(Some(_)) => Some("revoked"),
            Ok(None) => Some("signed_out"),
            Err(_) => Some("shutdown"),
        }
    }

    /// The next event, after as long as it takes.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.is_over {
                return None;
            }
            if Instant::now() >= self.check_at {
                self.check_at = Instant::now() + CHECK;
                if let Some(reason) = self.ending().await {
                    return Some(self.bye(reason));
                }
            }
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            tokio::select! {
                () = self.front.stop.cancelled() => return Some(self.bye("shutdown")),
                () = tokio::time::sleep_until(self.check_at) => {}
                grown = self.wake.recv() => {
                    // Whoever lagged behind the channel reads from the store, so nothing is lost.
                    let is_closed = matches!(grown, Err(broadcast::error::RecvError::Closed));
                    if is_closed || self.read().await.is_err() {
                        return Some(self.bye("shutdown"));
                    }
                }
            }
        }
    }

    fn bye(&mut self, reason: &'static str) -> Event {
        self.is_over = true;
        let bye = Event::default().event("bye");
        let data = serde_json::to_string(&ByeWire { reason });
        bye.data(data.unwrap_or_default())
    }
}

fn events(page: Page) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(page, |mut page| async move {
        let event = page.next().await?;
        Some((Ok(event), page))
    })
}
