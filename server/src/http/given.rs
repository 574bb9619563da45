//! What a request holds, read at the edge: JSON bodies and queries whose faults are named in our shape.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use tala_protocol::time::UnixMs;

use super::problem::Problem;
use super::wire::time;

/// A JSON body.
#[derive(Debug)]
pub struct Given<T>(pub T);

/// The query.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(JsonRejection::MissingJsonContentType(_)) => {
                Err(Problem::media_type("application/json"))
            }
            Err(JsonRejection::JsonDataError(error)) => Err(Problem::bad_field(error.body_text())),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Problem::too_large())
            }
            Err(error) => Err(Problem::bad_request(error.body_text())),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(error) => Err(Problem::bad_field(error.body_text())),
        }
    }
}

/// Reads a time of a query.
pub fn time_of(name: &str, text: Option<&str>) -> Result<Option<UnixMs>, Problem> {
    let read = |text| {
        let at = time::parse(text);
        at.ok_or_else(|| Problem::bad_field(format!("{name} is not an RFC 3339 time")))
    };
    text.map(read).transpose()
}

/// Reads an id of a query or body.
pub fn id_of<T: std::str::FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    let read = |text: &str| {
        let id = text.parse();
        id.map_err(|_malformed| Problem::bad_field(format!("{name} is not an id")))
    };
    text.map(read).transpose()
}

/// Reads `w,s,e,n` in degrees.
pub fn bbox_of(text: Option<&str>) -> Result<Option<[f64; 4]>, Problem> {
    let Some(text) = text else {
        return Ok(None);
    };
    let numbers: Result<Vec<f64>, _> = text.split(',').map(str::parse).collect();
    let sides: Option<[f64; 4]> = numbers.ok().and_then(|sides| sides.try_into().ok());
    match sides {
        Some([w, s, e, n]) if w <= e && s <= n && [w, s, e, n].iter().all(|it| it.is_finite()) => {
            Ok(Some([w, s, e, n]))
        }
        _ => Err(Problem::bad_field(
            "bbox is west,south,east,north in degrees",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_four_numbers_in_their_order() {
        assert_eq!(bbox_of(None).expect("none"), None);
        assert_eq!(
            bbox_of(Some("1,2,3,4")).expect("box"),
            Some([1.0, 2.0, 3.0, 4.0])
        );
        for bad in ["1,2,3", "3,2,1,4", "1,2,3,NaN", "a,b,c,d", ""] {
            assert!(bbox_of(Some(bad)).is_err(), "{bad}");
        }
    }
}
