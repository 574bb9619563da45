//! How a leg is recorded, by transport.

use super::json::{self, Key, Shape};
use super::labels::{self, Labels};
use super::{Entry, private};
use crate::fields::{Fields, FieldsError, Raw};
use crate::transport::{Transport, TransportProfile};

/// A transport profile with its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileEntry {
    /// The code, for example `horse`.
    pub code: String,
    /// Its names.
    pub labels: Labels,
    /// What the recorder asks and marks.
    pub profile: TransportProfile,
    /// Kept only so that the code is not reused.
    pub retired: bool,
    newer: Fields,
}

impl Entry for ProfileEntry {
    const KIND: &'static str = "transport_profiles";

    fn code(&self) -> &str {
        &self.code
    }

    fn retired(&self) -> bool {
        self.retired
    }
}

impl private::Sealed for ProfileEntry {
    const SCHEMA: &'static [json::Key] = &[
        Key("code", 1, Shape::Text),
        Key("labels", 2, Shape::Map(labels::SCHEMA)),
        Key("transport", 3, Shape::Int),
        Key("interval_ms", 4, Shape::Int),
        Key("min_distance_dm", 5, Shape::Int),
        Key("max_speed_cms", 6, Shape::Int),
        Key("max_accuracy_dm", 7, Shape::Int),
        Key("gap_after_ms", 8, Shape::Int),
        Key("retired", 9, Shape::Bool),
    ];

    fn to_fields(&self) -> Fields {
        let profile = &self.profile;
        let mut fields = self.newer.clone();
        fields
            .set(1, &self.code)
            .set(2, self.labels.to_raw())
            .set(3, u64::from(profile.transport.code()))
            .set(4, profile.interval_ms)
            .set(5, i64::from(profile.min_distance_dm))
            .set(6, i64::from(profile.max_speed_cms))
            .set(7, i64::from(profile.max_accuracy_dm))
            .set(8, profile.gap_after_ms)
            .set_opt(9, self.retired.then_some(true));
        fields
    }

    fn from_fields(mut fields: Fields) -> Result<Self, FieldsError> {
        let code = |raw: &Raw| u16::try_from(raw.as_u64()?).ok();
        Ok(Self {
            code: fields.take_text(1, "code", 64)?,
            labels: Labels::take(&mut fields, 2, "labels")?,
            profile: TransportProfile {
                transport: Transport::from_code(fields.take(3, "transport", code)?),
                interval_ms: fields.take(4, "interval_ms", positive_i64)?,
                min_distance_dm: fields.take(5, "min_distance_dm", not_negative_i32)?,
                max_speed_cms: fields.take(6, "max_speed_cms", not_negative_i32)?,
                max_accuracy_dm: fields.take(7, "max_accuracy_dm", not_negative_i32)?,
                gap_after_ms: fields.take(8, "gap_after_ms", positive_i64)?,
            },
            retired: fields.take_flag(9, "retired")?,
            newer: fields,
        })
    }
}

fn positive_i64(raw: &Raw) -> Option<i64> {
    raw.as_i64().filter(|value| *value > 0)
}

fn not_negative_i32(raw: &Raw) -> Option<i32> {
    i32::try_from(raw.as_i64()?).ok().filter(|v| *v >= 0)
}
