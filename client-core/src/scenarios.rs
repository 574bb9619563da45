//! The engine as its users meet it, in a world in memory.

mod arriving;
mod faults;
mod files;
mod handset;
mod leaving;
mod listing;
mod merging;
mod peers;
mod published;
mod recording;
mod repeating;
mod syncing;
mod urgent;
mod verbs;
mod with_others;

use std::cell::RefCell;
use std::rc::Rc;

use tala_protocol::doc::{DocType, IncidentEdit, PatrolEdit};
use tala_protocol::envelope::Audience;
use tala_protocol::id::{LogId, ObjectId, UnitId};
use tala_protocol::registry::Code;
use tala_protocol::transport::Transport;

use crate::store::Store;
use crate::store::memory::MemoryStore;
use crate::testing::{Bureau, Centre, Phone};

fn centre() -> (Rc<RefCell<Centre>>, UnitId) {
    let bureau = Bureau::new(7);
    let unit = bureau.top;
    let log = LogId::from_bytes([0x11; 16]);
    (Rc::new(RefCell::new(Centre::new(bureau, log))), unit)
}

fn phone(seed: u8, centre: &Rc<RefCell<Centre>>, unit: UnitId) -> Phone<MemoryStore> {
    Phone::enrol(seed, MemoryStore::new(), centre, unit)
}

impl<S: Store> Phone<S> {
    fn starts_patrol(&mut self) -> ObjectId {
        let edit = PatrolEdit {
            title: "北线".to_owned().into(),
            ..PatrolEdit::default()
        };
        let (now, engine) = (self.now, &mut self.engine);
        let made = engine.start_patrol(edit, Transport::Horse, now, &mut self.dice);
        made.expect("starts").patrol
    }

    fn rides(&mut self, fixes: usize) {
        for _ in 0..fixes {
            let fix = self.next_fix();
            self.engine.record(fix, self.now).expect("records");
        }
    }

    fn reports(&mut self, title: &str) -> ObjectId {
        let edit = IncidentEdit {
            title: title.to_owned().into(),
            category: "reclamation".parse::<Code>().expect("a code").into(),
            ..IncidentEdit::default()
        };
        self.wait_ms(1_000);
        let (now, engine) = (self.now, &mut self.engine);
        let change = |document: &_, actor, at| edit.change(document, actor, at);
        let made = engine.create(
            DocType::Incident,
            Audience::Field,
            change,
            now,
            &mut self.dice,
        );
        made.expect("reports")
    }

    fn edits(&mut self, object: ObjectId, edit: &IncidentEdit) {
        self.wait_ms(1_000);
        let change = |document: &_, actor, at| edit.change(document, actor, at);
        self.engine.edit(object, change, self.now).expect("edits");
    }
}
