//! The pages, from inside the program: the command centre at `/`, the officer's app at `/field/`.
//!
//! They are built apart (`web/command`, `web/field`) and embedded when they are there; without them the
//! program compiles all the same and says how to build them. Files under `assets/` carry a hash in their
//! name and never change; everything else is asked for again each time. Any other path gets the page,
//! which has its own routes.

use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web/command/dist"]
#[allow_missing = true]
struct Desk;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web/field/dist"]
#[allow_missing = true]
struct Field;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
const NOT_BUILT: &str = include_str!("web/not-built.html");
/// The officer's app runs its core as WebAssembly in workers, shows photos and plays notes from memory.
const FIELD_CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; \
                         style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
                         font-src 'self'; connect-src 'self' blob:; manifest-src 'self'; base-uri 'none'; \
                         form-action 'self'; frame-ancestors 'none'";
/// What an officer's app needs of a phone, and nobody else's page may have.
const FIELD_PERMISSIONS: &str =
    "camera=(self), microphone=(self), geolocation=(self), screen-wake-lock=(self)";
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Any path that no route takes.
pub async fn page(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::not_found().into_response();
    }
    if path == "field" {
        return Redirect::temporary("/field/").into_response();
    }
    match path.strip_prefix("field/") {
        Some(inner) => as_field(from::<Field>(inner)),
        None => from::<Desk>(path),
    }
}

/// A file of one of the pages, or the page itself.
fn from<Built: RustEmbed>(path: &str) -> Response {
    if let Some(file) = Built::get(path) {
        return send(path, file);
    }
    // A file that is asked for by name and absent must not turn into the page.
    if path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'))
    {
        return Problem::not_found().into_response();
    }
    match Built::get("index.html") {
        Some(index) => send("index.html", index),
        None => (
            StatusCode::OK,
            [(header::CACHE_CONTROL, ASK_AGAIN)],
            Html(NOT_BUILT),
        )
            .into_response(),
    }
}

fn as_field(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(FIELD_CSP),
    );
    headers.insert(
        PERMISSIONS_POLICY,
        HeaderValue::from_static(FIELD_PERMISSIONS),
    );
    response
}

fn send(path: &str, file: EmbeddedFile) -> Response {
    let guessed = mime_guess::from_path(path).first_or_octet_stream();
    let caching = match path.starts_with("assets/") {
        true => IMMUTABLE,
        false => ASK_AGAIN,
    };
    let mut response = file.data.into_owned().into_response();
    let headers = response.headers_mut();
    if let Ok(media_type) = HeaderValue::from_str(guessed.as_ref()) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(RustEmbed)]
    #[folder = "$CARGO_MANIFEST_DIR/src/http/web"]
    struct Sample;

    async fn asked(path: &'static str) -> Response {
        page(Uri::from_static(path)).await
    }

    fn value(response: &Response, name: HeaderName) -> &str {
        let value = response.headers().get(name).map(|value| value.to_str());
        value.and_then(Result::ok).unwrap_or_default()
    }

    #[tokio::test]
    async fn the_officers_app_may_use_what_a_phone_has_and_the_desk_may_not() {
        for path in ["/field/", "/field/index.html", "/field/some/page"] {
            let response = asked(path).await;
            assert!(
                value(&response, header::CONTENT_SECURITY_POLICY).contains("'wasm-unsafe-eval'")
            );
            assert!(value(&response, PERMISSIONS_POLICY).contains("geolocation=(self)"));
        }
        let desk = asked("/incidents").await;
        assert_eq!(value(&desk, PERMISSIONS_POLICY), "");
    }

    #[tokio::test]
    async fn the_app_has_one_address_and_no_file_turns_into_a_page() {
        let short = asked("/field").await;
        assert_eq!(value(&short, header::LOCATION), "/field/");
        for path in ["/field/absent.js", "/absent.js", "/api/v1/absent"] {
            assert_eq!(asked(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        let page = from::<Sample>("not-built.html");
        assert_eq!(value(&page, header::CACHE_CONTROL), ASK_AGAIN);
        let file = Sample::get("not-built.html").expect("the file beside this one");
        let asset = send("assets/app-3f2a.js", file);
        assert_eq!(value(&asset, header::CACHE_CONTROL), IMMUTABLE);
        assert_eq!(value(&asset, header::CONTENT_TYPE), "text/javascript");
    }
}
