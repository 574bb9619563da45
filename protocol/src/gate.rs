//! The admission gate: what a change must be before it may touch a document.
//!
//! You are here because a peer, a file or your own editor has handed you the bytes of one Automerge
//! change. Automerge 0.12 is a library for trusted bytes: crafted input makes it panic, hang, take
//! gigabytes, or accept a change after which the document saves and never loads again. So nothing a
//! peer sent reaches Automerge before it has passed here:
//!
//! 1. [`prescan`] walks over the bytes without allocating and bounds every count ([`limits`]).
//! 2. [`examine()`] decodes, and checks hash, actor and canonical form. It knows nothing of the
//!    document.
//! 3. [`check`] (or [`place`], after `examine`) fits the change to its document through a
//!    [`DocIndex`].
//! 4. [`DocIndex::admit`] and [`crate::doc::Document::apply`] take the [`Admitted`] change.
//!
//! A verdict is a pure function of the change, its ancestors and what its envelope says. "Live"
//! means live at the change's own ancestors, never at local heads, so replicas that received
//! concurrent changes in another order give the same verdicts. The gate looks at structure and
//! fixed limits only: unknown keys, types and codes pass, and are shown as from a newer version
//! when reading ([`crate::doc`]).
//!
//! Which of a document's changes stand, once policy (revocation, quarantine, release) has its say,
//! is kept by a [`Ledger`]. [`trial()`] is belt and braces for whoever has the time. Whoever writes
//! runs the gate on the own change before signing it.

mod admit;
mod examine;
mod index;
mod ledger;
pub mod limits;
mod op;
mod reader;
mod refusal;
mod scan;
mod standing;
mod trial;

pub use admit::{Admitted, Candidate, Verdict, check, place};
pub use examine::{Examined, examine, prescan};
pub use index::DocIndex;
pub use ledger::{Arrival, Ledger, Outcome};
pub use refusal::GateRefusal;
pub use standing::{PolicyRefusal, Quarantine, Ruling, RulingKind, Standing};
pub use trial::trial;

#[cfg(test)]
pub(crate) mod kit;
#[cfg(test)]
mod ledger_tests;
#[cfg(test)]
mod refusal_tests;
