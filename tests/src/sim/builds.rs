//! Builds of different versions in one bureau: what each of them writes in an incident.
//!
//! The centre runs the present build: beside phones of [`Build::Newer`] it is the older one, beside phones of
//! [`Build::Older`] the newer one. A build is what it can name: an older one knows two fields and
//! two grades of
//! severity, a newer one writes fields, values and shapes that the present one has no meaning for.
//! Engine, gate
//! and formats are the same.

use automerge::transaction::{CommitOptions, Transactable as _};
use automerge::{Automerge, Change, ObjType, ROOT, ReadDoc as _, ScalarValue};
use rand::{Rng, RngExt as _};
use tala_protocol::doc::{
    ActorId, Document, EditError, FieldType, IncidentEdit, Set, Severity, Value,
};
use tala_protocol::time::UnixMs;

/// Which version a phone runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// N-1 beside the present one.
    Older,
    /// What this repository builds.
    Present,
    /// N beside which the present one is N-1.
    Newer,
}

/// One edit of a build.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// By the older build: a title, or a grade that it knows.
    Older(Result<String, bool>),
    /// By the present build.
    Present(Box<IncidentEdit>),
    /// By the newer build: which of its novelties, and a value.
    Newer(u8, i64),
}

/// Severity as an older build knows it.
struct OldSeverity(bool);

impl FieldType for OldSeverity {
    fn read(value: &Value) -> Option<Self> {
        match Severity::read(value)? {
            Severity::Low => Some(Self(false)),
            Severity::High => Some(Self(true)),
            _ => None,
        }
    }

    fn write(&self) -> Value {
        match self.0 {
            true => Severity::High.write(),
            false => Severity::Low.write(),
        }
    }
}

impl Build {
    /// A build for a phone of a bureau that is in the middle of a rollout.
    pub fn draw(rng: &mut impl Rng) -> Self {
        [Build::Older, Build::Present, Build::Newer][rng.random_range(0..3)]
    }

    /// An edit by this build, of few fields so that people meet in them.
    pub fn edit(self, rng: &mut impl Rng, n: usize) -> Edit {
        let value = rng.random_range(0..1_000_i64);
        match self {
            Build::Older if rng.random_bool(0.5) => Edit::Older(Ok(format!("old title {value}"))),
            Build::Older => Edit::Older(Err(value % 2 == 1)),
            Build::Newer if rng.random_bool(0.5) => Edit::Newer(rng.random_range(0..7), value),
            Build::Present | Build::Newer => Edit::Present(Box::new(present(rng, n, value))),
        }
    }
}

impl Edit {
    /// Makes the change.
    pub fn change(
        &self,
        document: &Document,
        actor: ActorId,
        at: UnixMs,
    ) -> Result<Option<Vec<u8>>, EditError> {
        match self {
            Edit::Older(what) => document.edit(actor, at, |editor| match what {
                Ok(title) => editor.set("t", title),
                Err(high) => editor.set("s", &OldSeverity(*high)),
            }),
            Edit::Present(edit) => edit.change(document, actor, at),
            Edit::Newer(kind @ 0..4, value) => document.edit(actor, at, |editor| match kind {
                0 => editor.put_raw("new", &Value::Int(*value)),
                1 => editor.put_raw("s", &Value::Int(90 + value % 3)),
                2 => editor.put_raw("n", &Value::Bytes(value.to_be_bytes().to_vec())),
                _ => {
                    let key = format!("zz/{:032x}/v", value % 5);
                    editor.put_raw(&key, &Value::Text(format!("entry {value}")))
                }
            }),
            Edit::Newer(kind, value) => Ok(freely(document, actor, at, *kind, *value)),
        }
    }
}

fn present(rng: &mut impl Rng, n: usize, value: i64) -> IncidentEdit {
    let mut edit = IncidentEdit::default();
    match rng.random_range(0..3) {
        0 => edit.title = Set::To(format!("title {value}")),
        1 => edit.narrative = Set::To(format!("seen by {n}: {value}")),
        _ => edit.severity = Severity::ALL[usize::from(value % 2 == 0) * 2].into(),
    }
    edit
}

/// A change with the whole of Automerge; none where Automerge itself would not.
fn freely(
    document: &Document,
    actor: ActorId,
    at: UnixMs,
    kind: u8,
    value: i64,
) -> Option<Vec<u8>> {
    let mut copy = Automerge::new();
    let changes = document.changes().into_iter();
    let changes: Result<Vec<Change>, _> = changes.map(Change::from_bytes).collect();
    copy.apply_changes(changes.ok()?).ok()?;
    copy.set_actor(actor.into());
    let mut transaction = copy.transaction();
    match kind {
        4 => {
            let map = transaction.put_object(ROOT, "map", ObjType::Map).ok()?;
            transaction.put(&map, "v", value).ok()?;
        }
        5 => {
            let list = transaction.put_object(ROOT, "list", ObjType::List).ok()?;
            transaction.insert(&list, 0, value).ok()?;
        }
        _ => {
            let text = transaction.put_object(ROOT, "text", ObjType::Text).ok()?;
            transaction
                .splice_text(&text, 0, 0, "from the future")
                .ok()?;
            let counter = ScalarValue::counter(value);
            transaction.put(ROOT, "fresh", counter).ok()?;
        }
    }
    let options = CommitOptions::default().with_time(at.0);
    let hash = transaction.commit_with(options).0?;
    Some(copy.get_change_by_hash(&hash)?.raw_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn every_build_makes_changes_of_an_empty_document() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let actor = ActorId::from_bytes([1; 16]);
        for build in [Build::Older, Build::Present, Build::Newer] {
            for _ in 0..40 {
                let edit = build.edit(&mut rng, 1);
                let change = edit.change(&Document::new(), actor, UnixMs(5));
                assert!(change.is_ok_and(|change| change.is_some()), "{edit:?}");
            }
        }
    }

    #[test]
    fn an_older_build_does_not_overwrite_what_a_newer_one_wrote() {
        let unknown = Value::Int(90);
        assert!(OldSeverity::read(&unknown).is_none());
        assert!(Severity::read(&unknown).is_none());
        assert!(OldSeverity::read(&Severity::Medium.write()).is_none());
    }
}
