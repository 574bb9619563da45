//! What is ordered at the machine itself, by whoever may write the data folder.
//!
//! A command carries an order out by itself where no centre runs; beside a running one it leaves the order in
//! the door store, and [`obey_next`] carries it out there: only the running process knows what its feeds said
//! last.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tala_protocol::cert::{Membership, Person, Role, Statement};
use tala_protocol::envelope::Kind;
use tala_protocol::id::{DeviceId, PersonId, UnitId};

use crate::app::centre::Centre;
use crate::app::commit::Draft;
use crate::app::error::AppError;
use crate::store_door::{AuditAct, AuditRow, DoorStore, DoorStoreError};

/// An order. Its JSON stands in the door store until it was carried out, so nothing secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum MachineOrder {
    /// Cut a device off.
    Revoke {
        /// Which.
        device: String,
        /// Why.
        reason: String,
    },
    /// State a person and a first membership.
    AddPerson {
        /// Id of the person.
        person: String,
        /// Name of the person.
        name: String,
        /// Where.
        unit: String,
        /// As what.
        role: String,
    },
    /// Replace the zones.
    ImportZones {
        /// By these.
        geojson: String,
    },
    /// Publish a version of a registry.
    PublishRegistry {
        /// The file that people write.
        json: String,
    },
    /// Copy the store and verify the copy.
    Backup {
        /// The file to write.
        to: PathBuf,
    },
}

impl Centre {
    /// Carries an order out and says how it went.
    pub fn carry_out(&self, order: &MachineOrder) -> Result<String, AppError> {
        match order {
            MachineOrder::Revoke { device, reason } => {
                let device: DeviceId = parsed("device", device)?;
                if self.directory().revocation(device).is_some() {
                    return Err(AppError::Conflict("the device was cut off before"));
                }
                if reason.trim().is_empty() {
                    return Err(AppError::Invalid("a reason is needed".into()));
                }
                self.revoke_here(device, reason.trim())?;
                Ok(format!("Revoked: {device}"))
            }
            MachineOrder::AddPerson {
                person,
                name,
                unit,
                role,
            } => {
                let person = parsed("person", person)?;
                let role = Role::from_word(role);
                let role = role.ok_or_else(|| AppError::Invalid("role is unknown".into()))?;
                self.add_person(person, name, parsed("unit", unit)?, role)?;
                Ok(format!("Person: {person}"))
            }
            MachineOrder::ImportZones { geojson } => {
                Ok(format!("zones: {}", self.import_zones(geojson)?))
            }
            MachineOrder::PublishRegistry { json } => {
                let published = self.publish_registry(json)?;
                let how = if published.before { " before" } else { "" };
                Ok(format!("Published{how}: {}", published.version))
            }
            MachineOrder::Backup { to } => Ok(self.backup(to)?.to_string()),
        }
    }

    fn add_person(
        &self,
        person: PersonId,
        name: &str,
        unit: UnitId,
        role: Role,
    ) -> Result<(), AppError> {
        let now = self.now();
        if self.directory().units().at(unit, now).is_none() {
            return Err(AppError::Invalid(format!("unit {unit} is not known")));
        }
        let statements = [
            Statement::Person(Person {
                person,
                name: name.to_owned(),
            }),
            Statement::Membership(Membership {
                person,
                unit,
                role,
                from: now,
                until: None,
                campaign: None,
            }),
        ];
        let drafts = statements.map(|it| Draft::statement(unit, Kind::Certificate, it.to_bytes()));
        self.writer().say(drafts.into())?;
        Ok(())
    }
}

/// Takes the order that has waited longest, carries it out, answers it and notes it; false where none waits.
pub fn obey_next(door: &DoorStore, centre: &Centre) -> Result<bool, DoorStoreError> {
    let Some(order) = door.take_order()? else {
        return Ok(false);
    };
    let asked: Result<MachineOrder, _> = serde_json::from_str(&order.asks);
    let answer = match &asked {
        Ok(asked) => centre.carry_out(asked).map_err(|error| chain(&error)),
        Err(error) => Err(chain(error)),
    };
    if let Some((act, device)) = asked.as_ref().ok().and_then(act) {
        door.add_audit(&AuditRow {
            at: centre.now(),
            act,
            person: None,
            device,
            ok: answer.is_ok(),
        })?;
    }
    door.answer_order(order.id, &answer)?;
    Ok(true)
}

fn act(order: &MachineOrder) -> Option<(AuditAct, Option<DeviceId>)> {
    match order {
        MachineOrder::Revoke { device, .. } => Some((AuditAct::Revoked, device.parse().ok())),
        MachineOrder::AddPerson { .. } => Some((AuditAct::PersonAdded, None)),
        MachineOrder::ImportZones { .. } => Some((AuditAct::ZonesImported, None)),
        MachineOrder::PublishRegistry { .. } => Some((AuditAct::RegistryPublished, None)),
        MachineOrder::Backup { .. } => None,
    }
}

fn parsed<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, AppError> {
    let value = text.parse();
    value.map_err(|_malformed| AppError::Invalid(format!("{name} {text} is not an id")))
}

/// The whole of why: whoever asked stands at the machine.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(&format!(": {source}"));
        next = source.source();
    }
    text
}
