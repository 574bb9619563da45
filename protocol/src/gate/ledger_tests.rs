//! Any order of changes, policy and rulings ends in the same standings and the same document.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::kit::{Phone, Sent};
use super::*;
use crate::doc::{Document, Value, export_json};
use crate::hash::Digest;

/// What people did, and what became of it at the office.
#[derive(Debug, Clone)]
struct Story {
    actors: u8,
    steps: Vec<(u8, u8, u8)>,
    forger: Option<u8>,
    refusals: Vec<(Index, u16)>,
    rulings: Vec<(Index, bool, u64)>,
}

fn story() -> impl Strategy<Value = Story> {
    (
        2..=5u8,
        prop::collection::vec((0..5u8, 0..4u8, 0..3u8), 4..40),
        prop::option::of(0..5u8),
        prop::collection::vec((any::<Index>(), 1..4u16), 0..3),
        prop::collection::vec((any::<Index>(), any::<bool>(), 0..4u64), 0..4),
    )
        .prop_map(|(actors, steps, forger, refusals, rulings)| Story {
            actors,
            steps,
            forger,
            refusals,
            rulings,
        })
}

/// Lets people edit and meet by chance; returns everything they sent.
fn tell(story: &Story) -> Vec<Sent> {
    let mut phones: Vec<Phone> = (1..=story.actors).map(Phone::of).collect();
    let mut forked = Vec::new();
    for &(who, what, key) in &story.steps {
        let who = usize::from(who % story.actors);
        let other = (who + 1 + usize::from(key)) % phones.len();
        match what {
            0 | 1 => {
                let before = phones[who].clone();
                let value = Value::Int(i64::from(what) * 7 + i64::from(key));
                let sent = phones[who].edit(|editor| editor.put_raw(&format!("k{key}"), &value));
                if sent.is_some() && story.forger.map(usize::from) == Some(who) && forked.is_empty()
                {
                    // The same place in the author's order, another content.
                    let mut twin = before;
                    let forged = twin.edit(|editor| editor.put_raw("fork", &Value::Int(1)));
                    forked.extend(forged);
                }
            }
            _ => {
                for sent in phones[other].sent.clone() {
                    phones[who].receive(&sent);
                }
            }
        }
    }
    let mut all: Vec<Sent> = phones.iter().flat_map(|phone| phone.sent.clone()).collect();
    all.extend(forked);
    all
}

#[derive(Debug, Clone)]
enum Event {
    Change(Sent),
    Policy(Digest, PolicyRefusal),
    Ruling(Digest, Ruling),
}

fn events(story: &Story, sent: &[Sent]) -> Vec<Event> {
    let mut events: Vec<_> = sent.iter().cloned().map(Event::Change).collect();
    if sent.is_empty() {
        return events;
    }
    // One policy for one envelope: two would be two certificates' worth, which the caller resolves.
    let policies: BTreeMap<_, _> = story
        .refusals
        .iter()
        .map(|(at, code)| (at.get(sent).envelope, PolicyRefusal::from_code(*code)))
        .collect();
    events.extend(
        policies
            .into_iter()
            .map(|(id, policy)| Event::Policy(id, policy)),
    );
    events.extend(story.rulings.iter().map(|(at, release, number)| {
        let kind = if *release {
            RulingKind::Release
        } else {
            RulingKind::Refuse
        };
        Event::Ruling(
            at.get(sent).envelope,
            Ruling {
                number: *number,
                kind,
            },
        )
    }));
    events
}

/// Plays events on an empty ledger; policy that comes before its envelope comes with it.
fn play(events: &[Event]) -> (Ledger, Document) {
    let (mut ledger, mut document) = (Ledger::new(), Document::new());
    let mut early = BTreeMap::new();
    for event in events {
        let outcome = match event {
            Event::Change(sent) => {
                let policy = early.remove(&sent.envelope);
                ledger.receive(&Arrival {
                    policy,
                    ..sent.arrival()
                })
            }
            Event::Policy(id, policy) if ledger.standing(id).is_none() => {
                early.insert(*id, *policy);
                Outcome::default()
            }
            Event::Policy(id, policy) => ledger.set_policy(id, Some(*policy)),
            Event::Ruling(id, ruling) => ledger.rule(*id, *ruling),
        };
        outcome
            .settle(&mut document)
            .expect("admitted changes apply");
    }
    (ledger, document)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_order_ends_in_the_same_standings_and_document(
        story in story(),
        seeds in prop::collection::vec(any::<u64>(), 2),
    ) {
        let sent = tell(&story);
        let straight = events(&story, &sent);
        let (ledger, document) = play(&straight);
        let standings: BTreeMap<_, _> = ledger.standings().collect();
        for seed in seeds {
            let mut shuffled = straight.clone();
            shuffle(&mut shuffled, seed);
            let (other, merged) = play(&shuffled);
            prop_assert_eq!(&other.standings().collect::<BTreeMap<_, _>>(), &standings);
            prop_assert_eq!(merged.heads(), document.heads());
            prop_assert_eq!(export_json(&merged), export_json(&document));
        }
        // The same changes once more do nothing.
        let mut again = ledger.clone();
        for one in &sent {
            let outcome = again.receive(&one.arrival());
            prop_assert!(outcome.admitted.is_empty() && !outcome.rebuild);
        }
    }

    #[test]
    fn nothing_honest_is_refused_whatever_the_delivery(story in story(), seed in any::<u64>()) {
        let honest = Story { forger: None, refusals: vec![], rulings: vec![], ..story };
        let sent = tell(&honest);
        let mut shuffled = events(&honest, &sent);
        shuffle(&mut shuffled, seed);
        let (ledger, document) = play(&shuffled);
        prop_assert!(ledger.standings().all(|(_, standing)| standing == Standing::Admitted));
        let saved = Document::load_own_cache(&document.save()).expect("loads");
        prop_assert_eq!(saved.heads(), document.heads());
        let bytes: Vec<_> = ledger.admitted().iter().map(Admitted::bytes).collect();
        let (index, again) = DocIndex::rebuild(bytes).expect("rebuilds");
        prop_assert_eq!((index.len(), index.op_count()), (ledger.index().len(), ledger.index().op_count()));
        prop_assert_eq!(again.len(), ledger.admitted().len());
    }
}

fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed | 1;
    for at in (1..items.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let span = u64::try_from(at + 1).expect("small");
        items.swap(at, usize::try_from((state >> 33) % span).expect("small"));
    }
}

fn number(n: i64) -> Value {
    Value::Int(n)
}

#[test]
fn quarantine_parks_only_descendants_and_release_brings_them_back() {
    let (mut a, mut b) = (Phone::of(1), Phone::of(2));
    let first = a
        .edit(|editor| editor.put_raw("k", &number(1)))
        .expect("a change");
    b.receive(&first);
    let held = a
        .edit(|editor| editor.put_raw("k", &number(2)))
        .expect("a change");
    let beside = b
        .edit(|editor| editor.put_raw("x", &number(3)))
        .expect("a change");
    b.receive(&held);
    let upon = b
        .edit(|editor| editor.put_raw("y", &number(4)))
        .expect("a change");

    let (mut ledger, mut document) = (Ledger::new(), Document::new());
    for (sent, policy) in [
        (&first, None),
        (&held, Some(PolicyRefusal::Revoked)),
        (&beside, None),
        (&upon, None),
    ] {
        let outcome = ledger.receive(&Arrival {
            policy,
            ..sent.arrival()
        });
        outcome.settle(&mut document).expect("applies");
    }
    let quarantined = Standing::Quarantined(Quarantine::Policy(PolicyRefusal::Revoked));
    assert_eq!(ledger.standing(&held.envelope), Some(quarantined));
    assert!(
        matches!(ledger.standing(&upon.envelope), Some(Standing::Parked { missing }) if missing.len() == 1)
    );
    assert_eq!(document.values("x").len(), 1);
    assert_eq!(document.values("y").len(), 0);

    let release = Ruling {
        number: 1,
        kind: RulingKind::Release,
    };
    let outcome = ledger.rule(held.envelope, release);
    assert!(!outcome.rebuild);
    outcome.settle(&mut document).expect("applies");
    assert_eq!(document.heads(), b.document.heads());

    let refuse = Ruling {
        number: 2,
        kind: RulingKind::Refuse,
    };
    let outcome = ledger.rule(held.envelope, refuse);
    assert!(outcome.rebuild);
    outcome.settle(&mut document).expect("applies");
    assert_eq!(
        (document.values("x").len(), document.values("y").len()),
        (1, 0)
    );
    assert_eq!(ledger.rule(held.envelope, release).admitted.len(), 0);
}

#[test]
fn no_ruling_releases_what_the_gate_refuses() {
    let mut ledger = Ledger::new();
    let broken = Sent {
        envelope: Digest::sha256(b"broken"),
        bytes: b"broken".to_vec(),
        actor: super::kit::actor(1),
        previous: None,
    };
    let _ = ledger.receive(&broken.arrival());
    let outcome = ledger.rule(
        broken.envelope,
        Ruling {
            number: 9,
            kind: RulingKind::Release,
        },
    );
    assert!(outcome.admitted.is_empty());
    assert!(matches!(
        ledger.standing(&broken.envelope),
        Some(Standing::Quarantined(Quarantine::Structural(_)))
    ));
}

#[test]
fn of_a_fork_one_stands_everywhere_until_a_ruling_refuses_it() {
    let (mut a, mut twin, mut ledger) = (Phone::of(1), Phone::of(1), Ledger::new());
    let one = a
        .edit(|editor| editor.put_raw("k", &number(1)))
        .expect("a change");
    let other = twin
        .edit(|editor| editor.put_raw("k", &number(2)))
        .expect("a change");
    let _ = ledger.receive(&one.arrival());
    let _ = ledger.receive(&other.arrival());
    let standings: Vec<_> = [&one, &other]
        .map(|sent| ledger.standing(&sent.envelope))
        .into();
    let (stands, falls) = if standings.first() == Some(&Some(Standing::Admitted)) {
        (&one, &other)
    } else {
        (&other, &one)
    };
    let fallen = ledger.standing(&falls.envelope);
    assert!(matches!(
        fallen,
        Some(Standing::Quarantined(Quarantine::Fork { .. }))
    ));
    let outcome = ledger.rule(
        stands.envelope,
        Ruling {
            number: 1,
            kind: RulingKind::Refuse,
        },
    );
    assert!(outcome.rebuild);
    assert_eq!(ledger.standing(&falls.envelope), Some(Standing::Admitted));
}

#[test]
fn a_trial_of_what_was_admitted_succeeds() {
    let mut phone = Phone::of(1);
    phone.edit(|editor| editor.put_raw("k", &number(1)));
    let admitted = phone.ledger.admitted().first().expect("a change");
    assert_eq!(trial(&Document::new(), admitted), Ok(()));
    phone.edit(|editor| editor.put_raw("k", &number(2)));
    let orphan = phone.ledger.admitted().last().expect("a change");
    assert_eq!(
        trial(&Document::new(), orphan),
        Err(GateRefusal::Trial { what: "apply" })
    );
}
