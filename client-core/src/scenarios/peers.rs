//! Phones that meet, and bundles on a card.

use super::{centre, phone};
use crate::store::memory::MemoryStore;
use crate::sync::peer::PeerSession;
use crate::testing::Phone;

pub(super) fn meet(a: &mut Phone<MemoryStore>, b: &mut Phone<MemoryStore>) -> usize {
    a.sign().expect("signs");
    b.sign().expect("signs");
    let (mut of_a, hello_a) = PeerSession::start(&a.engine).expect("starts");
    let (mut of_b, hello_b) = PeerSession::start(&b.engine).expect("starts");
    let (mut to_a, mut to_b) = (vec![hello_b], vec![hello_a]);
    let mut messages = 0;
    while !(to_a.is_empty() && to_b.is_empty()) {
        messages += to_a.len() + to_b.len();
        let mut next_b = Vec::new();
        for message in to_a.drain(..) {
            next_b.extend(
                of_a.on_message(&mut a.engine, &message, a.now.wall)
                    .expect("takes"),
            );
        }
        let mut next_a = Vec::new();
        for message in to_b.drain(..) {
            next_a.extend(
                of_b.on_message(&mut b.engine, &message, b.now.wall)
                    .expect("takes"),
            );
        }
        (to_a, to_b) = (next_a, next_b);
    }
    assert!(of_a.is_done() && of_b.is_done());
    messages
}

#[test]
fn a_phone_carries_what_another_wrote_to_the_centre() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    a.sync(&centre).expect("learns of b");
    b.sync(&centre).expect("learns of a");
    let incident = a.reports("远处");
    let patrol = a.starts_patrol();
    a.rides(301);
    meet(&mut a, &mut b);
    let (view, _) = b.engine.incident_view(incident).expect("has it");
    assert_eq!(
        view.title.expect("there").get().map(String::as_str),
        Some("远处")
    );
    assert_eq!(b.engine.track(patrol).expect("reads").fixes.len(), 300);
    assert_eq!(
        meet(&mut a, &mut b),
        2,
        "two hellos, and nothing more to say"
    );
    b.sync(&centre).expect("carries");
    let device = a.engine.identity().device;
    let carried = centre
        .borrow()
        .envelopes()
        .iter()
        .filter(|e| e.header().device() == device)
        .count();
    assert_eq!(carried, 3);
    let summary = a.sync(&centre).expect("syncs");
    assert_eq!(
        summary.handed_over,
        3 + 1,
        "known ones, and the rest of the track"
    );
}

#[test]
fn a_bundle_brings_everything_and_a_cut_one_is_refused() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    let incident = a.reports("卡上");
    a.reports("不在卡上");
    a.sign().expect("signs");
    b.sync(&centre).expect("learns of a");
    let bundle = a.engine.bundle(Some(&[incident])).expect("writes");
    let taken = b.engine.take_bundle(&bundle, b.now.wall).expect("takes");
    assert_eq!((taken.new, taken.refused), (1, 0));
    assert!(b.engine.incident_view(incident).is_ok());
    for cut in [0, 5, bundle.len() / 2, bundle.len() - 1] {
        assert!(b.engine.take_bundle(&bundle[..cut], b.now.wall).is_err());
    }
}
