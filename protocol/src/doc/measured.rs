//! Measured and counted values: each with its error and how it was obtained, in one field.

use super::field::FieldType;
use super::geometry::Vertex;
use super::pack::{Packer, Unpacker};
use super::source::Source;
use super::value::Value;
use crate::measure::{Metres, SquareMetres};

/// An area, in dm2 (0.01 m2), with its 95 % error. A lead, never an official survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MeasuredArea {
    /// The area.
    pub area_dm2: u64,
    /// With a probability of 95 % the true area is within this of it.
    pub error_dm2: u64,
    /// How it was obtained.
    pub source: Source,
}

impl MeasuredArea {
    /// From square metres, to the nearest dm2. Negative and not-a-number become 0.
    pub fn from_m2(area: SquareMetres, error: SquareMetres, source: Source) -> Self {
        let (area_dm2, error_dm2) = (hundredths(area.0), hundredths(error.0));
        Self {
            area_dm2,
            error_dm2,
            source,
        }
    }

    /// The area.
    pub fn area(&self) -> SquareMetres {
        SquareMetres(from_hundredths(self.area_dm2))
    }

    /// The 95 % error.
    pub fn error(&self) -> SquareMetres {
        SquareMetres(from_hundredths(self.error_dm2))
    }
}

/// A length, in cm, with its 95 % error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MeasuredLength {
    /// The length.
    pub length_cm: u64,
    /// With a probability of 95 % the true length is within this of it.
    pub error_cm: u64,
    /// How it was obtained.
    pub source: Source,
}

impl MeasuredLength {
    /// From metres, to the nearest cm. Negative and not-a-number become 0.
    pub fn from_m(length: Metres, error: Metres, source: Source) -> Self {
        let (length_cm, error_cm) = (hundredths(length.0), hundredths(error.0));
        Self {
            length_cm,
            error_cm,
            source,
        }
    }

    /// The length.
    pub fn length(&self) -> Metres {
        Metres(from_hundredths(self.length_cm))
    }

    /// The 95 % error.
    pub fn error(&self) -> Metres {
        Metres(from_hundredths(self.error_cm))
    }
}

/// Something seen from afar: from where, in what direction, how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OffsetSighting {
    /// Where the observer stood.
    pub observer: Vertex,
    /// The true bearing in 0.1 degree, 0 to 3599.
    pub bearing_ddeg: u16,
    /// The distance in dm.
    pub distance_dm: u32,
    /// How bearing and distance were obtained.
    pub source: Source,
}

/// How many heads of livestock (or of anything) there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Count {
    /// How many.
    pub count: u32,
    /// How they were counted.
    pub source: Source,
}

impl FieldType for MeasuredArea {
    fn read(value: &Value) -> Option<Self> {
        let (area_dm2, error_dm2, source) = read_measured(value)?;
        Some(Self {
            area_dm2,
            error_dm2,
            source,
        })
    }

    fn write(&self) -> Value {
        write_measured(self.area_dm2, self.error_dm2, self.source)
    }
}

impl FieldType for MeasuredLength {
    fn read(value: &Value) -> Option<Self> {
        let (length_cm, error_cm, source) = read_measured(value)?;
        Some(Self {
            length_cm,
            error_cm,
            source,
        })
    }

    fn write(&self) -> Value {
        write_measured(self.length_cm, self.error_cm, self.source)
    }
}

impl FieldType for OffsetSighting {
    fn read(value: &Value) -> Option<Self> {
        let Value::Bytes(bytes) = value else {
            return None;
        };
        let mut from = Unpacker::of(bytes)?;
        let source = Source::from_code(from.u16()?);
        let observer = Vertex::unpack(&mut from)?;
        let (bearing_ddeg, distance_dm) = (from.u16()?, from.u32()?);
        if bearing_ddeg >= 3_600 {
            return None;
        }
        from.end(Self {
            observer,
            bearing_ddeg,
            distance_dm,
            source,
        })
    }

    fn write(&self) -> Value {
        let packer = self.observer.pack(Packer::new().u16(self.source.code()));
        Value::Bytes(packer.u16(self.bearing_ddeg).u32(self.distance_dm).finish())
    }
}

impl FieldType for Count {
    fn read(value: &Value) -> Option<Self> {
        let Value::Bytes(bytes) = value else {
            return None;
        };
        let mut from = Unpacker::of(bytes)?;
        let (source, count) = (Source::from_code(from.u16()?), from.u32()?);
        from.end(Self { count, source })
    }

    fn write(&self) -> Value {
        Value::Bytes(
            Packer::new()
                .u16(self.source.code())
                .u32(self.count)
                .finish(),
        )
    }
}

fn read_measured(value: &Value) -> Option<(u64, u64, Source)> {
    let Value::Bytes(bytes) = value else {
        return None;
    };
    let mut from = Unpacker::of(bytes)?;
    let source = Source::from_code(from.u16()?);
    let (measured, error) = (from.u64()?, from.u64()?);
    from.end((measured, error, source))
}

fn write_measured(measured: u64, error: u64, source: Source) -> Value {
    Value::Bytes(
        Packer::new()
            .u16(source.code())
            .u64(measured)
            .u64(error)
            .finish(),
    )
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, as wanted"
)]
fn hundredths(value: f64) -> u64 {
    (value * 100.0).round() as u64
}

#[allow(
    clippy::cast_precision_loss,
    reason = "exact up to 2^53 hundredths, far beyond the globe"
)]
fn from_hundredths(value: u64) -> f64 {
    value as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_values_survive_a_round_trip() {
        let area = MeasuredArea::from_m2(
            SquareMetres(13_333.333),
            SquareMetres(420.0),
            Source::MeasuredGnss,
        );
        assert_eq!(MeasuredArea::read(&area.write()), Some(area));
        assert_eq!(area.area_dm2, 1_333_333);
        let length = MeasuredLength::from_m(Metres(1_200.5), Metres(f64::NAN), Source::Drawn);
        assert_eq!(MeasuredLength::read(&length.write()), Some(length));
        assert_eq!((length.length_cm, length.error_cm), (120_050, 0));
        let count = Count {
            count: 312,
            source: Source::Typed,
        };
        assert_eq!(Count::read(&count.write()), Some(count));
        let observer = Vertex::new(436_000_000, 1_160_000_000).expect("on the globe");
        let seen = OffsetSighting {
            observer,
            bearing_ddeg: 3_599,
            distance_dm: 12_000,
            source: Source::Typed,
        };
        assert_eq!(OffsetSighting::read(&seen.write()), Some(seen));
    }

    #[test]
    fn a_bearing_past_the_circle_or_a_longer_value_is_from_a_newer_version() {
        let observer = Vertex::new(0, 0).expect("on the globe");
        let seen = OffsetSighting {
            observer,
            bearing_ddeg: 3_600,
            distance_dm: 1,
            source: Source::Typed,
        };
        assert_eq!(OffsetSighting::read(&seen.write()), None);
        let Value::Bytes(mut bytes) = (Count {
            count: 1,
            source: Source::Typed,
        })
        .write() else {
            panic!("packed");
        };
        bytes.push(0);
        assert_eq!(Count::read(&Value::Bytes(bytes)), None);
    }
}
