//! `Range`, and sending a file or a part of it.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use object_store::GetRange;

use crate::media::Piece;

/// The one range that a request asks for. Several ranges, other units and nonsense are ignored, as RFC
/// 9110 allows: the answer is the whole.
pub fn asked(headers: &HeaderMap, len: u64) -> Result<Option<GetRange>, OutOfRange> {
    let text = headers.get(header::RANGE).and_then(|it| it.to_str().ok());
    let Some((first, last)) = text
        .and_then(|text| text.strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'))
    else {
        return Ok(None);
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), _) if first >= len => Err(OutOfRange { len }),
        (Ok(first), Ok(last)) if last >= first => Ok(Some(GetRange::Bounded(
            first..last.saturating_add(1).min(len),
        ))),
        (Ok(first), Err(_)) if last.is_empty() => Ok(Some(GetRange::Bounded(first..len))),
        (Err(_), Ok(0)) if first.is_empty() => Err(OutOfRange { len }),
        (Err(_), Ok(last)) if first.is_empty() => {
            Ok(Some(GetRange::Bounded(len.saturating_sub(last)..len)))
        }
        _ => Ok(None),
    }
}

/// A range that lies behind the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfRange {
    /// Length of the whole.
    pub len: u64,
}

impl IntoResponse for OutOfRange {
    fn into_response(self) -> Response {
        let range = format!("bytes */{}", self.len);
        (
            StatusCode::RANGE_NOT_SATISFIABLE,
            [(header::CONTENT_RANGE, range)],
        )
            .into_response()
    }
}

/// Sends bytes of a file as what they are said to be, never as something a browser would run.
pub fn send(piece: Piece, media_type: &str) -> Response {
    let is_part = piece.range.start > 0 || piece.range.end < piece.len;
    let len = piece.range.end.saturating_sub(piece.range.start);
    let mut response = Body::from_stream(piece.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, shown_type(media_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(len));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    if is_part {
        let (first, last) = (piece.range.start, piece.range.end.saturating_sub(1));
        let range = format!("bytes {first}-{last}/{}", piece.len);
        if let Ok(range) = HeaderValue::from_str(&range) {
            headers.insert(header::CONTENT_RANGE, range);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

/// Types that browsers show and do not run; everything else is bytes.
fn shown_type(media_type: &str) -> HeaderValue {
    let shown = match media_type {
        "image/jpeg" => "image/jpeg",
        "image/png" => "image/png",
        "image/webp" => "image/webp",
        "image/heic" => "image/heic",
        "audio/mp4" => "audio/mp4",
        "audio/ogg" => "audio/ogg",
        "video/mp4" => "video/mp4",
        _ => "application/octet-stream",
    };
    HeaderValue::from_static(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Option<GetRange>, OutOfRange> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, text.parse().expect("header"));
        asked(&headers, 100)
    }

    #[test]
    fn one_range_is_read_and_anything_else_means_the_whole() {
        for (text, range) in [
            ("bytes=0-9", 0..10),
            ("bytes=90-", 90..100),
            ("bytes=-10", 90..100),
            ("bytes=95-900", 95..100),
            ("bytes=-900", 0..100),
        ] {
            assert_eq!(of(text), Ok(Some(GetRange::Bounded(range))), "{text}");
        }
        for text in [
            "lines=1-2",
            "bytes=5-4",
            "bytes=0-1,4-5",
            "bytes=-",
            "bytes=a-b",
        ] {
            assert_eq!(of(text), Ok(None), "{text}");
        }
        for text in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(of(text), Err(OutOfRange { len: 100 }), "{text}");
        }
    }

    #[test]
    fn nothing_that_runs_is_sent_as_itself() {
        assert_eq!(shown_type("image/jpeg"), "image/jpeg");
        for risky in ["text/html", "image/svg+xml", "application/javascript"] {
            assert_eq!(shown_type(risky), "application/octet-stream");
        }
    }
}
