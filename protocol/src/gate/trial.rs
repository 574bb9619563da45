//! Belt and braces: applies an admitted change to a copy first.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::admit::Admitted;
use super::refusal::GateRefusal;
use crate::doc::Document;

/// Applies an admitted change to a copy of the document, saves the copy, loads it again and
/// compares heads.
///
/// Of a million damaged changes (2026-11-22, `fixtures/tests/hostile.rs` with seed 5) none that
/// passed the gate failed here, so nobody must call it for safety, and its outcome is no verdict: a
/// failure means a fault in the gate or in Automerge, is reported to whoever runs the software, and
/// leaves document and change as they are. The server calls it off the hot path for a sample of
/// what it admitted; tests and the hostile bench call it for everything. Where panics abort (a
/// browser) it can protect from nothing, and nobody should call it there.
pub fn trial(document: &Document, admitted: &Admitted) -> Result<(), GateRefusal> {
    let attempt = || -> Result<(), &'static str> {
        let mut copy = document.clone();
        copy.apply([admitted]).ok().ok_or("apply")?;
        let saved = copy.save();
        let loaded = Document::load_own_cache(&saved).ok().ok_or("load")?;
        if loaded.heads() == copy.heads() {
            Ok(())
        } else {
            Err("heads")
        }
    };
    // The copy is dropped whatever happens, so no broken state can be seen afterwards.
    match catch_unwind(AssertUnwindSafe(attempt)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(what)) => Err(GateRefusal::Trial { what }),
        Err(_) => Err(GateRefusal::Trial { what: "panic" }),
    }
}
