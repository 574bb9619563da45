use proptest::prelude::*;

use super::*;
use crate::fields::tests::{any_fields, any_raw};
use crate::geo::Point;
use crate::time::{BootId, DeviceTimes, MonoMs, UnixMs};

fn event() -> Event {
    Event::new(EventType::Filed, [0x0e; 16], Some(7))
        .with(field::NUMBER, "立字〔2026〕12号")
        .with(field::GROUND, "刑法第342条")
}

fn message() -> Message {
    Message {
        nonce: [0x03; 16],
        text: "请到三号围栏拍照".into(),
        to: vec![
            Recipient::Unit(UnitId::from_bytes([1; 16])),
            Recipient::Person(PersonId::from_bytes([2; 16])),
        ],
        reply_to: Some(Digest::sha256(b"asked")),
        newer: Fields::new(),
    }
}

fn sos() -> Sos {
    Sos {
        nonce: [0x05; 16],
        place: Some(Place {
            point: Point::new(436_012_345, 1_160_054_321).expect("a place"),
            acc_dm: Some(85),
            at: UnixMs(1_780_000_000_000),
        }),
        pressed: DeviceTimes {
            wall: UnixMs(1_780_000_000_500),
            mono: MonoMs(123_456),
            boot: BootId(7),
            gnss: None,
        },
        battery_pct: Some(12),
        note: Some("落马".into()),
        repeat: 2,
        newer: Fields::new(),
    }
}

fn ack() -> AckBody {
    AckBody {
        of: Digest::sha256(b"sos"),
        what: AckWhat::Taken,
        note: None,
        about: None,
        newer: Fields::new(),
    }
}

fn cosign() -> Cosign {
    Cosign {
        of: Digest::sha256(b"incident"),
        newer: Fields::new(),
    }
}

fn erasure() -> Erasure {
    Erasure {
        nonce: [0x06; 16],
        of: Digest::sha256(b"media"),
        ground: "个人信息保护法第47条".into(),
        order_number: "2026-3".into(),
        newer: Fields::new(),
    }
}

fn intake() -> Intake {
    Intake {
        nonce: [0x07; 16],
        protocol: "osmand".into(),
        raw: b"id=12&lat=43.6&lon=116.0".to_vec(),
        received: UnixMs(1_780_000_000_000),
        sender: Some("12".into()),
        newer: Fields::new(),
    }
}

/// Golden file, and that an unknown key of a newer version comes back in the same bytes.
macro_rules! bodies {
    ($($test:ident, $make:ident, $type:ty, $file:literal;)*) => { $(
        #[test]
        fn $test() {
            let golden = crate::golden::check($file, &$make().to_bytes());
            assert_eq!(<$type>::from_bytes(&golden), Ok($make()));
            let mut newer = Fields::parse(&golden, MAX_BODY_BYTES).expect("reads");
            newer.set(900, "从新版本来");
            let newer = newer.to_bytes();
            let read = <$type>::from_bytes(&newer).expect("reads what a newer version wrote");
            assert_eq!(read.newer.len(), 1);
            assert_eq!(read.to_bytes(), newer);
            let mut other = Fields::parse(&golden, MAX_BODY_BYTES).expect("reads");
            other.set(0, 2u64);
            assert_eq!(<$type>::from_bytes(&other.to_bytes()), Err(FieldsError::Format(2)));
        }
    )* };
}

bodies! {
    the_golden_event_is_read_and_written, event, Event, "event/event.cbor";
    the_golden_message_is_read_and_written, message, Message, "event/message.cbor";
    the_golden_sos_is_read_and_written, sos, Sos, "event/sos.cbor";
    the_golden_ack_is_read_and_written, ack, AckBody, "event/ack.cbor";
    the_golden_cosign_is_read_and_written, cosign, Cosign, "event/cosign.cbor";
    the_golden_erasure_is_read_and_written, erasure, Erasure, "event/erasure.cbor";
    the_golden_intake_is_read_and_written, intake, Intake, "event/intake.cbor";
}

#[test]
fn an_erasure_without_ground_or_number_is_none() {
    let mut order = erasure();
    order.ground = "  ".into();
    assert_eq!(
        Erasure::from_bytes(&order.to_bytes()),
        Err(FieldsError::Missing("legal ground"))
    );
    order = erasure();
    order.order_number.clear();
    assert!(Erasure::from_bytes(&order.to_bytes()).is_err());
}

#[test]
fn a_place_off_the_earth_and_a_battery_above_full_are_refused() {
    let mut body = Fields::parse(&sos().to_bytes(), MAX_BODY_BYTES).expect("reads");
    body.set(4, 101u64);
    assert_eq!(
        Sos::from_bytes(&body.to_bytes()),
        Err(FieldsError::Invalid("battery"))
    );
    body.set(4, 100u64);
    assert_eq!(
        Sos::from_bytes(&body.to_bytes()).map(|sos| sos.battery_pct),
        Ok(Some(100))
    );
    let pole = [900_000_001u64, 0].map(Raw::from);
    let place = [
        pole[0].clone(),
        pole[1].clone(),
        Raw::null(),
        pole[1].clone(),
    ];
    body.set(2, Raw::array(&place));
    assert_eq!(
        Sos::from_bytes(&body.to_bytes()),
        Err(FieldsError::Invalid("place"))
    );
}

proptest! {
    #[test]
    fn events_of_any_type_and_any_fields_come_back_in_the_same_bytes(
        code in any::<u64>(),
        nonce in any::<[u8; 16]>(),
        base in proptest::option::of(any::<u64>()),
        fields in any_fields(0),
        newer in any_fields(5),
    ) {
        let event = Event { event_type: EventType::from_code(code), nonce, base, fields, newer };
        let bytes = event.to_bytes();
        let read = Event::from_bytes(&bytes);
        prop_assert_eq!(read.as_ref(), Ok(&event));
        prop_assert_eq!(read.map(|e| e.to_bytes()), Ok(bytes));
    }

    #[test]
    fn a_recipient_of_a_newer_form_is_kept(raw in any_raw()) {
        let mut newer = message();
        newer.to.push(Recipient::Newer(raw));
        let bytes = newer.to_bytes();
        let read = Message::from_bytes(&bytes).map(|m| m.to_bytes());
        prop_assert_eq!(read, Ok(bytes));
    }

    #[test]
    fn changed_bodies_are_refused_or_re_encode_identically(
        at in any::<prop::sample::Index>(),
        bit in 0u8..8,
        which in 0usize..7,
    ) {
        let all = [event().to_bytes(), message().to_bytes(), sos().to_bytes(), ack().to_bytes(),
            cosign().to_bytes(), erasure().to_bytes(), intake().to_bytes()];
        let mut bytes = all[which].clone();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let again = match which {
            0 => Event::from_bytes(&bytes).map(|b| b.to_bytes()),
            1 => Message::from_bytes(&bytes).map(|b| b.to_bytes()),
            2 => Sos::from_bytes(&bytes).map(|b| b.to_bytes()),
            3 => AckBody::from_bytes(&bytes).map(|b| b.to_bytes()),
            4 => Cosign::from_bytes(&bytes).map(|b| b.to_bytes()),
            5 => Erasure::from_bytes(&bytes).map(|b| b.to_bytes()),
            _ => Intake::from_bytes(&bytes).map(|b| b.to_bytes()),
        };
        if let Ok(again) = again {
            prop_assert_eq!(again, bytes);
        }
    }
}
