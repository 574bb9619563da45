//! Which delivery lists a device reads, and for which units it may write.

use std::collections::BTreeSet;

use tala_protocol::cert::{Directory, Role};
use tala_protocol::envelope::Audience;
use tala_protocol::id::{DeviceId, PersonId, UnitId};
use tala_protocol::sync::Scope;
use tala_protocol::time::UnixMs;

/// The lists that a phone reads: `field` of the unit it is assigned to, and of the units in which whoever
/// carries it patrols (guests of a campaign too). None for a device that may not sign in.
pub fn device_scopes(directory: &Directory, device: DeviceId, now: UnixMs) -> Vec<Scope> {
    if !directory.may_sign_in(device, now) {
        return Vec::new();
    }
    let units = device_units(directory, device, now);
    let field = units.into_iter().map(|unit| Scope {
        unit,
        audience: Audience::Field,
    });
    field.collect()
}

/// The units that a device belongs to at a time: by assignment, and by its person's patrolling roles.
pub(super) fn device_units(
    directory: &Directory,
    device: DeviceId,
    now: UnixMs,
) -> BTreeSet<UnitId> {
    let Some(assignment) = directory.assignment(device, now) else {
        return BTreeSet::new();
    };
    let mut units = BTreeSet::from([assignment.unit]);
    if let Some(person) = assignment.person {
        let patrols = |role| matches!(role, Role::Officer | Role::Auxiliary | Role::StationChief);
        let memberships = directory.memberships(person, now);
        units.extend(memberships.filter(|m| patrols(m.role)).map(|m| m.unit));
    }
    units
}

/// Whether a device was ever assigned to a unit.
pub(super) fn was_assigned(
    directory: &Directory,
    device: DeviceId,
    unit: UnitId,
    now: UnixMs,
) -> bool {
    let mut at = Some(now);
    while let Some(assignment) = at.and_then(|at| directory.assignment(device, at)) {
        if assignment.unit == unit {
            return true;
        }
        at = assignment.from.0.checked_sub(1).map(UnixMs);
    }
    false
}

/// The units where statements about a person and the devices that person carries are needed.
pub(super) fn person_units(
    directory: &Directory,
    person: PersonId,
    now: UnixMs,
) -> BTreeSet<UnitId> {
    let mut units: BTreeSet<_> = directory.memberships(person, now).map(|m| m.unit).collect();
    for device in person_devices(directory, person, now) {
        units.extend(directory.assignment(device, now).map(|a| a.unit));
    }
    units
}

/// The phones that a person carries.
pub(super) fn person_devices(
    directory: &Directory,
    person: PersonId,
    now: UnixMs,
) -> Vec<DeviceId> {
    let phones = directory.phones();
    phones
        .filter(|phone| {
            directory
                .assignment(*phone, now)
                .is_some_and(|a| a.person == Some(person))
        })
        .collect()
}
