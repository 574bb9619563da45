//! Fields: one key at the root of a document, one scalar, a type that this build gives it.

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::HEXLOWER;

use super::document::{Document, EditError, Editor};
use super::value::{Value, Written};

/// A type that a field can have. Reading is tolerant: what does not fit is no error, it is from a
/// newer version.
pub trait FieldType: Sized {
    /// Reads a value; none where this build has no meaning for it.
    fn read(value: &Value) -> Option<Self>;
    /// The value to write.
    fn write(&self) -> Value;
}

/// A value that this build understands, or the raw one that it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known<T> {
    /// Read as what it is meant to be.
    Understood(T),
    /// From a newer version: kept, shown as such, never overwritten.
    Newer(Value),
}

impl<T> Known<T> {
    /// The value, where it is understood.
    pub const fn understood(&self) -> Option<&T> {
        match self {
            Known::Understood(value) => Some(value),
            Known::Newer(_) => None,
        }
    }
}

/// A field as it stands, with who wrote it and what others wrote at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValue<T> {
    /// The value to show first: every replica shows the same.
    pub shown: Written<Known<T>>,
    /// The other values written at the same time, equal ones included. A person chooses by writing
    /// again.
    pub conflicts: Vec<Written<Known<T>>>,
}

impl<T> FieldValue<T> {
    /// The value to show first, where it is understood.
    pub const fn get(&self) -> Option<&T> {
        self.shown.value.understood()
    }
}

/// What an edit does to one field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Set<T> {
    /// Leaves it.
    #[default]
    Keep,
    /// Writes it.
    To(T),
    /// Takes it away.
    Clear,
}

impl<T> From<T> for Set<T> {
    fn from(value: T) -> Self {
        Set::To(value)
    }
}

/// The name of an entry (a leg, a photo, a person) inside one document: random, given by the
/// caller, so that two people who add one at the same time add two.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId([u8; 16]);

impl EntryId {
    /// Takes the sixteen bytes as they are.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The sixteen bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The part of a key before the field of this entry.
    pub(super) fn prefix(&self, list: &str) -> String {
        format!("{list}/{self}/")
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryId({self})")
    }
}

/// Something in a document that this build has no meaning for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    /// The key at the root.
    pub path: String,
    /// The value that would be shown first.
    pub value: Value,
}

/// Reads typed fields and remembers what nobody asked for.
pub(super) struct FieldReader {
    unread: BTreeMap<String, Vec<Written<Value>>>,
    newer: Vec<Newer>,
}

impl FieldReader {
    pub(super) fn of(document: &Document) -> Self {
        Self {
            unread: document.fields(),
            newer: Vec::new(),
        }
    }

    pub(super) fn take<T: FieldType>(&mut self, key: &str) -> Option<FieldValue<T>> {
        let mut values = self.unread.remove(key)?.into_iter().map(|written| {
            let value = match T::read(&written.value) {
                Some(value) => Known::Understood(value),
                None => {
                    let value = written.value.clone();
                    self.newer.push(Newer {
                        path: key.to_owned(),
                        value,
                    });
                    Known::Newer(written.value)
                }
            };
            Written {
                value,
                actor: written.actor,
                change: written.change,
            }
        });
        let shown = values.next()?;
        Some(FieldValue {
            shown,
            conflicts: values.collect(),
        })
    }

    pub(super) fn entries<V>(
        &mut self,
        list: &str,
        read: impl Fn(&mut Self, &str) -> V,
    ) -> BTreeMap<EntryId, V> {
        let keys = self.unread.keys();
        let parsed = keys.filter_map(|key| {
            let rest = key.strip_prefix(list)?.strip_prefix('/')?;
            EntryId::parse(rest.split_once('/')?.0)
        });
        let ids: std::collections::BTreeSet<EntryId> = parsed.collect();
        ids.into_iter()
            .map(|id| (id, read(self, &id.prefix(list))))
            .collect()
    }

    /// What this build has no meaning for, in order of path.
    pub(super) fn finish(mut self) -> Vec<Newer> {
        for (path, values) in self.unread {
            self.newer
                .extend(values.into_iter().take(1).map(|written| Newer {
                    path: path.clone(),
                    value: written.value,
                }));
        }
        self.newer.sort_by(|a, b| a.path.cmp(&b.path));
        self.newer
    }
}

pub(super) fn write_set<T: FieldType>(
    editor: &mut Editor<'_>,
    key: &str,
    set: &Set<T>,
) -> Result<(), EditError> {
    match set {
        Set::Keep => Ok(()),
        Set::To(value) => editor.set(key, value),
        Set::Clear => editor.clear::<T>(key),
    }
}

/// Declares what one list entry, or one document, holds: a view to read and an edit to write. Keys
/// are part of the format.
macro_rules! fields {
    (
        $(#[$view_doc:meta])* view $View:ident;
        $(#[$edit_doc:meta])* edit $Edit:ident;
        fields { $( $(#[$doc:meta])* $name:ident: $Type:ty = $key:literal, )* }
        entries { $(
            $(#[$entry_doc:meta])* $list:ident: $EntryView:ident, $EntryEdit:ident = $list_key:literal,
        )* }
    ) => {
        $(#[$view_doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $View {
            $( $(#[$doc])* pub $name: Option<crate::doc::FieldValue<$Type>>, )*
            $( $(#[$entry_doc])* pub $list: std::collections::BTreeMap<crate::doc::EntryId, $EntryView>, )*
        }

        $(#[$edit_doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct $Edit {
            $( $(#[$doc])* pub $name: crate::doc::Set<$Type>, )*
            $( $(#[$entry_doc])* pub $list: std::collections::BTreeMap<crate::doc::EntryId, $EntryEdit>, )*
        }

        impl $View {
            #[allow(dead_code, reason = "not every view is nested in another")]
            pub(super) fn take(reader: &mut crate::doc::field::FieldReader, prefix: &str) -> Self {
                Self {
                    $( $name: reader.take(&format!("{prefix}{}", $key)), )*
                    $( $list: reader.entries($list_key, $EntryView::take), )*
                }
            }
        }

        impl $Edit {
            #[allow(dead_code, reason = "not every edit is nested in another")]
            pub(super) fn put(
                &self,
                editor: &mut crate::doc::Editor<'_>,
                prefix: &str,
            ) -> Result<(), crate::doc::EditError> {
                $( crate::doc::field::write_set(editor, &format!("{prefix}{}", $key), &self.$name)?; )*
                $( for (id, entry) in &self.$list {
                    entry.put(editor, &id.prefix($list_key))?;
                } )*
                Ok(())
            }
        }
    };
}

/// Declares a document: what [`fields!`] declares, reading and editing, and what is from a newer
/// version.
macro_rules! document {
    ($View:ident, $Edit:ident) => {
        impl $View {
            /// Reads a document; never fails. Beside the view: what this build has no meaning for.
            pub fn read(document: &crate::doc::Document) -> (Self, Vec<crate::doc::Newer>) {
                let mut reader = crate::doc::field::FieldReader::of(document);
                let view = Self::take(&mut reader, "");
                (view, reader.finish())
            }
        }

        impl $Edit {
            /// Makes one change of all these fields, as [`crate::doc::Document::edit`].
            pub fn change(
                &self,
                document: &crate::doc::Document,
                actor: crate::doc::ActorId,
                at: crate::time::UnixMs,
            ) -> Result<Option<Vec<u8>>, crate::doc::EditError> {
                document.edit(actor, at, |editor| self.put(editor, ""))
            }
        }
    };
}

pub(super) use {document, fields};
