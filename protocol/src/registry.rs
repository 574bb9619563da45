//! Registries: what kinds of incident there are, what the law says, how a transport is recorded.
//!
//! You are here because you publish such a list, or hold a record that names the version of one it was
//! made with. A registry is a row of immutable versions; the next one is checked by
//! [`Registry::succeeds`]: numbers rise, and a code never goes away and so is never reused, it is only
//! marked retired. What follows from the legal rules is [`crate::triage`].
//!
//! People write registries as JSON ([`Registry::from_json`]); what is signed and stored is canonical
//! CBOR ([`Registry::to_bytes`]). Both keep fields that this build does not know. An office signs a version
//! as a [`Publication`].

mod any;
mod code;
mod day;
mod form;
mod incident_type;
mod json;
mod labels;
mod legal_rule;
pub mod publication;
mod sheep_unit;
mod succession;
mod transport_profile;

pub use any::{AnyRegistry, Frame};
pub use code::{Code, MAX_CODE_BYTES, NotACode};
pub use day::day;
pub use form::{Form, FormField};
pub use incident_type::{IncidentType, Route};
pub use jiff::civil::Date;
pub use json::JsonError;
pub use labels::{Labels, Language};
pub use legal_rule::{Category, LegalRule, Mark, Routes, Threshold};
pub use publication::{Publication, PublicationError};
pub use sheep_unit::SheepUnit;
pub use succession::SuccessionError;
pub use transport_profile::ProfileEntry;

use crate::fields::{Fields, FieldsError, Raw};
use json::Shape;

/// Longest registry that is read, bytes, in either form.
pub const MAX_REGISTRY_BYTES: usize = 1024 * 1024;
/// Longest text in a registry, bytes.
const MAX_TEXT_BYTES: usize = 8_192;

/// One published version of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry<E> {
    /// Its number; versions of one registry count up.
    pub number: u64,
    /// The first day on which it holds, in the deployment's zone.
    pub effective_from: Date,
    /// Where it comes from.
    pub source: String,
    entries: Vec<E>,
    newer: Fields,
}

/// What a registry is a list of.
pub trait Entry: Sized + private::Sealed {
    /// How the kind of registry is written.
    const KIND: &'static str;

    /// The code that records name.
    fn code(&self) -> &str;

    /// Is it kept only so that its code is never used for something else?
    fn retired(&self) -> bool;
}

/// Why bytes or a file are not a registry of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The JSON is not well formed or has a wrong type somewhere.
    #[error("reading the file")]
    Json(#[from] JsonError),
    /// The frame around the entries is not canonical or lacks something.
    #[error("reading the registry")]
    Form(#[from] FieldsError),
    /// A registry of another kind.
    #[error("a registry of kind {found} where {wanted} is wanted")]
    Kind {
        /// What it says it is.
        found: String,
        /// What was asked for.
        wanted: &'static str,
    },
    /// A registry of a kind that this version does not know.
    #[error("no registry is called {0}")]
    UnknownKind(String),
    /// An entry lacks something.
    #[error("reading entries[{at}]")]
    Entry {
        /// Which, counted from 0.
        at: usize,
        /// What is wrong with it.
        source: FieldsError,
    },
    /// Two entries have one code.
    #[error("entries[{at}] has the code {code} again")]
    CodeTwice {
        /// The second of them.
        at: usize,
        /// The code.
        code: String,
    },
    /// A code that is not 1 to 64 of a-z, 0-9 and _.
    #[error("entries[{at}] has the code {code:?}, which is not 1 to 64 of a-z, 0-9, _")]
    Code {
        /// Which entry.
        at: usize,
        /// What it has.
        code: String,
    },
}

impl<E: Entry> Registry<E> {
    /// Reads a file that people write.
    pub fn from_json(text: &str) -> Result<Self, RegistryError> {
        Self::from_fields(json::parse(text, &frame(E::SCHEMA))?)
    }

    /// The file that people read and write.
    pub fn to_json(&self) -> serde_json::Value {
        json::write(&self.to_fields(), &frame(E::SCHEMA))
    }

    /// The canonical form, which is signed and stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_fields().to_bytes()
    }

    /// Reads the canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RegistryError> {
        Self::from_fields(Fields::parse(bytes, MAX_REGISTRY_BYTES)?)
    }

    /// All entries, retired ones among them, in the order in which they are shown.
    pub fn entries(&self) -> &[E] {
        &self.entries
    }

    /// The entry with this code, retired or not.
    pub fn entry(&self, code: &str) -> Option<&E> {
        self.entries.iter().find(|entry| entry.code() == code)
    }

    fn to_fields(&self) -> Fields {
        let entries: Vec<Raw> = self.entries.iter().map(|e| e.to_fields().into()).collect();
        let mut fields = self.newer.clone();
        fields
            .set(0, 1u64)
            .set(1, E::KIND)
            .set(2, self.number)
            .set(3, &self.effective_from.to_string())
            .set(4, &self.source)
            .set(5, Raw::array(&entries));
        fields
    }

    fn from_fields(mut fields: Fields) -> Result<Self, RegistryError> {
        fields.take_format(1)?;
        let found = fields.take_text(1, "registry", 64)?;
        if found != E::KIND {
            let wanted = E::KIND;
            return Err(RegistryError::Kind { found, wanted });
        }
        let number = fields.take_u64(2, "number")?;
        let effective_from = fields.take(3, "effective_from", date)?;
        let source = fields.take_text(4, "source", MAX_TEXT_BYTES)?;
        let entries = fields.take(5, "entries", Raw::as_array)?;
        Ok(Self {
            number,
            effective_from,
            source,
            entries: read_entries(&entries)?,
            newer: fields,
        })
    }
}

fn read_entries<E: Entry>(items: &[Raw]) -> Result<Vec<E>, RegistryError> {
    let mut entries: Vec<E> = Vec::with_capacity(items.len());
    let mut codes = std::collections::BTreeSet::new();
    for (at, item) in items.iter().enumerate() {
        let entry = item.as_fields().ok_or(FieldsError::NotAMap);
        let entry = entry
            .and_then(E::from_fields)
            .map_err(|source| RegistryError::Entry { at, source })?;
        let code = entry.code().to_owned();
        if !Code::is(&code) {
            return Err(RegistryError::Code { at, code });
        }
        if !codes.insert(code.clone()) {
            return Err(RegistryError::CodeTwice { at, code });
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// A day as `2012-11-22` and in no other way.
fn date(raw: &Raw) -> Option<Date> {
    let text = raw.as_str()?;
    let date: Date = text.parse().ok()?;
    (date.to_string() == text).then_some(date)
}

/// What stands around the entries, in JSON.
fn frame(entry: &'static [json::Key]) -> Vec<json::Key> {
    vec![
        json::Key("format", 0, Shape::Int),
        json::Key("registry", 1, Shape::Text),
        json::Key("number", 2, Shape::Int),
        json::Key("effective_from", 3, Shape::Text),
        json::Key("source", 4, Shape::Text),
        json::Key("entries", 5, Shape::Maps(entry)),
    ]
}

/// How entries are read and written; only this module makes kinds of registry.
mod private {
    use super::{Fields, FieldsError, json};

    /// What a kind of entry brings: its JSON keys, and how it is written and read.
    pub trait Sealed: Sized {
        /// Keys of the JSON form.
        const SCHEMA: &'static [json::Key];

        /// Writes the entry.
        fn to_fields(&self) -> Fields;

        /// Reads an entry.
        fn from_fields(fields: Fields) -> Result<Self, FieldsError>;
    }
}

#[cfg(test)]
mod tests;
