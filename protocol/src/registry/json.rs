//! JSON at the edge: names become keys by a table, and what the table does not name is kept.

mod strict;

use data_encoding::HEXLOWER;
use serde_json::{Map, Value};

use super::MAX_REGISTRY_BYTES;
use crate::fields::{Fields, Raw};
use strict::Strict;

/// Where the names that a table does not know are kept, with their values.
const UNKNOWN_NAMES: u64 = 99;

/// A name in JSON, the key in CBOR, and what the value looks like.
pub struct Key(pub &'static str, pub u64, pub Shape);

/// What a value looks like.
#[derive(Clone, Copy)]
pub enum Shape {
    /// A string.
    Text,
    /// A whole number.
    Int,
    /// True or false.
    Bool,
    /// A list of strings.
    Texts,
    /// An object.
    Map(&'static [Key]),
    /// A list of objects.
    Maps(&'static [Key]),
}

/// What is wrong with a JSON file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Longer than a registry may be.
    #[error("the file is longer than {MAX_REGISTRY_BYTES} bytes")]
    TooLong,
    /// Not JSON, or a name is given twice in one object.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// A value of another type.
    #[error("{path} must be {wanted}")]
    Type {
        /// Where, for example `entries[3].labels.zh`.
        path: String,
        /// What is wanted there.
        wanted: &'static str,
    },
}

/// Reads a file by a table.
pub(super) fn parse(text: &str, keys: &[Key]) -> Result<Fields, JsonError> {
    if text.len() > MAX_REGISTRY_BYTES {
        return Err(JsonError::TooLong);
    }
    let value: Result<Strict, _> = serde_json::from_str(text);
    match value {
        Ok(Strict(value)) => read_map(value, keys, ""),
        Err(error) => Err(JsonError::Syntax(error.to_string())),
    }
}

/// Which kind of registry a file says that it is.
pub(super) fn kind_of(text: &str) -> Result<String, JsonError> {
    let fields = parse(text, &[Key("registry", 1, Shape::Text)])?;
    let kind = fields.get(1).and_then(Raw::as_str).map(str::to_owned);
    kind.ok_or_else(|| wrong("registry", "a string"))
}

/// Writes what was read, by the same table.
pub(super) fn write(fields: &Fields, keys: &[Key]) -> Value {
    let mut object = Map::new();
    for Key(name, key, shape) in keys {
        if let Some(raw) = fields.get(*key) {
            object.insert((*name).to_owned(), write_value(raw, *shape));
        }
    }
    for (key, raw) in fields.iter() {
        if keys.iter().any(|Key(_, known, _)| *known == key) {
            continue;
        }
        match raw.as_text_map().filter(|_| key == UNKNOWN_NAMES) {
            Some(unknown) => {
                object.extend(
                    unknown
                        .iter()
                        .map(|(name, raw)| (name.clone(), write_any(raw))),
                );
            }
            None => {
                let hex = HEXLOWER.encode(raw.as_bytes());
                object.insert(format!("#{key}"), Value::String(hex));
            }
        }
    }
    Value::Object(object)
}

fn read_map(value: Value, keys: &[Key], path: &str) -> Result<Fields, JsonError> {
    let Value::Object(object) = value else {
        return Err(wrong(path, "an object"));
    };
    let (mut fields, mut unknown) = (Fields::new(), Vec::new());
    for (name, value) in object {
        let at = join(path, &name);
        match keys.iter().find(|Key(known, ..)| *known == name) {
            Some(Key(_, _, shape)) if says_nothing(&value, *shape) => {}
            Some(Key(_, key, shape)) => {
                fields.set(*key, read_value(value, *shape, &at)?);
            }
            None => match numbered(&name, &value, keys) {
                Some((key, raw)) => {
                    fields.set(key, raw);
                }
                None => unknown.push((name, read_any(value, &at)?)),
            },
        }
    }
    if !unknown.is_empty() {
        let unknown = unknown
            .iter()
            .map(|(name, raw)| (name.as_str(), raw.clone()));
        fields.set(UNKNOWN_NAMES, Raw::text_map(unknown));
    }
    Ok(fields)
}

/// People write `null`, `false` and `[]` where the canonical form has nothing.
fn says_nothing(value: &Value, shape: Shape) -> bool {
    match shape {
        Shape::Bool => matches!(value, Value::Null | Value::Bool(false)),
        Shape::Texts => value.is_null() || value.as_array().is_some_and(Vec::is_empty),
        _ => value.is_null(),
    }
}

/// `"#12": "hex"` is key 12 of a newer version, as [`write`] puts it.
fn numbered(name: &str, value: &Value, keys: &[Key]) -> Option<(u64, Raw)> {
    let key = name.strip_prefix('#')?.parse().ok()?;
    let known = key == UNKNOWN_NAMES || keys.iter().any(|Key(_, known, _)| *known == key);
    let bytes = HEXLOWER.decode(value.as_str()?.as_bytes()).ok()?;
    (!known).then_some((key, Raw::parse(&bytes).ok()?))
}

fn read_value(value: Value, shape: Shape, path: &str) -> Result<Raw, JsonError> {
    match shape {
        Shape::Text => match value {
            Value::String(text) => Ok(Raw::from(&text)),
            _ => Err(wrong(path, "a string")),
        },
        Shape::Int => whole(&value).ok_or_else(|| wrong(path, "a whole number")),
        Shape::Bool => value
            .as_bool()
            .map(Raw::from)
            .ok_or_else(|| wrong(path, "true or false")),
        Shape::Texts => read_list(value, path, |item, at| read_value(item, Shape::Text, at)),
        Shape::Map(keys) => read_map(value, keys, path).map(Raw::from),
        Shape::Maps(keys) => read_list(value, path, |item, at| {
            read_map(item, keys, at).map(Raw::from)
        }),
    }
}

fn read_list(
    value: Value,
    path: &str,
    read: impl Fn(Value, &str) -> Result<Raw, JsonError>,
) -> Result<Raw, JsonError> {
    let Value::Array(items) = value else {
        return Err(wrong(path, "a list"));
    };
    let items: Result<Vec<Raw>, JsonError> = items
        .into_iter()
        .enumerate()
        .map(|(n, item)| read(item, &format!("{path}[{n}]")))
        .collect();
    Ok(Raw::array(&items?))
}

/// A value of a name that nobody knows. Fractions have no canonical form here and are refused.
fn read_any(value: Value, path: &str) -> Result<Raw, JsonError> {
    Ok(match value {
        Value::Null => Raw::null(),
        Value::Bool(value) => Raw::from(value),
        Value::Number(_) => whole(&value).ok_or_else(|| wrong(path, "a whole number"))?,
        Value::String(text) => Raw::from(&text),
        Value::Array(_) => read_list(value, path, read_any)?,
        Value::Object(object) => {
            let mut items = Vec::new();
            for (name, value) in object {
                let raw = read_any(value, &join(path, &name))?;
                items.push((name, raw));
            }
            Raw::text_map(items.iter().map(|(name, raw)| (name.as_str(), raw.clone())))
        }
    })
}

fn whole(value: &Value) -> Option<Raw> {
    match (value.as_u64(), value.as_i64()) {
        (Some(value), _) => Some(Raw::from(value)),
        (None, Some(value)) => Some(Raw::from(value)),
        (None, None) => None,
    }
}

fn write_value(raw: &Raw, shape: Shape) -> Value {
    match shape {
        Shape::Map(keys) => match raw.as_fields() {
            Some(fields) => write(&fields, keys),
            None => write_any(raw),
        },
        Shape::Maps(keys) => {
            let items = raw.as_array().unwrap_or_default();
            let item = |raw: &Raw| write_value(raw, Shape::Map(keys));
            Value::Array(items.iter().map(item).collect())
        }
        Shape::Text | Shape::Int | Shape::Bool | Shape::Texts => write_any(raw),
    }
}

/// Whatever it is; bytes and what else JSON does not have are written as hex.
fn write_any(raw: &Raw) -> Value {
    if let Some(text) = raw.as_str() {
        Value::from(text)
    } else if let Some(number) = raw.as_u64() {
        Value::from(number)
    } else if let Some(number) = raw.as_i64() {
        Value::from(number)
    } else if let Some(value) = raw.as_bool() {
        Value::from(value)
    } else if raw.is_null() {
        Value::Null
    } else if let Some(items) = raw.as_array() {
        Value::Array(items.iter().map(write_any).collect())
    } else if let Some(items) = raw.as_text_map() {
        Value::Object(
            items
                .iter()
                .map(|(k, v)| (k.clone(), write_any(v)))
                .collect(),
        )
    } else {
        Value::from(HEXLOWER.encode(raw.as_bytes()))
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn wrong(path: &str, wanted: &'static str) -> JsonError {
    let path = if path.is_empty() { "the file" } else { path };
    JsonError::Type {
        path: path.to_owned(),
        wanted,
    }
}
