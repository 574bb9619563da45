//! Everything that can be asked, as one text.

use std::fmt::Write as _;

use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, UnitId};

use super::verbs::{envelope, scope, subject};
use crate::store::projections::{BoxE7, Page, RowKind, Sight};
use crate::store::{Lsn, Reads, StoreError};

/// Ids that are drawn are below this.
const IDS: u8 = 8;

/// What a store says to every question, in a fixed order.
pub fn observe(reads: &dyn Reads) -> Result<String, StoreError> {
    let mut out = String::new();
    let mut say = |what: &str, found: &dyn std::fmt::Debug| {
        writeln!(out, "{what}: {found:?}").expect("text grows");
    };
    say("log", &reads.log()?);
    say("envelopes", &reads.envelopes_from(Lsn(0), usize::MAX)?);
    say("some", &reads.envelopes_from(Lsn(2), 3)?);
    say("statements", &reads.statements()?);
    say("checkpoints", &reads.checkpoints()?);
    say("restored", &reads.restore_statements()?);
    say("staff", &reads.all_staff()?);
    say("enrolments", &reads.enrolments()?);
    say("registries", &reads.registries()?);
    say("projected", &reads.projected_to()?);
    say("live", &reads.live_after(1, 100)?);
    say("window", &reads.live_window()?);
    let units: Vec<_> = (0..IDS).map(|n| UnitId::from_bytes([n; 16])).collect();
    say("apart", &reads.quarantine(&units, None, 100)?);
    say(
        "apart below",
        &reads.quarantine(&units[1..4], Some(Lsn(5)), 2)?,
    );
    for n in 0..IDS {
        let object = ObjectId::from_bytes([n; 16]);
        let key = envelope(n, 1, 0).header().feed;
        say("feed", &reads.feed(&key)?);
        if let Some(row) = reads.feed(&key)? {
            for seq in 0..6 {
                say("place", &reads.at_seq(row.no, seq)?);
            }
        }
        say("feeds", &reads.feeds_of(DeviceId::from_bytes([n; 16]))?);
        say("told", &reads.told(DeviceId::from_bytes([n; 16]))?);
        say(
            "list",
            &(
                reads.delivery_end(&scope(n))?,
                reads.delivery_after(&scope(n), 1, 5)?,
            ),
        );
        say("granted", &reads.granted(object)?.len());
        say("about", &reads.envelopes_about(object, Lsn(1), 3)?);
        say("touched", &reads.last_touched(object)?);
        say("node", &reads.node(u32::from(n % 3), u64::from(n))?);
        say("statements about", &reads.statements_about(subject(n))?);
        say("shown", &reads.statement_shown(Lsn(1), &scope(n))?);
        say("shown in", &reads.statement_lists(Lsn(u64::from(n)))?.len());
        say("ruling", &reads.ruling(&Digest::sha256(&[n]))?);
        say("quarantined", &reads.quarantined(Lsn(u64::from(n)))?);
        say(
            "bytes",
            &reads.quarantine_bytes(DeviceId::from_bytes([n; 16]))?,
        );
        say("account", &reads.staff(&format!("login {n}"))?);
        say("enrolment", &reads.enrolment(&[n; 32])?);
        let version = reads.registry(&Digest::sha256(&[n, 1]))?;
        say("registry", &version);
        say("tokens", &reads.tokens_of(object)?);
        let pair = [format!("词{n}"), "词8".to_owned()];
        say("having", &reads.having_tokens(&pair, 10)?);
    }
    derived(reads, &mut say)?;
    Ok(out)
}

fn derived(
    reads: &dyn Reads,
    say: &mut dyn FnMut(&str, &dyn std::fmt::Debug),
) -> Result<(), StoreError> {
    let pairs = [1, 2, 3, 5].map(|n| (scope(n).unit, scope(n).audience));
    let sight = Sight::new(pairs.to_vec());
    say("files", &reads.files_tagged(1, 5)?);
    for kind in RowKind::ALL {
        say("all", &reads.all_rows(kind)?);
        say("row", &reads.row(kind, &[3; 16])?);
        let mut page = Page::of(kind, 3);
        say("page", &reads.rows(&sight, &page)?);
        page.behind = Some((2, vec![4; 16]));
        page.from = Some(1);
        say("page behind", &reads.rows(&sight, &page)?);
        page.tags[0] = Some(1);
        page.parent = Some(ObjectId::from_bytes([1; 16]));
        page.behind = None;
        say("page of parent", &reads.rows(&sight, &page)?);
    }
    let view = BoxE7 {
        west: 0,
        south: 0,
        east: 150,
        north: 150,
    };
    say("boxes", &reads.boxes(&view, 4)?);
    Ok(())
}
