//! Checking what arrived, before the writer sees it.
//!
//! Form and signature decide whether an envelope is stored at all: what nobody known signed is refused and
//! its sender keeps it. What a known device signed is always stored; policy only decides whether it stands
//! or is kept apart. This runs on the thread that received the push, several at once.

use tala_protocol::cert::{CertError, Directory, Holder, Standing};
use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Envelope, Kind};
use tala_protocol::sync::Refusal;
use tala_protocol::time::UnixMs;

use crate::store::QuarantineReason;

use super::scopes::{device_units, was_assigned};

/// The largest sequence number that is taken: what both stores and JSON numbers hold.
const SEQ_MAX: u64 = 1 << 53;

/// An envelope whose form and signature were checked.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The envelope.
    pub envelope: Envelope,
    /// What policy says. Forks are found later, by the writer.
    pub policy: Policy,
}

/// What policy says of an envelope whose signature holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// It may stand.
    Stands,
    /// It is for a unit that its device has left: it stands unless the device is shown to have known.
    Left,
    /// It is kept apart.
    Apart(QuarantineReason),
}

/// What became of one envelope at the door.
pub type Examined = Result<Arrived, Refusal>;

/// Unpacks runs; one that cannot be rebuilt refuses all of its envelopes.
pub fn unpack(runs: Vec<Run>) -> Vec<Result<Envelope, Refusal>> {
    let mut out = Vec::new();
    for run in runs {
        let len = run.len();
        match run.unpack() {
            Ok(envelopes) => out.extend(envelopes.into_iter().map(Ok)),
            Err(_) => out.extend((0..len).map(|_| Err(Refusal::Form))),
        }
    }
    out
}

/// Checks one envelope against what is known of keys and people.
pub fn examine(directory: &Directory, envelope: Envelope, now: UnixMs) -> Examined {
    if envelope.header().seq > SEQ_MAX {
        return Err(Refusal::Form);
    }
    match directory.verify(&envelope) {
        Ok(standing) => {
            let policy = policy(directory, &envelope, standing, now);
            Ok(Arrived { envelope, policy })
        }
        Err(CertError::UnknownDevice(_)) => Err(Refusal::UnknownDevice),
        Err(_) => Err(Refusal::Signature),
    }
}

/// Whether policy keeps an envelope apart whose signature holds.
pub(super) fn policy(
    directory: &Directory,
    envelope: &Envelope,
    standing: Standing,
    now: UnixMs,
) -> Policy {
    if standing == Standing::Revoked {
        return Policy::Apart(QuarantineReason::Revoked);
    }
    let header = envelope.header();
    let device = header.device();
    let office =
        device == directory.root().device_id() || directory.holder(device) == Some(Holder::Office);
    if office {
        return Policy::Stands;
    }
    if is_for_the_office(header.kind) || directory.holder(device) != Some(Holder::Phone) {
        return Policy::Apart(QuarantineReason::NotEntitled);
    }
    let unit = header.feed.unit;
    let belonged = |at| device_units(directory, device, at).contains(&unit);
    if belonged(now) {
        return Policy::Stands;
    }
    // What a device wrote before it heard of its move is handed over to the unit it was made for. The word
    // of its clock counts only where it was never assigned: of a guest in a campaign that is over.
    let guest = || {
        [header.times.shown(), header.times.wall]
            .into_iter()
            .any(belonged)
    };
    match was_assigned(directory, device, unit, now) || guest() {
        true => Policy::Left,
        false => Policy::Apart(QuarantineReason::ForeignUnit),
    }
}

/// The kinds that only the office says.
pub(super) const fn is_for_the_office(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Intake
            | Kind::Grant
            | Kind::Verdict
            | Kind::Erasure
            | Kind::Certificate
            | Kind::Revocation
    )
}
