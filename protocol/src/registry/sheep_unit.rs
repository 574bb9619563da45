//! Sheep units (羊单位): how many sheep an animal counts for.

use super::json::{self, Key, Shape};
use super::labels::{self, Labels};
use super::legal_rule::Mark;
use super::{Entry, MAX_TEXT_BYTES, private};
use crate::fields::{Fields, FieldsError};

/// A kind of animal and its coefficient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheepUnit {
    /// The code, for example `cattle`.
    pub code: String,
    /// Its names.
    pub labels: Labels,
    /// Sheep units of one animal, in thousandths.
    pub coefficient_milli: u64,
    /// Where the number comes from.
    pub source: String,
    /// How sure that is.
    pub mark: Mark,
    /// Kept only so that the code is not reused.
    pub retired: bool,
    newer: Fields,
}

impl SheepUnit {
    /// Sheep units of `head` animals, in thousandths. Saturates.
    pub fn of_herd_milli(&self, head: u64) -> u64 {
        self.coefficient_milli.saturating_mul(head)
    }
}

impl Entry for SheepUnit {
    const KIND: &'static str = "sheep_units";

    fn code(&self) -> &str {
        &self.code
    }

    fn retired(&self) -> bool {
        self.retired
    }
}

impl private::Sealed for SheepUnit {
    const SCHEMA: &'static [json::Key] = &[
        Key("code", 1, Shape::Text),
        Key("labels", 2, Shape::Map(labels::SCHEMA)),
        Key("coefficient_milli", 3, Shape::Int),
        Key("source", 4, Shape::Text),
        Key("mark", 5, Shape::Text),
        Key("retired", 6, Shape::Bool),
    ];

    fn to_fields(&self) -> Fields {
        let mut fields = self.newer.clone();
        fields
            .set(1, &self.code)
            .set(2, self.labels.to_raw())
            .set(3, self.coefficient_milli)
            .set(4, &self.source)
            .set(5, self.mark.word())
            .set_opt(6, self.retired.then_some(true));
        fields
    }

    fn from_fields(mut fields: Fields) -> Result<Self, FieldsError> {
        Ok(Self {
            code: fields.take_text(1, "code", 64)?,
            labels: Labels::take(&mut fields, 2, "labels")?,
            coefficient_milli: fields.take_u64(3, "coefficient_milli")?,
            source: fields.take_text(4, "source", MAX_TEXT_BYTES)?,
            mark: Mark::from_word(&fields.take_text(5, "mark", 16)?),
            retired: fields.take_flag(6, "retired")?,
            newer: fields,
        })
    }
}
