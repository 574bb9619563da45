use proptest::prelude::*;

use super::*;

/// A case that is spoken to with ever rising numbers and the version it has.
struct Desk {
    case: Case,
    lsn: u64,
}

impl Desk {
    fn new() -> Self {
        Self {
            case: Case::new(),
            lsn: 100,
        }
    }

    fn says(&mut self, event: Event) -> Outcome {
        self.lsn += 7;
        let fits = self.case.fits(&event);
        let outcome = self.case.apply(&event, self.lsn);
        assert_eq!(fits.is_ok(), matches!(outcome, Outcome::Applied { .. }));
        outcome
    }

    /// An event against the present version, with every field that its type needs.
    fn event(&self, event_type: EventType) -> Event {
        complete(event_type, Some(self.case.state().version))
    }

    fn does(&mut self, event_type: EventType) -> CaseStatus {
        let event = self.event(event_type);
        let outcome = self.says(event);
        assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
        self.case.state().status
    }
}

fn complete(event_type: EventType, base: Option<u64>) -> Event {
    let base = base.filter(|_| event_type != EventType::Comment);
    Event::new(event_type, [1; 16], base)
        .with(field::REASON, "理由")
        .with(field::PERSON, PersonId::from_bytes([2; 16]))
        .with(field::UNIT, UnitId::from_bytes([3; 16]))
        .with(field::OUTCOME, Review::File.code())
        .with(field::OBJECT, ObjectId::from_bytes([5; 16]))
        .with(field::TEXT, "请补充照片")
        .with(field::NUMBER, "立字〔2026〕12号")
}

#[test]
fn a_case_goes_its_whole_way_with_a_return_and_a_reopening() {
    use CaseStatus as S;
    use EventType as E;
    let mut desk = Desk::new();
    let path = [
        (E::Received, S::Received),
        (E::Linked, S::Received),
        (E::Returned, S::Returned),
        (E::Received, S::Received),
        (E::Accepted, S::Accepted),
        (E::Assigned, S::Accepted),
        (E::Asked, S::Accepted),
        (E::Reviewed, S::Reviewed),
        (E::Filed, S::Filed),
        (E::Transferred, S::Transferred),
        (E::Returned, S::Filed),
        (E::Decided, S::Filed),
        (E::Closed, S::Closed),
        (E::Comment, S::Closed),
        (E::Reopened, S::Filed),
        (E::Transferred, S::Transferred),
        (E::Closed, S::Closed),
        (E::Reopened, S::Transferred),
        (E::Returned, S::Filed),
    ];
    for (event_type, status) in path {
        assert_eq!(desk.does(event_type), status, "{event_type:?}");
    }
    let state = desk.case.state();
    assert_eq!(
        state.version,
        path.len() as u64 - 1,
        "the comment counts nothing"
    );
    assert_eq!(state.assignee, Some(PersonId::from_bytes([2; 16])));
    assert_eq!(state.number.as_deref(), Some("立字〔2026〕12号"));
    assert_eq!(state.linked.len(), 1);
    assert_eq!(desk.case.void().count(), 0);
    assert_eq!(desk.case.history().len(), path.len());
}

#[test]
fn two_desks_at_once_the_second_is_void_and_leaves_no_trace() {
    let mut desk = Desk::new();
    desk.does(EventType::Received);
    let (accept, close) = (
        desk.event(EventType::Accepted),
        desk.event(EventType::Closed),
    );
    assert_eq!(desk.says(accept), Outcome::Applied { version: 2 });
    let before = desk.case.state().clone();
    let stale = Void::Stale {
        base: 1,
        version: 2,
    };
    assert_eq!(desk.says(close), Outcome::Void(stale));
    assert_eq!(desk.case.state(), &before);
    let listed: Vec<_> = desk
        .case
        .void()
        .map(|e| (e.event_type, e.outcome))
        .collect();
    assert_eq!(listed, [(EventType::Closed, Outcome::Void(stale))]);
    assert_eq!(
        stale.to_string(),
        "made against version 1, the case has version 2"
    );
}

