//! A document: a merge of admitted changes.

use std::collections::{BTreeMap, BTreeSet};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Automerge, AutomergeError, ChangeHash, ROOT, ReadDoc, ScalarValue, TextEncoding};

use super::actor::ActorId;
use super::field::FieldType;
use super::value::{Value, Written, actor_of};
use crate::gate::{Admitted, limits};
use crate::time::UnixMs;

/// Why changes could not be applied or a cache not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// A change came before one that it was made upon. Admit and apply in the same order.
    #[error("a change was applied before its ancestor {0}")]
    ApplyBeforeAncestor(ChangeHash),
    /// Automerge refused an admitted change. A fault of ours: keep the changes and rebuild.
    #[error("applying changes")]
    Apply(#[source] Box<AutomergeError>),
    /// The cache cannot be read. Throw it away and rebuild from the changes.
    #[error("loading a cached document")]
    LoadCache(#[source] Box<AutomergeError>),
}

/// Why an edit was not made.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The field holds what this build does not understand; only a newer version may replace it.
    #[error("field {path} holds a value from a newer version")]
    KeepNewer {
        /// The field.
        path: String,
    },
    /// Only scalars are written by hand.
    #[error("field {path} can only be set to a scalar")]
    SetObject {
        /// The field.
        path: String,
    },
    /// Automerge refused the edit.
    #[error("writing field {path}")]
    Write {
        /// The field.
        path: String,
        /// Why.
        #[source]
        source: Box<AutomergeError>,
    },
}

/// A document as it stands after some set of admitted changes. Two documents with the same heads
/// are equal.
///
/// It is a cache: the changes in their signed envelopes are the truth, and whoever holds those can
/// throw this away. Everything that enters passed the gate ([`Admitted`]), the own edits too:
/// [`Document::edit`] returns the bytes of a change and leaves the document as it is.
#[derive(Debug, Clone)]
pub struct Document {
    inner: Automerge,
    /// The hashes of all changes in it, to ask without going through Automerge.
    known: BTreeSet<ChangeHash>,
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

impl Document {
    /// A document that nobody has written in.
    pub fn new() -> Self {
        Self {
            inner: Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint),
            known: BTreeSet::new(),
        }
    }

