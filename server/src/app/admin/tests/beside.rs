//! What is done at the machine beside a running centre.

use tala_protocol::id::{PersonId, RowId, UnitId};
use tala_protocol::sync::enrol::{EnrolRequest, bytes_to_sign};
use tala_protocol::time::UnixMs;

use super::{UNITS, opening};
use crate::app::admin::{DataFolder, MachineOrder, UnitFile, obey_next};
use crate::app::enrolment::Order;
use crate::app::{AppError, Effects as _, Signer as _, SoftwareKey, SystemEffects};
use crate::store_door::{self, DoorStore, OrderAnswer};
use crate::testing::{STATION, TestCentre};
use tala_protocol::cert::Role;

const UNIT: UnitId = UnitId::from_bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

#[test]
fn a_code_and_a_password_made_beside_a_running_centre_are_honoured_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = DataFolder::at(folder.path().join("data"));
    let founding = UnitFile::parse(UNITS).expect("reads").founding(UnixMs(0));
    let founding = founding.expect("is sound");
    let running = data.found(&founding, opening()).expect("founded").centre;
    let person = founding.persons[0].person;

    let beside = data.beside().expect("opens");
    beside
        .set_password("admin", person, "hash")
        .expect("is set");
    let account = running.account("admin").expect("reads").expect("is known");
    assert_eq!(account.password_hash, "hash");
    let stranger = PersonId::from_bytes([7; 16]);
    let taken = beside.set_password("admin", stranger, "other");
    assert!(matches!(taken, Err(AppError::Conflict(_))));

    let order = Order {
        row: RowId::from_bytes([1; 16]),
        unit: UNIT,
        person: None,
        device_name: "phone".into(),
        by: PersonId::from_bytes([0; 16]),
        code: [3; 16],
    };
    let directory = beside.directory().expect("reads");
    let row = order
        .row(&directory, SystemEffects.now())
        .expect("is sound");
    beside.give_code(&row).expect("is kept");
    let key = SoftwareKey::from_seed(&[9; 32]).expect("a key");
    let to_sign = bytes_to_sign(directory.realm(), &order.code, key.public());
    let request = EnrolRequest {
        code: order.code,
        key: key.public().clone(),
        name: "phone".into(),
        proof: key.sign(&to_sign).expect("signs"),
    };
    assert_eq!(running.enrol(&request).expect("is let in").unit, UNIT);

    // The running centre goes on numbering where it was, and what both wrote verifies.
    let verified = beside.verify_log().expect("runs");
    assert!(
        verified.faults.is_empty() && verified.envelopes > 3,
        "{verified}"
    );
}

/// Leaves an order, lets the centre obey, and gives its answer.
fn order(door: &DoorStore, centre: &TestCentre, n: u8, asked: &MachineOrder) -> OrderAnswer {
    let id = RowId::from_bytes([n; 16]);
    let order = store_door::Order {
        id,
        made_at: UnixMs(i64::from(n)),
        asks: serde_json::to_string(asked).expect("json"),
    };
    door.add_order(&order).expect("is left");
    assert!(obey_next(door, &centre.centre).expect("obeys"));
    door.order_answer(id).expect("reads").expect("is kept")
}

#[test]
fn a_running_centre_carries_out_what_is_ordered_at_the_machine() {
    let (centre, door) = (TestCentre::new(), DoorStore::in_memory().expect("memory"));
    let bayar = centre.phone("Bayar");
    assert!(!obey_next(&door, &centre.centre).expect("nothing to do"));
    let revoke = MachineOrder::Revoke {
        device: bayar.device().to_string(),
        reason: "lost in the river".into(),
    };
    let answer = order(&door, &centre, 1, &revoke);
    assert!(matches!(answer, OrderAnswer::Done(_)), "{answer:?}");
    let directory = centre.centre.directory();
    let stated = directory.revocation(bayar.device()).expect("is revoked");
    assert_eq!(stated.reason, "lost in the river");
    let again = order(&door, &centre, 2, &revoke);
    assert!(
        matches!(&again, OrderAnswer::Failed(why) if why.contains("before")),
        "{again:?}"
    );

    let person = PersonId::from_bytes([0x55; 16]);
    let add = MachineOrder::AddPerson {
        person: person.to_string(),
        name: "Naran".into(),
        unit: STATION.to_string(),
        role: "officer".into(),
    };
    assert!(matches!(
        order(&door, &centre, 3, &add),
        OrderAnswer::Done(_)
    ));
    let directory = centre.centre.directory();
    let mut posts = directory.memberships(person, centre.centre.now());
    assert_eq!(posts.next().map(|post| post.role), Some(Role::Officer));
}
