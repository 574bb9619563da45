//! Orders: what only the process that runs on a data folder can do.

use std::time::{Duration, Instant};

use super::data::Place;
use super::{CliError, row_id};
use crate::app::admin::MachineOrder;
use crate::app::{Effects as _, SystemEffects};
use crate::store_door::{DoorStore, Order, OrderAnswer};

/// How long a running centre may take to take an order.
const TAKEN_WITHIN: Duration = Duration::from_secs(15);
/// How long it may take to carry one out: a backup of a large store.
const DONE_WITHIN: Duration = Duration::from_secs(3_600);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Has an order carried out: here, where no centre runs, or by the one that does. Returns what there is to
/// say.
pub(super) fn carry_out(place: &Place<'_>, order: &MachineOrder) -> Result<String, CliError> {
    match place.hold() {
        Ok(_held) => {
            let centre = place.centre()?;
            let told = centre.carry_out(order);
            centre.stop();
            Ok(told?)
        }
        Err(CliError::Running(folder)) => {
            let door = place.door()?;
            let told = ask(&door, order)?;
            told.ok_or(CliError::NotHeard(folder))
        }
        Err(other) => Err(other),
    }
}

/// Leaves an order and waits for its answer; `None` where nobody takes it, and then it was taken back.
fn ask(door: &DoorStore, order: &MachineOrder) -> Result<Option<String>, CliError> {
    let order = Order {
        id: row_id()?,
        made_at: SystemEffects.now(),
        asks: serde_json::to_string(order).map_err(CliError::Order)?,
    };
    door.add_order(&order)?;
    let began = Instant::now();
    loop {
        match door.order_answer(order.id)? {
            None => return Ok(None),
            Some(OrderAnswer::Done(told)) => return Ok(Some(told)),
            Some(OrderAnswer::Failed(why)) => return Err(CliError::Refused(why)),
            Some(OrderAnswer::Waiting) if began.elapsed() > TAKEN_WITHIN => {
                if door.withdraw_order(order.id)? {
                    return Ok(None);
                }
            }
            Some(OrderAnswer::Taken) if began.elapsed() > DONE_WITHIN => {
                return Err(CliError::NotAnswered);
            }
            Some(OrderAnswer::Waiting | OrderAnswer::Taken) => {}
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