#[test]
fn every_event_fits_where_the_table_says_and_nowhere_else() {
    use CaseStatus::*;
    let open = [Received, Accepted, Reviewed, Filed, Returned, Transferred];
    let table: &[(EventType, &[CaseStatus])] = &[
        (EventType::Received, &[None, Returned]),
        (EventType::Accepted, &[Received]),
        (EventType::Reviewed, &[Accepted, Reviewed]),
        (EventType::Filed, &[Reviewed]),
        (
            EventType::Returned,
            &[Received, Accepted, Reviewed, Transferred],
        ),
        (
            EventType::Transferred,
            &[Received, Accepted, Reviewed, Filed],
        ),
        (EventType::Closed, &open),
        (EventType::Reopened, &[Closed]),
        (EventType::Assigned, &open),
        (EventType::Asked, &open),
        (EventType::Linked, &open),
        (EventType::Decided, &open),
        (
            EventType::Comment,
            &[
                Received,
                Accepted,
                Reviewed,
                Filed,
                Returned,
                Transferred,
                Closed,
            ],
        ),
    ];
    assert_eq!(table.len(), EventType::KNOWN.len());
    for &(event_type, fits) in table {
        for status in [
            None,
            Received,
            Accepted,
            Reviewed,
            Filed,
            Returned,
            Transferred,
            Closed,
        ] {
            let state = CaseState {
                status,
                before_transfer: Received,
                before_close: Received,
                ..CaseState::default()
            };
            let case = Case {
                state,
                history: vec![],
            };
            let expected = if fits.contains(&status) {
                Ok(())
            } else {
                Err(Void::Status { event_type, status })
            };
            assert_eq!(case.fits(&complete(event_type, Some(0))), expected);
        }
    }
}

#[test]
fn a_review_that_does_not_agree_does_not_lead_to_filing() {
    for review in [Review::DoNotFile, Review::MoreNeeded, Review::Newer(77)] {
        let mut desk = Desk::new();
        desk.does(EventType::Received);
        desk.does(EventType::Accepted);
        desk.does(EventType::Reviewed);
        let event = desk
            .event(EventType::Reviewed)
            .with(field::OUTCOME, review.code());
        desk.says(event);
        assert_eq!(desk.case.state().status, CaseStatus::Accepted, "{review:?}");
        let filed = desk.event(EventType::Filed);
        assert!(matches!(
            desk.says(filed),
            Outcome::Void(Void::Status { .. })
        ));
    }
}

#[test]
fn what_must_be_said_is_asked_for() {
    let needs = [
        (EventType::Received, field::UNIT),
        (EventType::Reviewed, field::OUTCOME),
        (EventType::Filed, field::NUMBER),
        (EventType::Returned, field::REASON),
        (EventType::Closed, field::REASON),
        (EventType::Assigned, field::PERSON),
        (EventType::Asked, field::TEXT),
        (EventType::Linked, field::OBJECT),
    ];
    for (event_type, key) in needs {
        let status = match event_type {
            EventType::Received => CaseStatus::None,
            _ => CaseStatus::Reviewed,
        };
        let mut case = Case::new();
        case.state.status = status;
        let mut event = complete(event_type, Some(0));
        event.fields.remove(key);
        assert_eq!(case.fits(&event), Err(Void::Missing(key)), "{event_type:?}");
    }
    let mut case = Case::new();
    case.state.status = CaseStatus::Filed;
    let mut event = complete(EventType::Transferred, Some(0));
    event.fields.remove(field::UNIT);
    assert_eq!(case.fits(&event), Err(Void::Missing(field::AUTHORITY)));
    assert_eq!(case.fits(&event.with(field::AUTHORITY, "检察院")), Ok(()));
}

#[test]
fn numbers_rise_and_a_repeat_is_no_second_event() {
    let mut case = Case::new();
    let received = complete(EventType::Received, Some(0));
    assert_eq!(case.apply(&received, 5), Outcome::Applied { version: 1 });
    assert_eq!(case.apply(&received, 5), Outcome::Applied { version: 1 });
    assert_eq!(case.history().len(), 1);
    let late = Void::Order { lsn: 4, last: 5 };
    assert_eq!(case.apply(&received, 4), Outcome::Void(late));
    assert_eq!(
        case.fits(&complete(EventType::Accepted, None)),
        Err(Void::NoBase)
    );
    let comment = Event::new(EventType::Comment, [0; 16], Some(1)).with(field::TEXT, "x");
    assert_eq!(case.fits(&comment), Err(Void::CommentWithBase));
}

proptest! {
    /// An older build counts versions like a newer one, and void events change nothing.
    #[test]
    fn versions_count_applied_events_with_a_base(
        codes in proptest::collection::vec((1u64..18, 0u64..6, any::<bool>()), 0..40),
    ) {
        let mut case = Case::new();
        let mut applied = 0;
        for (n, (code, base, fresh)) in codes.into_iter().enumerate() {
            let base = if fresh { case.state().version } else { base };
            let event = complete(EventType::from_code(code), Some(base));
            let before = case.state().clone();
            match case.apply(&event, n as u64) {
                Outcome::Applied { version } => {
                    applied += u64::from(event.base.is_some());
                    prop_assert_eq!(version, applied);
                }
                Outcome::Void(_) => prop_assert_eq!(case.state(), &before),
            }
            prop_assert_eq!(case.history().len(), n + 1);
            prop_assert_eq!(case.state().version, applied);
        }
    }
}
