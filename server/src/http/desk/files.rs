//! Files of incidents: originals and small pictures.
//!
//! A file is read through the record that cites it. It is there only once the device that described it
//! has handed over all of its bytes; foreign and absent files are answered alike.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use crate::app::access::{Grant, Verb};
use crate::http::behind::Description;
use crate::http::front::Front;
use crate::http::problem::Problem;
use crate::http::range;
use crate::http::who::{Desk, hash, id};
use crate::http::wire::incident::IncidentDetailWire;

/// The original, as it was handed over.
#[utoipa::path(get, path = "/api/v1/incidents/{id}/media/{hash}", tag = "incidents",
    params(("id" = String, Path), ("hash" = String, Path), ("range" = Option<String>, Header)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 206),
        (status = 401), (status = 403), (status = 404), (status = 416)))]
pub async fn original(
    State(front): State<Front>,
    desk: Desk,
    Path((incident, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let described = described(&front, &desk, &incident, &file).await?;
    send(&front, &described.body.hash, &described, &headers).await
}

/// A small JPEG: the phone's own where it sent one, otherwise made here.
#[utoipa::path(get, path = "/api/v1/incidents/{id}/media/{hash}/thumb", tag = "incidents",
    params(("id" = String, Path), ("hash" = String, Path)),
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>),
        (status = 401), (status = 403), (status = 404)))]
pub async fn thumb(
    State(front): State<Front>,
    desk: Desk,
    Path((incident, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let described = cited(&front, &desk, &incident, &file).await?;
    let small = match own_thumb(&front, &described).await? {
        Some(small) => Some(small),
        None if is_here(&front, &described).await? => {
            let made = front.media.small_picture(&described.body.hash).await;
            made.map_err(|error| Problem::internal(&error))?
        }
        None => None,
    };
    let small = small.ok_or(Problem::not_found())?;
    Ok(range::send(small, "image/jpeg"))
}

/// Says of each file that an incident cites how much of it is here.
pub fn fill_in(
    front: &Front,
    grant: &Grant,
    incident: ObjectId,
    shown: &mut IncidentDetailWire,
) -> Result<(), Problem> {
    let described = front.behind.files_of(grant, incident)?;
    for cited in &mut shown.evidence {
        let of_this = described
            .iter()
            .filter(|it| it.body.hash.to_string() == cited.hash);
        for it in of_this {
            let upload = front.door.upload(it.device, &it.body.hash)?;
            let Some(upload) = upload else { continue };
            cited.received = cited.received.max(upload.stored);
            cited.state = match (upload.done_at, cited.state) {
                (Some(_), _) | (None, "complete") => "complete",
                (None, _) => "partial",
            };
        }
    }
    Ok(())
}

/// The description of a file whose bytes are here.
async fn described(
    front: &Front,
    desk: &Desk,
    incident: &str,
    file: &str,
) -> Result<Description, Problem> {
    let described = cited(front, desk, incident, file).await?;
    match is_here(front, &described).await? {
        true => Ok(described),
        false => Err(Problem::not_found()),
    }
}

/// A description of the file, of this incident, that the reader may see.
async fn cited(
    front: &Front,
    desk: &Desk,
    incident: &str,
    file: &str,
) -> Result<Description, Problem> {
    let grant = desk.may(Verb::SeeIncidents)?;
    let incident: ObjectId = id(incident)?;
    let file = hash(file)?;
    let all = front
        .behind(move |it| it.files_of(&grant, incident))
        .await?;
    let seen = all.into_iter().filter(|it| it.body.hash == file);
    first_here(front, seen.collect()).await
}

/// Of several descriptions one whose device handed the file over, or else the first.
async fn first_here(front: &Front, all: Vec<Description>) -> Result<Description, Problem> {
    front
        .ask(move |front| {
            let mut first = None;
            for it in all {
                if front.door.has_uploaded(it.device, &it.body.hash)? {
                    return Ok(it);
                }
                first = first.or(Some(it));
            }
            first.ok_or(Problem::not_found())
        })
        .await
}

async fn is_here(front: &Front, it: &Description) -> Result<bool, Problem> {
    let (device, hash) = (it.device, it.body.hash);
    front
        .ask(move |front| Ok(front.door.has_uploaded(device, &hash)?))
        .await
}

async fn own_thumb(
    front: &Front,
    it: &Description,
) -> Result<Option<crate::media::Piece>, Problem> {
    let Some((hash, _)) = it.body.thumb else {
        return Ok(None);
    };
    let device = it.device;
    let sent = front.ask(move |front| Ok(front.door.has_uploaded(device, &hash)?));
    match sent.await? {
        true => {
            let piece = front.media.get(&hash, None).await;
            piece.map_err(|error| Problem::internal(&error))
        }
        false => Ok(None),
    }
}

/// Sends a file that is here, or the part of it that was asked for.
pub async fn send(
    front: &Front,
    hash: &Digest,
    it: &Description,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let asked = match range::asked(headers, it.body.len) {
        Ok(asked) => asked,
        Err(out) => return Ok(out.into_response()),
    };
    let piece = front.media.get(hash, asked).await;
    let piece = piece.map_err(|error| Problem::internal(&error))?;
    let piece = piece.ok_or(Problem::not_found())?;
    Ok(range::send(piece, &it.body.media_type))
}
