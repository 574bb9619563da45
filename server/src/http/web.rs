//! The command centre's page, from inside the program.
//!
//! It is built apart (`web/command`) and embedded when it is there; without it the program compiles all
//! the same and says how to build it. Files under `assets/` carry a hash in their name and never change;
//! everything else is asked for again each time. Any other path gets the page, which has its own routes.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web/command/dist"]
#[allow_missing = true]
struct Built;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
const NOT_BUILT: &str = include_str!("web/not-built.html");

/// Any path that no route takes.
pub async fn page(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::not_found().into_response();
    }
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
