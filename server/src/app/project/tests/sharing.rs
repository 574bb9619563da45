//! Records that are shown to another unit, and handed over.

use tala_protocol::cert::Role;
use tala_protocol::envelope::Audience;

use super::{may, on_both, sees, staff, titled};
use crate::app::access::Verb;
use crate::testing::{OTHER_STATION, STATION, TestIncident};

#[test]
fn whom_a_record_is_handed_over_to_is_responsible_and_whoever_had_it_goes_on_seeing_it() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let temur = centre.phone_of(OTHER_STATION, "Temur");
        let (here, there) = (sees(&centre, bayar.person), sees(&centre, temur.person));
        let first = TestIncident::default().write(&mut bayar, &titled("on the border"));
        let id = first.object();
        bayar.syncs(&centre, &[first]);
        let shares = may(&centre, &duty, Verb::Share);
        centre.centre.settle().expect("settles");
        let to = (OTHER_STATION, Audience::Field);
        let handed = centre
            .centre
            .share(&shares, id, to, true)
            .expect("handed over");
        centre.centre.wait_for(handed.lsn).expect("is shown");

        let edits = |who: &_| may(&centre, who, Verb::EditIncident);
        let row = centre.centre.incident(&there, id).expect("is seen there");
        assert_eq!(row.owner.unit, OTHER_STATION);
        let still = centre
            .centre
            .incident(&here, id)
            .expect("is seen here still");
        let refused = centre
            .centre
            .edit_incident(&edits(&here), id, &still.heads, &titled("mine"));
        assert!(refused.is_err(), "no longer theirs to change");
        let edited =
            centre
                .centre
                .edit_incident(&edits(&there), id, &row.heads, &titled("ours now"));
        let said = edited.expect("written").expect("changes something");
        centre.centre.settle().expect("settles");
        let row = centre
            .centre
            .incident(&here, id)
            .expect("is seen here still");
        assert_eq!(row.title.as_deref(), Some("ours now"));
        let history = centre.centre.incident_history(&here, id).expect("reads");
        assert_eq!(history.len(), 2);
        assert!(
            naran.pulls(&centre).iter().any(|it| it.id() == said.id),
            "home hears it"
        );

        let before = centre.centre.dump().expect("dumps");
        assert!(before.contains("ours now"));
        centre.centre.rebuild().expect("rebuilds");
        assert_eq!(centre.centre.dump().expect("dumps"), before);
    });
}

#[test]
fn only_whoever_is_responsible_hands_a_record_on() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let mut bayar = centre.phone("Bayar");
        let first = TestIncident::default().write(&mut bayar, &titled("here"));
        let id = first.object();
        bayar.syncs(&centre, &[first]);
        centre.centre.settle().expect("settles");
        let shares = may(&centre, &duty, Verb::Share);
        let share = |grant: &_, unit| {
            let said = centre
                .centre
                .share(grant, id, (unit, Audience::Field), true)?;
            centre.centre.wait_for(said.lsn)
        };
        assert!(share(&sees(&centre, bayar.person), OTHER_STATION).is_err());
        share(&shares, OTHER_STATION).expect("handed over");
        share(&shares, STATION).expect("and back, from the banner above both");
        let row = centre.centre.incident(&duty, id).expect("is seen");
        assert_eq!(row.owner.unit, STATION);
    });
}
