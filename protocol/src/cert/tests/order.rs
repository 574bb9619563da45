//! What counts does not depend on the order in which it was heard.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::id::DeviceId;

/// Everybody who says something, and what they say, in the order in which it was made.
struct Bureau {
    root: Key,
    said: Vec<Envelope>,
    seq: u64,
}

impl Bureau {
    fn new() -> Self {
        let root = Key::new(1);
        Self {
            root,
            said: Vec::new(),
            seq: 0,
        }
    }

    fn empty(&self) -> Directory {
        Directory::new(self.root.public())
    }

    fn says(&mut self, key: &Key, kind: Kind, wall: i64, body: Vec<u8>) {
        self.seq += 1;
        let said = key.says_at(&self.empty(), kind, self.seq, wall, body);
        self.said.push(said);
    }

    fn states(&mut self, key: &Key, wall: i64, statement: &Statement) {
        self.says(key, Kind::Certificate, wall, statement.to_bytes());
    }

    /// What comes of hearing it in this order; what nobody known signed is offered again.
    fn heard(&self, order: &[usize]) -> Directory {
        let mut directory = self.empty();
        let mut waiting: Vec<&Envelope> = order.iter().map(|n| &self.said[*n]).collect();
        loop {
            let before = waiting.len();
            waiting.retain(|envelope| {
                matches!(directory.admit(envelope), Err(CertError::UnknownDevice(_)))
            });
            if waiting.len() == before {
                return directory;
            }
        }
    }
}

fn person() -> PersonId {
    PersonId::from_bytes([5; 16])
}

fn membership(n: u8, from: i64, until: Option<i64>) -> Statement {
    Statement::Membership(Membership {
        person: person(),
        unit: unit(n),
        role: Role::Officer,
        from: UnixMs(from),
        until: until.map(UnixMs),
        campaign: None,
    })
}

fn named(name: &str) -> Statement {
    Statement::Person(Person {
        person: person(),
        name: name.into(),
    })
}

fn placed(n: u8, parent: u8, from: i64) -> Statement {
    Statement::Unit(UnitStatement {
        unit: unit(n),
        parent: Some(unit(parent)),
        level: UnitLevel::Station,
        names: Names::new(),
        from: UnixMs(from),
    })
}

fn assigned(device: DeviceId, n: u8, from: i64) -> Statement {
    Statement::Assignment(Assignment {
        device,
        unit: unit(n),
        person: None,
        from: UnixMs(from),
    })
}

fn revoked(key: &Key, last_seq: u64) -> Vec<u8> {
    let directory = Directory::new(Key::new(1).public());
    let feed = key.says(&directory, Kind::Message, 1, vec![]).header().feed;
    Revocation {
        device: key.public().device_id(),
        at: UnixMs(0),
        reason: String::new(),
        cuts: vec![Cut { feed, last_seq }],
    }
    .to_bytes()
}

/// Two offices that contradict themselves and each other; the root revokes the second one.
fn history() -> Bureau {
    let (first, second, phone) = (Key::new(2), Key::new(3), Key::new(4));
    let device = phone.public().device_id();
    let mut bureau = Bureau::new();
    let root = Key::new(1);
    bureau.states(&root, 1, &key_statement(&first, Holder::Office));
    bureau.states(&root, 1, &key_statement(&second, Holder::Office));
    bureau.states(&first, 2, &key_statement(&phone, Holder::Phone));
    bureau.states(&first, 3, &membership(1, 3, None));
    bureau.states(&second, 4, &membership(1, 3, Some(4)));
    bureau.states(&first, 5, &membership(2, 5, None));
    bureau.states(&first, 5, &named("早"));
    bureau.states(&second, 6, &placed(7, 8, 6));
    bureau.states(&first, 7, &placed(7, 9, 6));
    bureau.states(&first, 8, &assigned(device, 1, 8));
    bureau.states(&second, 9, &assigned(device, 2, 8));
    bureau.says(&first, Kind::Revocation, 10, revoked(&phone, 5));
    bureau.says(&second, Kind::Revocation, 11, revoked(&phone, 9));
    // Nobody but the root may say these.
    bureau.says(&second, Kind::Revocation, 12, revoked(&first, 0));
    bureau.states(&second, 12, &key_statement(&first, Holder::Phone));
    // The second office is cut off before what comes next, and says it all the same.
    let cut = bureau.seq;
    bureau.states(&second, 13, &named("晚"));
    bureau.states(&second, 13, &membership(1, 3, None));
    bureau.says(&root, Kind::Revocation, 14, revoked(&second, cut));
    bureau
}

