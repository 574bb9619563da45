use std::sync::Arc;

use tala_protocol::body::{Grant, Ruling, VerdictBody};
use tala_protocol::cert::{Assignment, Revocation, Role, Statement};
use tala_protocol::doc::IncidentEdit;
use tala_protocol::envelope::{Audience, Envelope, Kind};
use tala_protocol::id::{ObjectId, UnitId};
use tala_protocol::time::UnixMs;

use super::Draft;
use crate::store::sqlite::SqliteStore;
use crate::store::{QuarantineReason, read};
use crate::testing::{
    BEGIN, OTHER_STATION, STATION, TestCentre, TestIncident, TestPhone, membership,
};

/// Runs a scenario on both stores.
fn on_both(scenario: impl Fn(TestCentre)) {
    scenario(TestCentre::new());
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("tala.sqlite")).expect("opens");
    scenario(TestCentre::on(Arc::new(store)));
}

fn titled(title: &str) -> IncidentEdit {
    IncidentEdit {
        title: title.to_owned().into(),
        ..IncidentEdit::default()
    }
}

/// Moves an officer and the phone, before anything that the phone says by its own clock.
fn move_to(centre: &TestCentre, phone: &TestPhone, unit: UnitId) {
    let from = UnixMs(BEGIN.0 + 1);
    let (old, new) = (phone.unit, membership(phone.person, unit, Role::Officer));
    let mut left = membership(phone.person, old, Role::Officer);
    left.until = Some(from);
    centre.effects.pass_ms(1_000);
    centre.state(
        unit,
        &[
            Statement::Assignment(Assignment {
                device: phone.device(),
                unit,
                person: Some(phone.person),
                from,
            }),
            Statement::Membership(left),
            Statement::Membership(new),
        ],
    );
}

fn grant(centre: &TestCentre, object: ObjectId, to: UnitId) {
    let grant = Grant {
        object,
        unit: to,
        audience: Audience::Field,
        hand_over: true,
    };
    let draft = Draft {
        object: Some(object),
        ..Draft::statement(STATION, Kind::Grant, grant.to_bytes())
    };
    centre.centre.writer().say(vec![draft]).expect("granted");
}

/// Why each envelope in quarantine is there.
fn apart(centre: &TestCentre) -> Vec<(tala_protocol::hash::Digest, QuarantineReason)> {
    let rows = read(centre.store.as_ref(), |reads| {
        reads.quarantine(&[STATION, OTHER_STATION], None, 100)
    });
    let rows = rows.expect("reads").into_iter();
    rows.map(|row| (row.envelope, row.reason)).collect()
}

/// What was refused by the office, among what a phone got.
fn refused(got: &[Envelope]) -> Vec<tala_protocol::hash::Digest> {
    let verdicts = got.iter().filter(|e| e.header().kind == Kind::Verdict);
    let bodies = verdicts.filter_map(|e| VerdictBody::from_bytes(e.body()?).ok());
    let refusals = bodies.filter(|verdict| verdict.ruling == Ruling::Refuse);
    refusals.map(|verdict| verdict.envelope).collect()
}

#[test]
fn what_a_moved_phone_wrote_before_it_heard_stands_and_what_it_wrote_after_does_not() {
    on_both(|centre| {
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        move_to(&centre, &bayar, OTHER_STATION);
        let unknowing = bayar.says(Kind::Message, None, b"still here");
        bayar.syncs(&centre, std::slice::from_ref(&unknowing));
        let late = bayar.says(Kind::Message, None, b"carried by another, and late");
        bayar.pulls(&centre);
        bayar.unit = OTHER_STATION;
        let settled = bayar.says(Kind::Message, None, b"here now");
        bayar.syncs(&centre, &[settled]);
        bayar.unit = STATION;
        let knowing = bayar.says(Kind::Message, None, b"back to the old one");
        bayar.syncs(&centre, std::slice::from_ref(&knowing));
        naran.syncs(&centre, std::slice::from_ref(&late));
        assert_eq!(
            apart(&centre),
            [(knowing.id(), QuarantineReason::ForeignUnit)]
        );
        let got = naran.pulls(&centre);
        assert!(got.contains(&unknowing) && !got.contains(&knowing));
        assert!(centre.phone("Sara").pulls(&centre).contains(&late));
        assert_eq!(refused(&got), [knowing.id()]);
    });
}

