//! Who may receive what, reckoned apart from the code under test.

use std::collections::{BTreeMap, BTreeSet};

use tala_protocol::envelope::{Audience, Header, Kind};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, UnitId};

/// How something reached a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The centre gave it: it knows who may read what now.
    Centre,
    /// Another phone gave it, or the centre did a while ago: what counts besides is what the device was told
    /// at its last contact with the centre.
    Told,
}

/// Who belongs where, and what was granted.
#[derive(Debug, Default)]
pub struct Access {
    units: BTreeMap<DeviceId, BTreeSet<UnitId>>,
    at_contact: BTreeMap<DeviceId, BTreeSet<UnitId>>,
    homes: BTreeMap<ObjectId, UnitId>,
    of_field: BTreeSet<ObjectId>,
    granted: BTreeSet<(ObjectId, UnitId)>,
    files: BTreeMap<Digest, Vec<Described>>,
}

/// Who described a file, and about what.
#[derive(Debug)]
struct Described {
    by: DeviceId,
    object: ObjectId,
}

impl Access {
    /// The office put a device where it is now.
    pub fn put(&mut self, device: DeviceId, units: BTreeSet<UnitId>) {
        self.units.insert(device, units);
    }

    /// The units that a device may read now.
    pub fn units(&self, device: DeviceId) -> BTreeSet<UnitId> {
        self.units.get(&device).cloned().unwrap_or_default()
    }

    /// A device has taken an answer that the centre gave when it might read `units`.
    pub fn contact(&mut self, device: DeviceId, units: BTreeSet<UnitId>) {
        self.at_contact.insert(device, units);
    }

    /// The units that a device was told of at its last contact.
    pub fn told(&self, device: DeviceId) -> BTreeSet<UnitId> {
        self.at_contact.get(&device).cloned().unwrap_or_default()
    }

    /// An object belongs to a unit; whether the field may read it.
    pub fn home(&mut self, object: ObjectId, unit: UnitId, is_field: bool) {
        self.homes.insert(object, unit);
        if is_field {
            self.of_field.insert(object);
        }
    }

    /// The office showed an object to another unit.
    pub fn grant(&mut self, object: ObjectId, unit: UnitId) {
        self.granted.insert((object, unit));
    }

    /// A device described a file of an object.
    pub fn describe(&mut self, file: Digest, by: DeviceId, object: ObjectId) {
        let described = Described { by, object };
        self.files.entry(file).or_default().push(described);
    }

    /// Every file that was described.
    pub fn files(&self) -> Vec<Digest> {
        self.files.keys().copied().collect()
    }

    /// Whether bytes of a file may reach a device now: it described the file itself, or it may read a record
    /// that the file belongs to. Nothing reaches a device that is nowhere.
    pub fn may_read_file(&self, device: DeviceId, file: &Digest) -> bool {
        let units = self.units(device);
        let of_record = |it: &Described| {
            let home = self.homes.get(&it.object);
            let shown =
                |unit: &UnitId| home == Some(unit) || self.granted.contains(&(it.object, *unit));
            self.of_field.contains(&it.object) && units.iter().any(shown)
        };
        let mut all = self.files.get(file).into_iter().flatten();
        !units.is_empty() && all.any(|it| it.by == device || of_record(it))
    }

    /// What is known of a file and a device, for findings.
    pub fn why(&self, device: DeviceId, file: &Digest) -> String {
        let all = self.files.get(file).into_iter().flatten();
        let all: Vec<String> = all
            .map(|it| {
                let home = self.homes.get(&it.object);
                format!("{} by {} (home {home:?})", it.object, it.by)
            })
            .collect();
        format!(
            "it belongs to {:?} and the file to {all:?}",
            self.units(device)
        )
    }

    /// Whether an envelope may reach a device. Statements about keys, people and units are how everything
    /// else is verified; whom they may reach is not judged here.
    pub fn may_receive(
        &self,
        device: DeviceId,
        header: &Header,
        object: ObjectId,
        way: Way,
    ) -> bool {
        if matches!(header.kind, Kind::Certificate | Kind::Revocation) || header.device() == device
        {
            return true;
        }
        let now = self.units.get(&device).into_iter().flatten();
        let then = self.at_contact.get(&device).into_iter().flatten();
        let told = then.filter(|_| way == Way::Told);
        now.chain(told).any(|unit| {
            let feed = header.feed.unit == *unit;
            let home = self.homes.get(&object).map_or(feed, |home| home == unit);
            let said = by_office(header.kind) && feed;
            let own = (home || said) && header.feed.audience == Audience::Field;
            own || self.granted.contains(&(object, *unit))
        })
    }
}

/// What the office says of other envelopes goes where they may have come to.
const fn by_office(kind: Kind) -> bool {
    matches!(kind, Kind::Verdict | Kind::Grant | Kind::Erasure)
}
