//! Lending the engine for one step at a time.
//!
//! A sync waits for a network most of the time. Whoever records meanwhile must not wait with it: the
//! driver borrows the engine for each step and gives it back before it waits.

use std::cell::RefCell;

use crate::engine::Engine;

/// Somebody who has an engine.
pub trait Hold<S> {
    /// Runs one step with it. Never waits inside.
    fn lend<R>(&self, work: impl FnOnce(&mut Engine<S>) -> R) -> Result<R, Gone>;
}

/// The engine cannot be had any more: a step before this one died half way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the engine died in an earlier step")]
pub struct Gone;

/// An engine that nobody else has meanwhile.
#[derive(Debug)]
pub struct Alone<'a, S>(RefCell<&'a mut Engine<S>>);

impl<'a, S> Alone<'a, S> {
    /// Has it for as long as the borrow lasts.
    pub fn new(engine: &'a mut Engine<S>) -> Self {
        Self(RefCell::new(engine))
    }
}

impl<S> Hold<S> for Alone<'_, S> {
    fn lend<R>(&self, work: impl FnOnce(&mut Engine<S>) -> R) -> Result<R, Gone> {
        let mut engine = self.0.try_borrow_mut().map_err(|_busy| Gone)?;
        Ok(work(&mut engine))
    }
}