#[test]
fn a_phone_that_was_told_has_some_days_to_close_its_feeds() {
    on_both(|centre| {
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        move_to(&centre, &bayar, OTHER_STATION);
        bayar.pulls(&centre);
        bayar.syncs(&centre, &[]);
        let in_time = bayar.says(Kind::Message, None, b"end of the patrol");
        bayar.syncs(&centre, &[in_time]);
        centre.effects.pass_ms(8 * 86_400_000);
        let too_late = bayar.says(Kind::Message, None, b"why not");
        bayar.syncs(&centre, std::slice::from_ref(&too_late));
        assert_eq!(
            apart(&centre),
            [(too_late.id(), QuarantineReason::ForeignUnit)]
        );
        assert_eq!(refused(&naran.pulls(&centre)), [too_late.id()]);
    });
}

#[test]
fn an_edit_reaches_the_records_home_with_all_that_verifies_it_and_nobody_else() {
    on_both(|centre| {
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let mut temur = centre.phone_of(OTHER_STATION, "Temur");
        let mut his = TestIncident::default();
        let begun = his.write(&mut bayar, &titled("on the border"));
        bayar.syncs(&centre, std::slice::from_ref(&begun));
        let untold = bayar.says(Kind::Message, None, b"among us");
        bayar.syncs(&centre, std::slice::from_ref(&untold));
        grant(&centre, begun.object(), OTHER_STATION);
        let mut theirs = TestIncident::default();
        theirs.joins(&bayar, std::slice::from_ref(&begun));
        let edit = theirs.write(&mut temur, &titled("seen from here"));
        let own = TestIncident::default().write(&mut temur, &titled("of our own"));
        temur.syncs(&centre, &[edit.clone(), own.clone()]);
        let got = naran.pulls(&centre);
        assert!(got.contains(&edit) && !got.contains(&own));
        let mut directory =
            tala_protocol::cert::Directory::new(centre.centre.directory().root().clone());
        for statement in got.iter().filter(|e| e.header().kind == Kind::Certificate) {
            directory
                .admit(statement)
                .expect("in an order that verifies");
        }
        directory.verify(&edit).expect("its author is known");
        let there = centre.phone_of(OTHER_STATION, "Sara").pulls(&centre);
        assert!(there.contains(&begun) && there.contains(&edit) && there.contains(&own));
        assert!(!there.contains(&untold));
    });
}

#[test]
fn an_edit_that_comes_before_the_genesis_waits_for_it() {
    on_both(|centre| {
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let mut temur = centre.phone_of(OTHER_STATION, "Temur");
        let begun = TestIncident::default().write(&mut bayar, &titled("begun"));
        let mut theirs = TestIncident::default();
        theirs.joins(&bayar, std::slice::from_ref(&begun));
        let edit = theirs.write(&mut temur, &titled("told by radio"));
        temur.syncs(&centre, std::slice::from_ref(&edit));
        grant(&centre, begun.object(), OTHER_STATION);
        assert!(!naran.pulls(&centre).contains(&edit));
        bayar.syncs(&centre, std::slice::from_ref(&begun));
        let got = naran.pulls(&centre);
        assert!(got.contains(&begun) && got.contains(&edit));
        let there = centre.phone_of(OTHER_STATION, "Sara").pulls(&centre);
        assert!(there.contains(&begun) && there.contains(&edit));
    });
}

#[test]
fn a_revocation_is_told_wherever_records_of_the_device_were_handed_to() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        let mut temur = centre.phone_of(OTHER_STATION, "Temur");
        let begun = TestIncident::default().write(&mut bayar, &titled("begun"));
        bayar.syncs(&centre, std::slice::from_ref(&begun));
        grant(&centre, begun.object(), OTHER_STATION);
        assert!(temur.pulls(&centre).contains(&begun));
        let revocation = Revocation {
            device: bayar.device(),
            at: centre.centre.now(),
            reason: "lost".into(),
            cuts: Vec::new(),
        };
        let draft = Draft::statement(STATION, Kind::Revocation, revocation.to_bytes());
        centre.centre.writer().say(vec![draft]).expect("said");
        let got = temur.pulls(&centre);
        let told = got.iter().filter(|e| e.header().kind == Kind::Revocation);
        assert_eq!(told.count(), 1);
    });
}
