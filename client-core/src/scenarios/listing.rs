//! What lists show is what documents say, and no list builds one.

use tala_protocol::body::{Ruling, VerdictBody};
use tala_protocol::cert::Cut;
use tala_protocol::doc::IncidentEdit;
use tala_protocol::envelope::Kind;

use super::{centre, phone};
use crate::documents::LISTING_VERSION;
use crate::store::{Listing, Store, Write};
use crate::testing::{Fault, FaultyStore, Phone};

fn titled(title: &str) -> IncidentEdit {
    IncidentEdit {
        title: title.to_owned().into(),
        ..IncidentEdit::default()
    }
}

/// The titles in the store, oldest first, without anything being built.
fn kept<S: Store>(phone: &Phone<S>) -> Vec<Option<String>> {
    let docs = phone.engine.store().docs().expect("reads");
    let listings = docs.into_iter().map(|doc| doc.listing);
    listings.map(|listing| listing?.title).collect()
}

/// The titles that `status` gives.
fn shown<S: Store>(phone: &mut Phone<S>) -> Vec<Option<String>> {
    let status = phone.engine.status().expect("reads");
    status
        .into_iter()
        .map(|record| record.listing.title)
        .collect()
}

#[test]
fn a_listing_is_written_with_the_change_wherever_it_was_made() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    let incident = a.reports("甲");
    assert_eq!(kept(&a), [Some("甲".to_owned())]);
    a.edits(incident, &titled("乙"));
    assert_eq!(kept(&a), [Some("乙".to_owned())]);
    a.sync(&centre).expect("syncs");
    b.sync(&centre).expect("syncs");
    assert_eq!(kept(&b), [Some("乙".to_owned())]);
    b.edits(incident, &titled("丙"));
    b.sync(&centre).expect("syncs");
    a.sync(&centre).expect("syncs");
    assert_eq!(kept(&a), [Some("丙".to_owned())]);
    // Nothing was built for the list, after a restart either.
    let (mut a, _) = a.reopen(false).expect("reopens");
    assert_eq!(shown(&mut a), [Some("丙".to_owned())]);
    assert_eq!(a.engine.documents.iter().count(), 0);
}

#[test]
fn a_refusal_by_the_office_changes_the_listing_in_the_same_transaction() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let incident = phone.reports("对");
    phone.edits(incident, &titled("错"));
    phone.sync(&centre).expect("syncs");
    {
        let mut centre = centre.borrow_mut();
        let mut said = centre.envelopes().iter();
        let wrong = said.rfind(|e| e.header().kind == Kind::Change);
        let body = VerdictBody {
            envelope: wrong.expect("there").id(),
            ruling: Ruling::Refuse,
            reason: 1,
            note: String::new(),
        };
        centre
            .bureau
            .office_says(Kind::Verdict, None, body.to_bytes());
        centre.take_statements();
    }
    phone.sync(&centre).expect("syncs");
    assert_eq!(kept(&phone), [Some("对".to_owned())]);
    let status = phone.engine.status().expect("reads");
    assert_eq!(status[0].quarantined, 1);
}

#[test]
fn a_revocation_takes_listings_away_and_the_next_list_makes_them_again() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    let incident = a.reports("真");
    a.sync(&centre).expect("syncs");
    b.sync(&centre).expect("syncs");
    b.edits(incident, &titled("假"));
    b.sync(&centre).expect("syncs");
    a.sync(&centre).expect("syncs");
    assert_eq!(kept(&a), [Some("假".to_owned())]);
    {
        let mut centre = centre.borrow_mut();
        let device = b.engine.identity().device;
        centre.bureau.revoke(device, Vec::new(), a.now.wall);
        centre.take_statements();
    }
    a.sync(&centre).expect("syncs");
    assert_eq!(kept(&a), [None], "it is no longer true");
    let document = a.engine.incident_view(incident).expect("reads").0;
    let title = document.title.and_then(|title| title.get().cloned());
    assert_eq!(shown(&mut a), std::slice::from_ref(&title));
    assert_eq!(kept(&a), [title], "and is kept again");
}

