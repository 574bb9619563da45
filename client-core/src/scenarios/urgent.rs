//! A call for help goes first and alone, and whoever called sees that somebody answered.

use tala_protocol::envelope::Lane;
use tala_protocol::event::AckWhat;

use super::{centre, phone};
use crate::outbox::Link;
use crate::sync::Why;

#[test]
fn a_call_for_help_goes_alone_and_first_and_is_answered() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    b.sync(&centre).expect("syncs");
    a.starts_patrol();
    a.rides(301);
    a.reports("先写的");
    let now = a.now;
    let sos = a
        .engine
        .sos(now, Some("落马".into()), Some(40), 0, now, &mut a.dice)
        .expect("calls");
    a.sign().expect("signs");
    let first = a.engine.next_batch(Link::Good).expect("collects");
    assert!(first.urgent);
    assert_eq!(first.envelopes.len(), 1);
    let before = centre.borrow().envelopes().len();
    let mut link = a.link(&centre);
    a.sync_over(&mut link, Why::Officer, Link::Good)
        .expect("syncs");
    assert_eq!(link.requests, 2);
    assert_eq!(
        centre.borrow().envelopes()[before].header().feed.lane,
        Lane::Urgent
    );

    b.sync(&centre).expect("hears it");
    b.engine
        .acknowledge(sos, AckWhat::Taken, None, b.now)
        .expect("answers");
    b.sync(&centre).expect("syncs");
    a.sync(&centre).expect("syncs");
    let answers = a.engine.answers(sos).expect("reads");
    assert_eq!(
        answers
            .iter()
            .map(|answer| answer.body.what)
            .collect::<Vec<_>>(),
        [AckWhat::Taken]
    );
}
