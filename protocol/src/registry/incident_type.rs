//! Kinds of incident (事件类型).

use super::json::{self, Key, Shape};
use super::labels::{self, Labels};
use super::{Entry, private};
use crate::fields::{Fields, FieldsError};

/// A kind of incident and where such incidents go unless a rule says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentType {
    /// The code that records name, for example `reclamation`.
    pub code: String,
    /// Its names.
    pub labels: Labels,
    /// Which picture stands for it.
    pub icon: String,
    /// Where it goes.
    pub route: Option<Route>,
    /// Does it raise an alarm at once?
    pub alarm: bool,
    /// Kept only so that the code is not reused.
    pub retired: bool,
    newer: Fields,
}

/// Who deals with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Route {
    /// The ecological-crime unit (环食药侦).
    CrimeUnit,
    /// The sumu or town government (苏木).
    Sumu,
    /// The fire command.
    FireCommand,
    /// The grassland administration.
    Administration,
    /// A word from a newer version.
    Newer(String),
}

impl Route {
    /// The word that is stored and used in APIs.
    pub fn word(&self) -> &str {
        match self {
            Self::CrimeUnit => "crime_unit",
            Self::Sumu => "sumu",
            Self::FireCommand => "fire_command",
            Self::Administration => "administration",
            Self::Newer(word) => word,
        }
    }

    /// Reads the stored word; never fails.
    pub fn from_word(word: &str) -> Self {
        match word {
            "crime_unit" => Self::CrimeUnit,
            "sumu" => Self::Sumu,
            "fire_command" => Self::FireCommand,
            "administration" => Self::Administration,
            other => Self::Newer(other.to_owned()),
        }
    }
}

impl Entry for IncidentType {
    const KIND: &'static str = "incident_types";

    fn code(&self) -> &str {
        &self.code
    }

    fn retired(&self) -> bool {
        self.retired
    }
}

impl private::Sealed for IncidentType {
    const SCHEMA: &'static [json::Key] = &[
        Key("code", 1, Shape::Text),
        Key("labels", 2, Shape::Map(labels::SCHEMA)),
        Key("icon", 3, Shape::Text),
        Key("route", 4, Shape::Text),
        Key("alarm", 5, Shape::Bool),
        Key("retired", 6, Shape::Bool),
    ];

    fn to_fields(&self) -> Fields {
        let mut fields = self.newer.clone();
        fields
            .set(1, &self.code)
            .set(2, self.labels.to_raw())
            .set(3, &self.icon)
            .set_opt(4, self.route.as_ref().map(Route::word))
            .set_opt(5, self.alarm.then_some(true))
            .set_opt(6, self.retired.then_some(true));
        fields
    }

    fn from_fields(mut fields: Fields) -> Result<Self, FieldsError> {
        Ok(Self {
            code: fields.take_text(1, "code", 64)?,
            labels: Labels::take(&mut fields, 2, "labels")?,
            icon: fields.take_text(3, "icon", 64)?,
            route: fields
                .take_text_opt(4, "route", 64)?
                .map(|word| Route::from_word(&word)),
            alarm: fields.take_flag(5, "alarm")?,
            retired: fields.take_flag(6, "retired")?,
            newer: fields,
        })
    }
}
