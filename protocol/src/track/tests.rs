//! Properties of the format as a whole.

use proptest::collection::vec;
use proptest::prelude::*;

use super::segment::{decode_knowing, encode_knowing};
use super::side::Side;
use super::*;
use crate::fix::{Fix, GapCause, Provider};
use crate::time::{BootId, MonoMs, UnixMs};

fn any_fix() -> impl Strategy<Value = Fix> {
    let time = prop_oneof![any::<i64>(), 1_780_000_000_000..1_780_000_100_000_i64];
    let numbers = (
        prop::option::of(any::<i32>()),
        prop::option::of(0..=i32::MAX),
        prop::option::of(0..=i32::MAX),
        prop::option::of(0..360_u16),
    );
    let rest = (any::<u8>(), prop::option::of(any::<u8>()), any::<bool>());
    let place = (
        -900_000_000..=900_000_000_i32,
        -1_800_000_000..=1_800_000_000_i32,
    );
    (time, place, numbers, rest).prop_map(|(time, place, numbers, rest)| Fix {
        time: UnixMs(time),
        lat_e7: place.0,
        lon_e7: place.1,
        alt_dm: numbers.0,
        acc_dm: numbers.1,
        speed_cms: numbers.2,
        bearing_deg: numbers.3,
        provider: Provider::from_code(rest.0),
        satellites: rest.1,
        mock: rest.2,
    })
}

/// A walk of small steps with fields coming and going: what phones send, more or less.
fn walk() -> impl Strategy<Value = Vec<Fix>> {
    let step = (
        0..5_i64,
        -300..300_i32,
        -300..300_i32,
        any::<[bool; 4]>(),
        0..100_i32,
    );
    vec(step, 1..60).prop_map(|steps| {
        let mut fix = Fix::at(UnixMs(1_780_000_000_000), 471_000_000, 1_069_000_000).unwrap();
        let take = |step: (i64, i32, i32, [bool; 4], i32)| {
            let (seconds, north, east, there, number) = step;
            fix.time.0 += seconds * 1_000;
            fix.lat_e7 += north;
            fix.lon_e7 += east;
            fix.alt_dm = there[0].then_some(13_000 + number);
            fix.acc_dm = there[1].then_some(30 + number / 4);
            fix.speed_cms = there[2].then_some(number * 3);
            fix.bearing_deg = there[3].then_some(number as u16 * 3);
            fix
        };
        steps.into_iter().map(take).collect()
    })
}

fn any_clocks() -> impl Strategy<Value = FixClocks> {
    let clock = || prop::option::of(any::<i64>());
    (clock(), clock(), clock()).prop_map(|(gnss, wall, mono)| FixClocks {
        gnss: gnss.map(UnixMs),
        wall: wall.map(UnixMs),
        mono: mono.map(MonoMs),
    })
}

fn any_segment() -> impl Strategy<Value = Segment> {
    let fixes = prop_oneof![vec(any_fix(), 1..20), walk()];
    let extras = (
        vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        vec((any::<prop::sample::Index>(), any_clocks()), 0..4),
        vec((5..2_000_u16, vec(any::<u8>(), 0..9)), 0..3),
    );
    let head = (prop::option::of(any::<u32>()), any::<bool>());
    (fixes, extras, head).prop_map(|(fixes, (gaps, triples, unknown), (boot, mapped))| {
        let count = fixes.len();
        let at = |index: &prop::sample::Index| index.index(count) as u16;
        let mut gaps: Vec<Gap> = gaps
            .iter()
            .map(|(index, code)| Gap {
                index: at(index),
                cause: GapCause::from_code(*code),
            })
            .collect();
        gaps.sort_by_key(|gap| gap.index);
        let mut triples: Vec<ClockStatement> = triples
            .iter()
            .map(|(index, clocks)| ClockStatement {
                index: at(index),
                clocks: *clocks,
            })
            .collect();
        triples.sort_by_key(|triple| triple.index);
        triples.dedup_by_key(|triple| triple.index);
        let mut unknown: Vec<UnknownColumn> = unknown
            .into_iter()
            .map(|(id, bytes)| UnknownColumn { id, bytes })
            .collect();
        unknown.sort_by_key(|column| column.id);
        unknown.dedup_by_key(|column| column.id);
        Segment {
            boot: boot.map(BootId),
            time_source: if mapped {
                TimeSource::MappedMono
            } else {
                TimeSource::Gnss
            },
            triples,
            fixes,
            gaps,
            unknown,
        }
    })
}

