use proptest::prelude::*;

use super::*;
use crate::store::memory::MemoryStore;
use crate::store::sqlite::SqliteStore;

#[test]
fn the_model_conforms() {
    suite(MemoryStore::new);
}

#[test]
fn sqlite_conforms() {
    let folder = tempfile::tempdir().expect("a folder");
    let number = std::cell::Cell::new(0);
    suite(|| {
        number.set(number.get() + 1);
        let path = folder.path().join(format!("{}.sqlite", number.get()));
        SqliteStore::open(&path).expect("opens")
    });
    assert_eq!(number.get(), 8);
}

fn verb() -> impl Strategy<Value = Verb> {
    let id = 0..8u8;
    let lsn = 0..12u64;
    prop_oneof![
        4 => (id.clone(), 1..5u64, id.clone()).prop_map(|(f, s, o)| Verb::Append(f, s, o)),
        1 => (lsn.clone(), 0..4u8).prop_map(|(l, s)| Verb::Standing(l, s)),
        1 => lsn.clone().prop_map(Verb::Erase),
        1 => (id.clone(), 0..5u64, any::<Option<u32>>())
            .prop_map(|(f, s, at)| Verb::Feed(f, s, at.map(u64::from))),
        1 => (id.clone(), 0..3u8, -5..5i64).prop_map(|(d, u, at)| Verb::Told(d, u, at)),
        2 => (id.clone(), lsn.clone()).prop_map(|(s, l)| Verb::Deliver(s, l)),
        1 => (id.clone(), id.clone()).prop_map(|(o, s)| Verb::Grant(o, s)),
        1 => (0..3u32, 0..8u64, any::<u8>()).prop_map(|(l, i, h)| Verb::Node(l, i, h)),
        1 => (0..9u64, any::<u8>()).prop_map(|(s, n)| Verb::Checkpoint(s, n)),
        1 => (lsn.clone(), id.clone()).prop_map(|(l, s)| Verb::Statement(l, s)),
        1 => (lsn.clone(), id.clone()).prop_map(|(l, s)| Verb::Shown(l, s)),
        1 => (lsn.clone(), any::<u8>(), any::<bool>()).prop_map(|(l, r, f)| Verb::Apart(l, r, f)),
        1 => (id.clone(), lsn.clone()).prop_map(|(n, l)| Verb::Ruling(n, l)),
        1 => (id.clone(), any::<u8>()).prop_map(|(l, p)| Verb::Staff(l, p)),
        1 => (id.clone(), any::<bool>()).prop_map(|(n, u)| Verb::Enrolment(n, u)),
        1 => (id.clone(), 0..3u8).prop_map(|(k, n)| Verb::Registry(k, n)),
        4 => (id.clone(), id.clone(), id.clone(), -2..5i64, prop::option::of(0..3i64),
              prop::option::of(0..3u8))
            .prop_map(|(k, key, u, at, t, p)| Verb::Row(k, key, u, at, t, p)),
        1 => (id.clone(), id.clone()).prop_map(|(k, key)| Verb::ForgetRow(k, key)),
        1 => lsn.clone().prop_map(Verb::ForgetBox),
        1 => (lsn, -200..200i32, -200..200i32).prop_map(|(l, w, s)| Verb::Box(l, w, s)),
        1 => (id, prop::collection::vec(0..9u8, 0..6)).prop_map(|(o, t)| Verb::Tokens(o, t)),
        1 => Just(Verb::Live),
        1 => Just(Verb::Forget),
    ]
}

/// Writes the same groups into a store, each as one transaction, every third given up.
fn write(store: &dyn Store, groups: &[Vec<Verb>]) -> String {
    let mut writer = store.take_writer().expect("the writer");
    for (n, group) in groups.iter().enumerate() {
        let given_up = n % 3 == 2;
        let done = writer.transact(&mut |tx| {
            group.iter().try_for_each(|verb| apply(tx, verb))?;
            if given_up {
                return Err(StoreError::GivenUp);
            }
            Ok(())
        });
        assert_eq!(done.is_err(), given_up, "{done:?}");
    }
    read(store, observe).expect("reads")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn both_stores_say_the_same_after_the_same_writing(
        groups in prop::collection::vec(prop::collection::vec(verb(), 0..12), 1..7)
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let sqlite = SqliteStore::open(&folder.path().join("tala.sqlite")).expect("opens");
        prop_assert_eq!(write(&MemoryStore::new(), &groups), write(&sqlite, &groups));
    }
}
