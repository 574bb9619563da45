//! What every request passes through, from the outside in.
//!
//! 1. an id; 2. the observer (log line, metrics); 3. failures get their body; 4. panics become failures;
//! 5. security headers; 6. compression; then, by route: silence, length, cross-site writes.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{
    MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::problem::{self, Problem};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The page talks to its own origin only; MapLibre's worker is a file of ours, its sprites blobs.
const CSP: &str = "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' \
                   'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
                   manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Puts the common layers around all routes. Innermost first, as axum adds them.
pub fn around(router: Router) -> Router {
    let packed = DefaultPredicate::new()
        // Sync messages and map archives are compressed inside.
        .and(NotForContentType::const_new("application/vnd.tala"))
        .and(NotForContentType::const_new("application/octet-stream"));
    router
        .layer(CompressionLayer::new().compress_when(packed))
        .layer(middleware::from_fn(secure))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(problem::render))
        .layer(middleware::from_fn(observe))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

/// Bounds bodies of a group of routes: so many bytes, and never silent for longer than `idle`. A slow
/// sender may take as long as it keeps sending.
pub fn bounded<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    len_max: usize,
    idle: Duration,
) -> Router<S> {
    routes
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(len_max))
        .layer(RequestBodyTimeoutLayer::new(idle))
}

/// Refuses writes that another site's page sent with a cookie of ours.
pub fn same_site<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    let refuse = |_: ProtectionError| Problem::forbidden().into_response();
    routes.layer(CsrfLayer::new().with_rejection_response(refuse))
}

/// One log line and two metrics a request: the route, never the path or the query, which hold ids and
/// words that people searched for.
async fn observe(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("(page)", MatchedPath::as_str).to_owned();
    let id = request.extensions().get::<RequestId>().cloned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let took = began.elapsed();
    let problem = response.extensions().get::<Problem>();
    let id = id.as_ref().and_then(|id| id.header_value().to_str().ok());
    let id = id.unwrap_or_default();
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match problem.and_then(Problem::cause) {
        Some(cause) => {
            tracing::error!(request = id, %method, route, status, took_ms, cause, "request failed");
        }
        None => tracing::info!(request = id, %method, route, status, took_ms, "request"),
    }
    let labels = [
        ("method", method.to_string()),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::counter!("tala_http_requests_total", &labels).increment(1);
    metrics::histogram!("tala_http_request_seconds", &labels).record(took.as_secs_f64());
    response
}

/// Headers of every answer. What the API says is private unless a handler said otherwise.
async fn secure(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    put(header::CONTENT_SECURITY_POLICY, CSP);
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "no-referrer");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=()",
    );
    put(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    put(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    if is_api {
        put(header::CACHE_CONTROL, "private, no-store");
    }
    response
}

fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("without words");
    Problem::inside(format!("panic: {text}")).into_response()
}
