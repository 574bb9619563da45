//! Units, people and devices as a reader may see them.

use tala_protocol::cert::{Holder, KeyStatement, UnitStatement};
use tala_protocol::id::{DeviceId, PersonId, UnitId};

use super::Reader;
use crate::app::centre::Centre;
use crate::app::error::AppError;
use crate::store::{EnrolmentRow, read};

impl Centre {
    /// The units of which a reader sees anything, and those above them, as they stand today.
    pub fn units(&self, reader: &Reader) -> Vec<UnitStatement> {
        let (directory, now) = (self.directory(), self.now());
        let seen = reader.units();
        let mut shown = std::collections::BTreeSet::new();
        for unit in seen {
            shown.extend(directory.units().path(unit, now));
        }
        let stated = shown
            .iter()
            .filter_map(|unit| directory.units().at(*unit, now));
        stated.cloned().collect()
    }

    /// A person's name, unless it was erased.
    pub fn person_name(&self, person: PersonId) -> Option<String> {
        self.directory().person_name(person).map(str::to_owned)
    }

    /// The phones of the units that a reader administers: key, unit, person, and whether it is revoked.
    pub fn devices(
        &self,
        reader: &Reader,
    ) -> Vec<(DeviceId, KeyStatement, UnitId, Option<PersonId>, bool)> {
        let (directory, now) = (self.directory(), self.now());
        let mut devices: Vec<_> = directory
            .phones()
            .filter_map(|device| {
                let key = directory.key_statement(device)?;
                let assignment = directory.assignment(device, now)?;
                let shown = key.holder == Holder::Phone && reader.administers(assignment.unit);
                let revoked = directory.revocation(device).is_some();
                shown.then(|| {
                    let (unit, person) = (assignment.unit, assignment.person);
                    (device, key.clone(), unit, person, revoked)
                })
            })
            .collect();
        devices.sort_by_key(|device| device.0);
        devices
    }

    /// Enrolments of the units that a reader administers, the newest first.
    pub fn enrolments(&self, reader: &Reader) -> Result<Vec<EnrolmentRow>, AppError> {
        let rows = read(self.store.as_ref(), |reads| reads.enrolments())?;
        let own = rows.into_iter().filter(|row| reader.administers(row.unit));
        Ok(own.collect())
    }
}
