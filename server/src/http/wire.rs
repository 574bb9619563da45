//! What goes over the wire to desks, apart from what it means inside.
//!
//! You are here because you change what a browser sees: `docs/api.md` says it in one sitting, and the
//! OpenAPI document is made from these types. Ids are hex, times RFC 3339 with ms, coordinates degrees in
//! the order of GeoJSON.

pub mod admin;
pub mod alert;
pub mod incident;
pub mod live;
pub mod message;
pub mod page;
pub mod patrol;
pub mod plan;
pub mod registry;
pub mod session;
pub mod time;
pub mod unit;
pub mod zones;

use std::collections::BTreeMap;

use serde::Serialize;
use tala_protocol::registry::Labels;
use utoipa::ToSchema;

/// Names of one thing in the languages of the centre. Missing ones are null.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct NamesWire {
    /// Chinese.
    pub zh: Option<String>,
    /// Mongolian, Cyrillic script.
    pub mn_cyrl: Option<String>,
    /// Mongolian, traditional script.
    pub mn_mong: Option<String>,
    /// English.
    pub en: Option<String>,
}

/// A person, as far as the reader may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonWire {
    /// Id.
    pub id: String,
    /// Name, where it was stated and not erased.
    pub name: Option<String>,
}

/// Who wrote something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuthorWire {
    /// Id, where the writer spoke for a person.
    pub person: Option<String>,
    /// Name, where known.
    pub name: Option<String>,
}

impl NamesWire {
    /// From the labels of a registry.
    pub fn of_labels(labels: &Labels) -> Self {
        Self {
            zh: labels.zh.clone(),
            mn_cyrl: labels.mn_cyrl.clone(),
            mn_mong: labels.mn_mong.clone(),
            en: labels.en.clone(),
        }
    }

    /// From names by language tag.
    pub fn of(names: &BTreeMap<String, String>) -> Self {
        let get = |tag: &str| names.get(tag).cloned();
        Self {
            zh: get("zh"),
            mn_cyrl: get("mn-Cyrl").or_else(|| get("mn_cyrl")),
            mn_mong: get("mn-Mong").or_else(|| get("mn_mong")),
            en: get("en"),
        }
    }
}
