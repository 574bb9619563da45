//! The doors, tried from outside: through the router, with everything behind it real but the disk.

mod alerts;
mod desks;
mod device;
mod doors;
mod files;
mod forks;
mod golden;
mod logs;
mod matrix;
mod messages;
mod office;
mod plans;
mod registries;
mod streams;