proptest! {
    #[test]
    fn every_order_makes_the_same_directory(
        order in Just((0..history().said.len()).collect::<Vec<_>>()).prop_shuffle()
    ) {
        let bureau = history();
        let in_order: Vec<usize> = (0..bureau.said.len()).collect();
        prop_assert_eq!(bureau.heard(&order), bureau.heard(&in_order));
    }
}

#[test]
fn the_later_word_counts_as_far_as_the_root_lets_it() {
    let bureau = history();
    let reversed: Vec<usize> = (0..bureau.said.len()).rev().collect();
    let directory = bureau.heard(&reversed);
    let units = |at| -> Vec<UnitId> {
        let memberships = directory.memberships(person(), UnixMs(at));
        memberships.map(|m| m.unit).collect()
    };
    assert_eq!(units(3), [unit(1)]);
    assert_eq!(units(20), [unit(2)], "the membership that ended stays so");
    assert_eq!(directory.person_name(person()), Some("早"));
    assert_eq!(
        directory.units().path(unit(7), UnixMs(6)),
        [unit(7)],
        "of a unit whose parent nobody stated"
    );
    let parent = directory.units().at(unit(7), UnixMs(6)).map(|s| s.parent);
    assert_eq!(parent, Some(Some(unit(9))));
    let phone = Key::new(4).public().device_id();
    let assignment = directory.assignment(phone, UnixMs(9)).expect("assigned");
    assert_eq!(assignment.unit, unit(2));
    let cut = directory.revocation(phone).expect("revoked").cuts[0];
    assert_eq!(cut.last_seq, 9);
    let first = Key::new(2).public().device_id();
    assert_eq!(directory.holder(first), Some(Holder::Office));
    assert!(directory.revocation(first).is_none());
}

#[test]
fn the_word_of_the_root_about_an_office_changes_how_those_stand_whom_it_revoked() {
    let bureau = history();
    let (second, phone) = (Key::new(3).public().device_id(), Key::new(4).public());
    let in_order: Vec<usize> = (0..bureau.said.len()).collect();
    let before = bureau.heard(&in_order);
    let mut directory = before.clone();
    assert!(directory.revoked_otherwise(&before).is_empty());
    let root = Key::new(1);
    let revocation = revoked(&Key::new(3), 0);
    let said = root.says_at(&before, Kind::Revocation, 99, 99, revocation);
    directory.admit(&said).expect("the root may");
    let changed = BTreeSet::from([second, phone.device_id()]);
    assert_eq!(directory.revoked_otherwise(&before), changed);
    assert_eq!(before.revoked_otherwise(&directory), changed);
    let cut = directory.revocation(phone.device_id()).expect("revoked");
    assert_eq!(cut.cuts[0].last_seq, 5, "the other office's word counts");
}

#[test]
fn what_an_office_says_now_is_later_than_all_that_it_heard() {
    let bureau = history();
    let in_order: Vec<usize> = (0..bureau.said.len()).collect();
    let directory = bureau.heard(&in_order);
    assert_eq!(bureau.empty().date_now(UnixMs(5)), UnixMs(5));
    assert_eq!(directory.date_now(UnixMs(5)), UnixMs(15));
    assert_eq!(directory.date_now(UnixMs(99)), UnixMs(99));
}

#[test]
fn an_old_statement_that_comes_again_reopens_nothing() {
    let bureau = history();
    let in_order: Vec<usize> = (0..bureau.said.len()).collect();
    let mut directory = bureau.heard(&in_order);
    let before = directory.clone();
    for said in &bureau.said {
        let _ = directory.admit(said);
        assert_eq!(directory, before);
    }
}
