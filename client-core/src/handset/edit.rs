//! From what a screen gives to what is written: words to codes, degrees to integers, measures to values
//! with their error. Everything that does not fit is named by its field.

use tala_protocol::doc::{
    Count, EntryId, Geometry, HeadCountEdit, IncidentEdit, MeasuredArea, MeasuredLength,
    OffsetSighting, Set, Severity, Shape, Source, Vertex,
};
use tala_protocol::geo::{Line, Point, Ring, Sigma};
use tala_protocol::id::ObjectId;
use tala_protocol::time::UnixMs;

use super::HandsetError;
use super::ask::{HeadsIn, IncidentIn, OffsetIn, Place, ShapeIn};
use crate::entropy::Entropy;

/// What is to be written of an incident.
pub(super) fn incident(
    given: &IncidentIn,
    random: &mut impl Entropy,
) -> Result<IncidentEdit, HandsetError> {
    let category = given.category.as_deref();
    let category = category.map(|code| code.parse().map_err(|_why| input("category", "a code")));
    let severity = given.severity.as_deref().map(|word| {
        Severity::from_word(word).ok_or_else(|| input("severity", "a degree of severity"))
    });
    let campaign = given.campaign.as_deref();
    let mut edit = IncidentEdit {
        category: set(category.transpose()?),
        title: set(given.title.clone()),
        narrative: set(given.narrative.clone()),
        severity: set(severity.transpose()?),
        campaign: set(campaign.map(|id| object_id("campaign", id)).transpose()?),
        occurred_at: set(given.occurred_ms.map(UnixMs)),
        offset: set(given.offset.as_ref().map(offset).transpose()?),
        ..IncidentEdit::default()
    };
    if let Some(given) = &given.shape {
        let shaped = shape(given)?;
        edit.geometry = Set::To(shaped.geometry);
        edit.area = set(shaped.area);
        edit.length = set(shaped.length);
    }
    for given in &given.heads {
        let entry = EntryId::from_bytes(random.bytes16());
        edit.heads.insert(entry, heads(given)?);
    }
    Ok(edit)
}

/// A shape with what it measures, where the accuracies of its corners give an error.
pub(super) struct Shaped {
    pub(super) geometry: Geometry,
    pub(super) area: Option<MeasuredArea>,
    pub(super) length: Option<MeasuredLength>,
}

/// A field that is written where it is given.
pub(super) fn set<T>(value: Option<T>) -> Set<T> {
    value.map_or(Set::Keep, Set::To)
}

/// A field that is not what it should be.
pub(super) const fn input(field: &'static str, wanted: &'static str) -> HandsetError {
    HandsetError::Input { field, wanted }
}

/// An id of a record.
pub(super) fn object_id(field: &'static str, text: &str) -> Result<ObjectId, HandsetError> {
    text.parse()
        .map_err(|_why| input(field, "an id of a record"))
}

/// Latitude and longitude in 1e-7 degree.
pub(super) fn degrees_e7(field: &'static str, at: Place) -> Result<(i32, i32), HandsetError> {
    let Place { lat, lon } = at;
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        return Err(input(field, "a place in degrees"));
    }
    Ok((scaled(field, lat, 1e7)?, scaled(field, lon, 1e7)?))
}

/// A place of 1e-7 degrees in degrees.
pub(super) fn place_of((lat_e7, lon_e7): (i32, i32)) -> Place {
    Place {
        lat: f64::from(lat_e7) / 1e7,
        lon: f64::from(lon_e7) / 1e7,
    }
}

/// A measure times a factor, as a whole number.
pub(super) fn scaled(field: &'static str, value: f64, factor: f64) -> Result<i32, HandsetError> {
    let scaled = (value * factor).round();
    if !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&scaled) {
        return Err(input(field, "a number within its range"));
    }
    #[allow(
        clippy::cast_possible_truncation,
        reason = "checked against the range before"
    )]
    Ok(scaled as i32)
}

