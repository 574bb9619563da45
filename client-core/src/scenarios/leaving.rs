//! Signing out: nothing that has no receipt is deleted.

use tala_protocol::envelope::Lane;

use super::{centre, phone};
use crate::leaving::{Unproved, Why};
use crate::media::FileFacts;
use crate::store::{Delivery, EnvelopeRow, Pick, Place, Store as _, Write};
use crate::testing::Mood;

#[test]
fn nobody_leaves_before_a_receipt_covers_everything() {
    let (centre, unit) = centre();
    let mut phone = phone(3, &centre, unit);
    assert!(phone.engine.unproved().expect("counts").is_nothing());
    phone.starts_patrol();
    phone.rides(3);
    let unproved = phone.engine.unproved().expect("counts");
    assert!(unproved.recording && unproved.fixes == 3 && unproved.envelopes > 0);

    phone.engine.stop_patrol(phone.now).expect("comes back");
    let incident = phone.reports("a well");
    let file = FileFacts {
        bytes: b"no picture, but evidence",
        media_type: "application/octet-stream",
        taken_at: None,
        place_e7: None,
    };
    let now = phone.now;
    let attached = phone.engine.attach(incident, file, &mut phone.blobs, now);
    attached.expect("attaches");
    assert_eq!(phone.engine.unproved().expect("counts").files, 1);

    for mood in [Mood::Later, Mood::Claims] {
        centre.borrow_mut().mood = mood;
        phone.sign().expect("signs");
        // A centre that promises too little is no fault of the phone.
        let _ = phone.sync(&centre);
        let stays = phone.engine.leave().expect_err("stays");
        assert!(matches!(stays.why, Why::Unproved(_)), "{mood:?}");
        phone.engine = stays.held.expect("is given back");
    }
    centre.borrow_mut().mood = Mood::Proves;
    phone.sync(&centre).expect("syncs");
    let half = phone
        .engine
        .save_draft("report", b"half a re".to_vec(), phone.now.wall);
    half.expect("is kept");
    assert_eq!(phone.engine.unproved().expect("counts").drafts, 1);
    phone.engine.drop_draft("report").expect("lets go");
    assert_eq!(
        phone.engine.unproved().expect("counts"),
        Unproved::default()
    );
    phone.engine.leave().expect("leaves");
}

#[test]
fn what_is_carried_for_others_counts_until_the_centre_has_it_or_refuses_it() {
    let (centre, unit) = centre();
    let mut carrier = phone(3, &centre, unit);
    let mut other = phone(5, &centre, unit);
    other.reports("seen by another patrol");
    other.sign().expect("signs");
    let rows = other
        .engine
        .store()
        .envelopes(&Pick::ToSend(Lane::Record), 1);
    let row = rows.expect("reads").remove(0);
    let envelope = row.envelope().expect("is sound").expect("is signed");
    let carried = EnvelopeRow::foreign(&envelope, Place::InFeed, Delivery::Here, row.kept_at);
    let id = carried.id;
    let store = &mut carrier.engine.store;
    store
        .commit(&[Write::Envelope(Box::new(carried))])
        .expect("carries");
    assert_eq!(carrier.engine.unproved().expect("counts").envelopes, 1);
    let refused = Write::Deliver {
        id,
        delivery: Delivery::Refused(1),
    };
    carrier.engine.store.commit(&[refused]).expect("notes");
    assert!(carrier.engine.unproved().expect("counts").is_nothing());
}