proptest! {
    #[test]
    fn whatever_goes_in_comes_out_and_goes_in_the_same(segment in any_segment()) {
        let bytes = encode(&segment).unwrap();
        let back = decode(&bytes).unwrap();
        prop_assert_eq!(&back, &segment);
        prop_assert_eq!(encode(&back).unwrap(), bytes);
    }

    #[test]
    fn the_header_alone_agrees_with_the_fixes(segment in any_segment()) {
        let bytes = encode(&segment).unwrap();
        let header = read_header(&bytes).unwrap();
        prop_assert_eq!(usize::from(header.count), segment.fixes.len());
        prop_assert_eq!(Some(header.time_min), segment.fixes.iter().map(|f| f.time).min());
        prop_assert_eq!(Some(header.bounds.north_e7), segment.fixes.iter().map(|f| f.lat_e7).max());
        prop_assert_eq!(header.gaps, segment.gaps.clone());
        let metres = length_m(&segment.fixes, &segment.gaps).0;
        prop_assert!((f64::from(header.length_m) - metres).abs() <= 0.5);
    }

    #[test]
    fn a_cut_segment_is_refused(segment in any_segment()) {
        let bytes = encode(&segment).unwrap();
        for end in 0..bytes.len() {
            prop_assert!(decode(&bytes[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn bytes_after_the_end_are_refused(segment in any_segment(), more in vec(any::<u8>(), 1..5)) {
        let mut bytes = encode(&segment).unwrap();
        bytes.extend(more);
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn a_reader_that_knows_less_keeps_the_rest(segment in any_segment()) {
        let bytes = encode(&segment).unwrap();
        for known in [&[][..], &[Side::Mock], &[Side::Provider, Side::Satellites]] {
            let reduced = decode_knowing(&bytes, known).unwrap();
            prop_assert_eq!(reduced.fixes.len(), segment.fixes.len());
            prop_assert_eq!(&encode_knowing(&reduced, known).unwrap(), &bytes);
        }
    }

    #[test]
    fn changed_bytes_never_panic(
        segment in any_segment(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = encode(&segment).unwrap();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(back) = decode(&bytes) {
            prop_assert!(back.fixes.iter().all(|fix| fix.checked().is_ok()));
        }
    }

    #[test]
    fn any_bytes_never_panic(
        tail in vec(any::<u8>(), 0..400),
        mode in prop_oneof![Just(0_u8), Just(1), Just(255)],
    ) {
        prop_assert!(decode(&tail).is_err() || !tail.is_empty());
        // A well-formed header of one column before noise.
        let segment = Segment {
            fixes: vec![Fix::at(UnixMs(0), 0, 0).unwrap(); 40],
            ..Segment::default()
        };
        let mut header = read_header(&encode(&segment).unwrap()).unwrap();
        header.mode = mode;
        header.columns[0].len = tail.len() as u32;
        let mut bytes = Vec::new();
        header.write(&mut bytes);
        bytes.extend(tail);
        if let Ok(back) = decode(&bytes) {
            prop_assert_eq!(back.fixes.len(), 40);
        }
    }
}

#[test]
fn what_a_segment_cannot_hold_is_refused() {
    let fix = Fix::at(UnixMs(0), 0, 0).unwrap();
    let of = |count: usize| Segment {
        fixes: vec![fix; count],
        ..Segment::default()
    };
    assert_eq!(encode(&of(0)), Err(EncodeError::Count(0)));
    assert_eq!(encode(&of(301)), Err(EncodeError::Count(301)));
    assert_eq!(decode(&encode(&of(300)).unwrap()), Ok(of(300)));
    let gap = Gap {
        index: 3,
        cause: GapCause::Paused,
    };
    let beyond = Segment {
        gaps: vec![gap],
        ..of(3)
    };
    assert_eq!(encode(&beyond), Err(EncodeError::Order("gaps")));
    let taken = UnknownColumn {
        id: 2,
        bytes: vec![],
    };
    let taken = Segment {
        unknown: vec![taken],
        ..of(1)
    };
    assert_eq!(encode(&taken), Err(EncodeError::Order("unknown columns")));
    let mut south = of(2);
    south.fixes[1].lat_e7 = -900_000_001;
    assert!(matches!(
        encode(&south),
        Err(EncodeError::Fix { index: 1, .. })
    ));
}

#[test]
fn a_header_that_lies_about_the_fixes_is_refused() {
    let fix = Fix::at(UnixMs(5), 10, 10).unwrap();
    let segment = Segment {
        fixes: vec![fix; 3],
        ..Segment::default()
    };
    let bytes = encode(&segment).unwrap();
    let honest = read_header(&bytes).unwrap();
    let core = &bytes[bytes.len() - honest.columns[0].len as usize..];
    let mut lie = honest.clone();
    lie.bounds.north_e7 += 1;
    let mut lying = Vec::new();
    lie.write(&mut lying);
    lying.extend(core);
    assert_eq!(decode(&lying), Err(DecodeError::Contradiction));
}

#[test]
fn other_tables_are_refused_but_their_header_is_read() {
    let segment = Segment {
        fixes: vec![Fix::at(UnixMs(5), 10, 10).unwrap()],
        ..Segment::default()
    };
    let mut bytes = encode(&segment).unwrap();
    bytes[1] ^= 1;
    assert!(matches!(decode(&bytes), Err(DecodeError::Tables(_))));
    assert_eq!(read_header(&bytes).unwrap().count, 1);
}

/// A stream that is all noise drives every predictor to its limits; debug builds check each addition.
#[test]
fn noise_as_a_core_stream_is_read_or_refused() {
    let segment = Segment {
        fixes: vec![Fix::at(UnixMs(0), 0, 0).unwrap(); 300],
        ..Segment::default()
    };
    let honest = read_header(&encode(&segment).unwrap()).unwrap();
    let mut state = 1_u64;
    let mut refused = 0;
    for round in 0..200_u64 {
        let mut core = vec![0x40 * (round % 2) as u8];
        core.extend((0..1_500).map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(round);
            (state >> 56) as u8
        }));
        let mut header = honest.clone();
        header.mode = (round % 3 == 0).into();
        header.columns[0].len = core.len() as u32;
        let mut bytes = Vec::new();
        header.write(&mut bytes);
        bytes.extend(core);
        refused += usize::from(decode(&bytes).is_err());
    }
    assert_eq!(refused, 200);
}
