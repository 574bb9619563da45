//! What can happen in a step.

mod faults;
mod field;

use rand::RngExt as _;

use super::SimError;
use super::swarm::Weights;
use super::world::World;

/// The kinds of thing that happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Track,
    Report,
    Edit,
    Photo,
    Fetch,
    Desk,
    Sync,
    Meet,
    Crash,
    RestorePhone,
    Centre,
    Clock,
    Partition,
    Office,
    Rogue,
}

impl World {
    /// One step: time passes, what has arrived is taken, and one thing happens.
    pub fn step(&mut self) -> Result<(), SimError> {
        let ms = self.rng.random_range(1..=self.swarm.step_max_ms);
        self.pass(ms);
        self.deliver()?;
        let kind = self.draw();
        let n = self.any_phone();
        match kind {
            Kind::Track => self.track(n),
            Kind::Report => self.report(n),
            Kind::Edit => self.edit(n),
            Kind::Photo => self.photo(n),
            Kind::Fetch => self.fetch(n),
            Kind::Desk => self.work_at_desk(),
            Kind::Sync => self.begin_sync(n),
            Kind::Meet => {
                let other = self.any_phone();
                if other == n {
                    Ok(())
                } else {
                    self.meet(n, other)
                }
            }
            Kind::Crash => self.crash(n),
            Kind::RestorePhone => self.restore_phone(n),
            Kind::Centre => self.trouble_centre(),
            Kind::Clock => self.jump_clock(n),
            Kind::Partition => self.partition(n),
            Kind::Office => self.office(),
            Kind::Rogue => self.dishonesty(n),
        }
    }

    fn draw(&mut self) -> Kind {
        let table = table(&self.swarm.weights);
        let all: u32 = table.iter().map(|(_, weight)| weight).sum();
        let mut at = self.rng.random_range(0..all.max(1));
        for (kind, weight) in table {
            match at.checked_sub(weight) {
                Some(left) => at = left,
                None => return kind,
            }
        }
        Kind::Sync
    }

    fn office(&mut self) -> Result<(), SimError> {
        match self.rng.random_range(0..12) {
            0..4 => self.move_officer(),
            4..8 => self.hand_over(),
            8 => self.revoke(),
            9 => self.reparent(),
            _ => self.release(),
        }
    }
}

const fn table(weights: &Weights) -> [(Kind, u32); 15] {
    [
        (Kind::Track, weights.track),
        (Kind::Report, weights.report),
        (Kind::Edit, weights.edit),
        (Kind::Photo, weights.photo),
        (Kind::Fetch, weights.fetch),
        (Kind::Desk, weights.desk),
        (Kind::Sync, weights.sync),
        (Kind::Meet, weights.meet),
        (Kind::Crash, weights.crash),
        (Kind::RestorePhone, weights.restore_phone),
        (Kind::Centre, weights.centre),
        (Kind::Clock, weights.clock),
        (Kind::Partition, weights.partition),
        (Kind::Office, weights.office),
        (Kind::Rogue, weights.rogue),
    ]
}