#[test]
fn whom_an_office_cut_off_stands_again_once_the_root_has_cut_off_that_office() {
    // The phone hears of it from the centre, in either order.
    for is_dismissed_first in [false, true] {
        let (centre, unit) = centre();
        let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
        let incident = a.reports("甲");
        a.sync(&centre).expect("syncs");
        b.sync(&centre).expect("syncs");
        b.edits(incident, &titled("乙"));
        b.sync(&centre).expect("syncs");
        a.sync(&centre).expect("syncs");
        let device = b.engine.identity().device;
        let deputy = centre.borrow_mut().bureau.appoint_deputy();
        let mut hears = |dismissal: bool| {
            {
                let mut centre = centre.borrow_mut();
                match dismissal {
                    true => centre.bureau.root_revokes(deputy, Vec::new()),
                    false => centre.bureau.deputy_revokes(device),
                };
                centre.take_statements();
            }
            a.sync(&centre).expect("syncs");
            kept(&a)
        };
        let first = hears(is_dismissed_first);
        match is_dismissed_first {
            true => assert_eq!(
                first,
                [Some("乙".to_owned())],
                "says nothing of the other phone"
            ),
            false => assert_eq!(first, [None], "it is no longer true"),
        }
        let second = hears(!is_dismissed_first);
        let expected = match is_dismissed_first {
            true => Some("乙".to_owned()),
            false => None,
        };
        assert_eq!(second, [expected], "it is read again where it changed");
        assert_eq!(shown(&mut a), [Some("乙".to_owned())]);
        let (mut a, _) = a.reopen(false).expect("reopens");
        let title = a.engine.incident_view(incident).expect("reads").0.title;
        assert_eq!(
            title.and_then(|title| title.get().cloned()).as_deref(),
            Some("乙")
        );
    }
}

#[test]
fn an_office_whose_word_did_not_count_is_heard_once_the_root_lets_it_count() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    let incident = a.reports("甲");
    a.sync(&centre).expect("syncs");
    b.sync(&centre).expect("syncs");
    b.edits(incident, &titled("乙"));
    b.sync(&centre).expect("syncs");
    let device = b.engine.identity().device;
    let deputy = {
        let mut centre = centre.borrow_mut();
        let deputy = centre.bureau.appoint_deputy();
        centre.bureau.root_revokes(deputy, Vec::new());
        centre.take_statements();
        deputy
    };
    a.sync(&centre).expect("syncs");
    let feed = {
        let mut centre = centre.borrow_mut();
        let feed = centre.bureau.deputy_revokes(device).header().feed;
        centre.take_statements();
        feed
    };
    a.sync(&centre).expect("syncs");
    assert_eq!(shown(&mut a), [Some("乙".to_owned())], "it says nothing");
    {
        let mut centre = centre.borrow_mut();
        let cut = Cut { feed, last_seq: 1 };
        centre.bureau.root_revokes(deputy, vec![cut]);
        centre.take_statements();
    }
    a.sync(&centre).expect("syncs");
    assert_eq!(shown(&mut a), [Some("甲".to_owned())]);
}

#[test]
fn a_listing_by_older_rules_is_made_again() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let object = phone.reports("现在");
    let listing = Some(Listing {
        version: LISTING_VERSION - 1,
        title: Some("从前".to_owned()),
        ..Listing::default()
    });
    let old = Write::Listing { object, listing };
    phone.engine.store.commit(&[old]).expect("commits");
    assert_eq!(shown(&mut phone), [Some("现在".to_owned())]);
    assert_eq!(kept(&phone), [Some("现在".to_owned())]);
}

#[test]
fn an_edit_that_could_not_be_written_is_in_no_list_and_in_no_document() {
    let (centre, unit) = centre();
    let healthy = |store| FaultyStore::on(store, Fault::None);
    let reopened = phone(1, &centre, unit).reopen_over(healthy, false);
    let (mut phone, _) = reopened.expect("opens");
    let incident = phone.reports("写上了");
    phone.engine.store.tap = Fault::FullOnce(1).into();
    let edit = titled("没写上");
    let change = |document: &_, actor, at| edit.change(document, actor, at);
    assert!(phone.engine.edit(incident, change, phone.now).is_err());
    assert_eq!(shown(&mut phone), [Some("写上了".to_owned())]);
    let (view, _) = phone.engine.incident_view(incident).expect("reads");
    assert_eq!(
        view.title.expect("there").get().map(String::as_str),
        Some("写上了")
    );
    phone.edits(incident, &titled("再写"));
    assert_eq!(shown(&mut phone), [Some("再写".to_owned())]);
}

#[test]
fn only_so_many_documents_are_kept_in_memory() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let first = phone.reports("第一");
    for n in 0..80 {
        phone.reports(&format!("第 {n}"));
    }
    assert_eq!(phone.engine.documents.iter().count(), 64);
    assert!(phone.engine.documents.peek(first).is_none(), "made room");
    phone.edits(first, &titled("还能改"));
    assert_eq!(phone.engine.documents.iter().count(), 64);
    assert_eq!(shown(&mut phone)[0].as_deref(), Some("还能改"));
}
