//! Legal rules (法律规则) as data with a date. A deployment's law officer confirms each of them.

use super::json::{self, Key, Shape};
use super::labels::{self, Labels};
use super::{Date, Entry, MAX_TEXT_BYTES, Route, date, private};
use crate::fields::{Fields, FieldsError, Raw};

/// One rule: for which kinds of incident, from which area on, by which text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalRule {
    /// The code that records name.
    pub code: String,
    /// What it says, in a sentence.
    pub text: Labels,
    /// The kinds of incident it speaks of.
    pub categories: Vec<Category>,
    /// The areas from which on it is a crime. With none, what it speaks of is administrative.
    pub thresholds: Vec<Threshold>,
    /// Where each outcome goes.
    pub routes: Routes,
    /// The first day on which it holds.
    pub effective_from: Date,
    /// The last day on which it holds, where it has ended.
    pub effective_until: Option<Date>,
    /// The text it comes from, and where that was read.
    pub source: String,
    /// How sure that reading is.
    pub mark: Mark,
    /// Kept only so that the code is not reused.
    pub retired: bool,
    newer: Fields,
}

/// A kind of incident under a rule, and the form of the deed that the rule names for it. A crime needs
/// both, form and amount, so they are recorded apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// The incident type's code.
    pub code: String,
    /// Which form, for example `art2(2)(1)`.
    pub form: Option<String>,
    newer: Fields,
}

/// An area from which on it is a crime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// In thousandths of a mu, at least 1.
    pub area_milli_mu: u64,
    /// The fact that must be known for it to apply, for example `punished_within_three_years`; with
    /// none it applies always.
    pub when: Option<String>,
    newer: Fields,
}

/// Where each outcome goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routes {
    /// Below the threshold, or where there is none.
    pub administrative: Route,
    /// The threshold lies within the error of the area.
    pub near_threshold: Route,
    /// Above it.
    pub criminal_lead: Route,
}

/// How sure the reading of a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// `F`: found at the source named.
    Found,
    /// `U`: from general knowledge, not verified.
    Unverified,
    /// `C`: confirmed by the deployment's law officer.
    Confirmed,
    /// A word from a newer version.
    Newer(String),
}

impl LegalRule {
    /// Does it hold on this day?
    pub fn in_force(&self, on: Date) -> bool {
        let ended = self.effective_until.is_some_and(|until| until < on);
        !self.retired && self.effective_from <= on && !ended
    }
}

impl Mark {
    /// The word that is stored.
    pub fn word(&self) -> &str {
        match self {
            Self::Found => "F",
            Self::Unverified => "U",
            Self::Confirmed => "C",
            Self::Newer(word) => word,
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        match word {
            "F" => Self::Found,
            "U" => Self::Unverified,
            "C" => Self::Confirmed,
            other => Self::Newer(other.to_owned()),
        }
    }
}

impl Entry for LegalRule {
    const KIND: &'static str = "legal_rules";

    fn code(&self) -> &str {
        &self.code
    }

    fn retired(&self) -> bool {
        self.retired
    }
}

impl private::Sealed for LegalRule {
    const SCHEMA: &'static [json::Key] = &[
        Key("code", 1, Shape::Text),
        Key("text", 2, Shape::Map(labels::SCHEMA)),
        Key(
            "categories",
            3,
            Shape::Maps(&[Key("code", 1, Shape::Text), Key("form", 2, Shape::Text)]),
        ),
        Key(
            "thresholds",
            4,
            Shape::Maps(&[
                Key("area_milli_mu", 1, Shape::Int),
                Key("when", 2, Shape::Text),
            ]),
        ),
        Key(
            "routes",
            5,
            Shape::Map(&[
                Key("administrative", 1, Shape::Text),
                Key("near_threshold", 2, Shape::Text),
                Key("criminal_lead", 3, Shape::Text),
            ]),
        ),
        Key("effective_from", 6, Shape::Text),
        Key("effective_until", 7, Shape::Text),
        Key("source", 8, Shape::Text),
        Key("mark", 9, Shape::Text),
        Key("retired", 10, Shape::Bool),
    ];

    fn to_fields(&self) -> Fields {
        let categories: Vec<Raw> = self.categories.iter().map(Category::to_raw).collect();
        let thresholds: Vec<Raw> = self.thresholds.iter().map(Threshold::to_raw).collect();
        let until = self.effective_until.map(|date| date.to_string());
        let mut fields = self.newer.clone();
        fields
            .set(1, &self.code)
            .set(2, self.text.to_raw())
            .set(3, Raw::array(&categories))
            .set(4, Raw::array(&thresholds))
            .set(5, self.routes.to_raw())
            .set(6, &self.effective_from.to_string())
            .set_opt(7, until.as_ref())
            .set(8, &self.source)
            .set(9, self.mark.word())
            .set_opt(10, self.retired.then_some(true));
        fields
    }

    fn from_fields(mut fields: Fields) -> Result<Self, FieldsError> {
        Ok(Self {
            code: fields.take_text(1, "code", 64)?,
            text: Labels::take(&mut fields, 2, "text")?,
            categories: fields.take(3, "categories", |raw| list(raw, Category::from_fields))?,
            thresholds: fields.take(4, "thresholds", |raw| list(raw, Threshold::from_fields))?,
            routes: fields.take(5, "routes", Routes::from_raw)?,
            effective_from: fields.take(6, "effective_from", date)?,
            effective_until: fields.take_opt(7, "effective_until", date)?,
            source: fields.take_text(8, "source", MAX_TEXT_BYTES)?,
            mark: Mark::from_word(&fields.take_text(9, "mark", 16)?),
            retired: fields.take_flag(10, "retired")?,
            newer: fields,
        })
    }
}

impl Category {
    fn to_raw(&self) -> Raw {
        let mut fields = self.newer.clone();
        fields.set(1, &self.code).set_opt(2, self.form.as_ref());
        fields.into()
    }

    fn from_fields(mut fields: Fields) -> Option<Self> {
        Some(Self {
            code: fields.take_text(1, "code", 64).ok()?,
            form: fields.take_text_opt(2, "form", 64).ok()?,
            newer: fields,
        })
    }
}

impl Threshold {
    fn to_raw(&self) -> Raw {
        let mut fields = self.newer.clone();
        fields
            .set(1, self.area_milli_mu)
            .set_opt(2, self.when.as_ref());
        fields.into()
    }

    fn from_fields(mut fields: Fields) -> Option<Self> {
        Some(Self {
            area_milli_mu: fields
                .take_u64(1, "area_milli_mu")
                .ok()
                .filter(|area| (1..=1_000_000_000_000).contains(area))?,
            when: fields.take_text_opt(2, "when", 64).ok()?,
            newer: fields,
        })
    }
}

impl Routes {
    fn to_raw(&self) -> Raw {
        let mut fields = Fields::new();
        fields
            .set(1, self.administrative.word())
            .set(2, self.near_threshold.word())
            .set(3, self.criminal_lead.word());
        fields.into()
    }

    fn from_raw(raw: &Raw) -> Option<Self> {
        let fields = raw.as_fields().filter(|fields| fields.len() == 3)?;
        let route = |key| fields.get(key)?.as_str().map(Route::from_word);
        Some(Self {
            administrative: route(1)?,
            near_threshold: route(2)?,
            criminal_lead: route(3)?,
        })
    }
}

fn list<T>(raw: &Raw, read: impl Fn(Fields) -> Option<T>) -> Option<Vec<T>> {
    raw.as_array()?
        .iter()
        .map(|item| read(item.as_fields()?))
        .collect()
}