pub(super) fn offset(given: &OffsetIn) -> Result<OffsetSighting, HandsetError> {
    let (lat_e7, lon_e7) = degrees_e7("offset.from", given.from)?;
    let observer = Vertex::new(lat_e7, lon_e7).map_err(|_why| input("offset.from", "a place"))?;
    let bearing = given.bearing_deg.rem_euclid(360.0);
    let bearing_ddeg = scaled("offset.bearing_deg", bearing, 10.0)?.rem_euclid(3_600);
    let distance_dm = scaled("offset.distance_m", given.distance_m, 10.0)?;
    Ok(OffsetSighting {
        observer,
        bearing_ddeg: u16::try_from(bearing_ddeg)
            .map_err(|_why| input("offset.bearing_deg", "a bearing"))?,
        distance_dm: u32::try_from(distance_dm)
            .map_err(|_why| input("offset.distance_m", "a distance"))?,
        source: Source::Offset,
    })
}

fn heads(given: &HeadsIn) -> Result<HeadCountEdit, HandsetError> {
    let species = given.species.parse();
    let count = Count {
        count: given.count,
        source: if given.estimated {
            Source::Offset
        } else {
            Source::Typed
        },
    };
    Ok(HeadCountEdit {
        species: Set::To(species.map_err(|_why| input("heads.species", "a code"))?),
        count: Set::To(count),
    })
}

/// Place, and area or length where the shape has one: with the error that the corners' accuracies give.
pub(super) fn shape(given: &ShapeIn) -> Result<Shaped, HandsetError> {
    let wrong = |_why| input("shape.corners", "a place, a line or a ring");
    let source = match given.source.as_str() {
        "gnss" => Source::MeasuredGnss,
        "drawn" => Source::Drawn,
        "typed" => Source::Typed,
        _ => return Err(input("shape.source", "gnss, drawn or typed")),
    };
    let corners: Result<Vec<(i32, i32)>, _> = given
        .corners
        .iter()
        .map(|at| degrees_e7("shape.corners", *at))
        .collect();
    let corners = corners?;
    let points: Result<Vec<Point>, _> = corners
        .iter()
        .map(|(lat, lon)| Point::new(*lat, *lon).map_err(|_why| input("shape.corners", "places")))
        .collect();
    let points = points?;
    let sigma = sigma(&given.acc_m)?;
    let (mut area, mut length) = (None, None);
    let shape = match (given.kind.as_str(), corners.as_slice()) {
        ("point", [at]) => Shape::Point(vertex(at)?),
        ("line", _) => {
            let line = Line::new(&points).map_err(|_why| input("shape.corners", "a line"))?;
            let measured = sigma.map(|sigma| line.measured_length(sigma));
            length =
                measured.map(|it| MeasuredLength::from_m(it.value(), it.half_width_95(), source));
            Shape::Line(vertices(line.points())?)
        }
        ("polygon", _) => {
            let ring = Ring::new(&points).map_err(|_why| input("shape.corners", "a ring"))?;
            let measured = sigma.map(|sigma| ring.measured_area(sigma));
            area = measured.map(|it| MeasuredArea::from_m2(it.value(), it.half_width_95(), source));
            Shape::Polygon(vec![vertices(ring.vertices())?])
        }
        _ => return Err(input("shape.kind", "point, line or polygon")),
    };
    Ok(Shaped {
        geometry: Geometry::new(shape, source).map_err(wrong)?,
        area,
        length,
    })
}

fn sigma(acc_m: &[f64]) -> Result<Option<Sigma>, HandsetError> {
    let dm: Result<Vec<i32>, _> = acc_m
        .iter()
        .map(|acc| scaled("shape.acc_m", *acc, 10.0))
        .collect();
    Ok(Sigma::from_accuracies_dm(dm?))
}

fn vertices(points: &[Point]) -> Result<Vec<Vertex>, HandsetError> {
    let all = points.iter();
    all.map(|point| vertex(&(point.lat_e7(), point.lon_e7())))
        .collect()
}

fn vertex((lat_e7, lon_e7): &(i32, i32)) -> Result<Vertex, HandsetError> {
    Vertex::new(*lat_e7, *lon_e7).map_err(|_why| input("shape.corners", "a place"))
}