    /// Applies admitted changes in one batch (nine times quicker than one by one). Ancestors first;
    /// what is applied already is skipped.
    pub fn apply<'a>(
        &mut self,
        admitted: impl IntoIterator<Item = &'a Admitted>,
    ) -> Result<(), DocumentError> {
        let mut batch = BTreeSet::new();
        let mut changes = Vec::new();
        for admitted in admitted {
            let change = admitted.change();
            if self.contains(&change.hash()) || !batch.insert(change.hash()) {
                continue;
            }
            let unknown = |dep: &&ChangeHash| !batch.contains(*dep) && !self.contains(dep);
            if let Some(dep) = change.deps().iter().find(unknown) {
                return Err(DocumentError::ApplyBeforeAncestor(*dep));
            }
            changes.push(change.clone());
        }
        let applied = self.inner.apply_changes(changes);
        applied.map_err(|source| DocumentError::Apply(Box::new(source)))?;
        self.known.append(&mut batch);
        Ok(())
    }

    /// Whether a change is in it.
    pub fn contains(&self, change: &ChangeHash) -> bool {
        self.known.contains(change)
    }

    /// The changes that no other change was made upon, in ascending order.
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads = self.inner.get_heads();
        heads.sort_unstable();
        heads
    }

    /// The raw bytes of all changes, ancestors first.
    pub fn changes(&self) -> Vec<Vec<u8>> {
        let changes = self.inner.get_changes(&[]);
        changes
            .iter()
            .map(|change| change.raw_bytes().to_vec())
            .collect()
    }

    /// The document in Automerge's compact form, for this store's own cache. Keep the changes as
    /// well, and before a cached form is replaced, prove that the new one loads
    /// ([`Document::load_own_cache`]) to the same heads.
    pub fn save(&self) -> Vec<u8> {
        self.inner.save()
    }

    /// Loads what [`Document::save`] wrote **in this very store**.
    ///
    /// NEVER for bytes that somebody else could have touched: no peer, no bundle, no imported file.
    /// Automerge's `load` hangs on 816 crafted bytes and takes gigabytes. What others hand over are
    /// changes, and they pass the gate.
    pub fn load_own_cache(saved: &[u8]) -> Result<Self, DocumentError> {
        let options = automerge::LoadOptions::new().text_encoding(TextEncoding::UnicodeCodePoint);
        let inner = Automerge::load_with_options(saved, options)
            .map_err(|source| DocumentError::LoadCache(Box::new(source)))?;
        let metas = inner.get_changes_meta(&[]);
        let known = metas.iter().map(|meta| meta.hash).collect();
        Ok(Self { inner, known })
    }

    /// Makes a change without applying it: returns its raw bytes, or nothing when nothing would
    /// change (a field set to the value it already has, and not in conflict). Sign, admit and apply
    /// what it returns.
    ///
    /// `at` is kept in the change as its time, for show; nothing is ordered by it. A clock so wrong
    /// that no calendar could show its time is brought to the nearest end of the calendar.
    pub fn edit(
        &self,
        actor: ActorId,
        at: UnixMs,
        write: impl FnOnce(&mut Editor<'_>) -> Result<(), EditError>,
    ) -> Result<Option<Vec<u8>>, EditError> {
        let mut editor = Editor {
            base: self,
            writes: Vec::new(),
        };
        write(&mut editor)?;
        let mut copy = self.inner.clone();
        copy.set_actor(actor.into());
        let mut transaction = copy.transaction();
        for (path, scalar) in editor.writes {
            let written = match scalar {
                // Of the value shown already, Automerge would only delete the rivals. Taken away
                // first, it becomes the value of whoever chose.
                Some(scalar) if self.is_shown_of_several(&path, &scalar) => transaction
                    .delete(ROOT, path.as_str())
                    .and_then(|()| transaction.put(ROOT, path.as_str(), scalar)),
                Some(scalar) => transaction.put(ROOT, path.as_str(), scalar),
                None => transaction.delete(ROOT, path.as_str()),
            };
            written.map_err(|source| EditError::Write {
                path,
                source: Box::new(source),
            })?;
        }
        let limit = limits::TIME_MS.cast_signed();
        let time = at.0.clamp(-limit, limit);
        let (made, _) = transaction.commit_with(CommitOptions::default().with_time(time));
        let change = made.and_then(|hash| copy.get_change_by_hash(&hash));
        Ok(change.map(|change| change.raw_bytes().to_vec()))
    }

    /// The fields at the root, each with all values that stand: the winner first, then what was
    /// written at the same time. Values are listed once per writer, even where they are equal.
    pub fn fields(&self) -> BTreeMap<String, Vec<Written<Value>>> {
        let keys = self.inner.keys(ROOT);
        keys.map(|key| {
            let values = self.values(&key);
            (key, values)
        })
        .collect()
    }

    /// All values that stand in one field, the winner first; none where the field is absent.
    pub fn values(&self, key: &str) -> Vec<Written<Value>> {
        let mut found = self.inner.get_all(ROOT, key).unwrap_or_default();
        found.sort_by(|(_, a), (_, b)| b.cmp(a));
        let written = found.iter().filter_map(|(value, id)| {
            let change = self.inner.hash_for_opid(id)?;
            let value = Value::of_found(&self.inner, value, id);
            Some(Written {
                value,
                actor: actor_of(id),
                change,
            })
        });
        written.collect()
    }

    fn is_shown_of_several(&self, path: &str, scalar: &ScalarValue) -> bool {
        let standing = self.values(path);
        let shown = standing.first().map(|written| &written.value);
        standing.len() > 1 && shown == Some(&Value::of_scalar(scalar))
    }

    pub(super) const fn inner(&self) -> &Automerge {
        &self.inner
    }
}

/// Collects the writes of one edit. Values that this build does not understand stay as they are.
#[derive(Debug)]
pub struct Editor<'a> {
    base: &'a Document,
    writes: Vec<(String, Option<ScalarValue>)>,
}

impl Editor<'_> {
    /// Writes a field. Where two people wrote it at the same time, this is how a person chooses:
    /// all values that stand give way, even when one of them is the value written.
    pub fn set<T: FieldType>(&mut self, key: &str, value: &T) -> Result<(), EditError> {
        self.keep_newer::<T>(key)?;
        self.put_raw(key, &value.write())
    }

    /// Takes a field away, if it is there.
    pub fn clear<T: FieldType>(&mut self, key: &str) -> Result<(), EditError> {
        self.keep_newer::<T>(key)?;
        if !self.base.values(key).is_empty() {
            self.writes.push((key.to_owned(), None));
        }
        Ok(())
    }

    /// Writes any scalar anywhere, without regard to what stands there. For tools and for tests
    /// that play a newer version; not for records.
    pub fn put_raw(&mut self, key: &str, value: &Value) -> Result<(), EditError> {
        let path = key.to_owned();
        let Some(scalar) = value.to_scalar() else {
            return Err(EditError::SetObject { path });
        };
        self.writes.push((path, Some(scalar)));
        Ok(())
    }

    fn keep_newer<T: FieldType>(&self, key: &str) -> Result<(), EditError> {
        let standing = self.base.values(key);
        if standing
            .iter()
            .any(|written| T::read(&written.value).is_none())
        {
            return Err(EditError::KeepNewer {
                path: key.to_owned(),
            });
        }
        Ok(())
    }
}
