//! What was promised, kept where no replica can touch it.

use std::collections::{BTreeMap, BTreeSet};

use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;

/// A fix: who recorded it and its own time, which a run gives out once per device.
pub type FixKey = (DeviceId, i64);

/// What was promised to officers, and what was ever said.
#[derive(Debug, Default)]
pub struct Ledger {
    offered: BTreeSet<Digest>,
    saved: BTreeMap<Digest, DeviceId>,
    acknowledged: BTreeSet<Digest>,
    recorded: BTreeSet<FixKey>,
    in_doubt: BTreeSet<FixKey>,
}

impl Ledger {
    /// Somebody with a key signed this.
    pub fn offer(&mut self, id: Digest) {
        self.offered.insert(id);
    }

    /// A phone said that this is saved.
    pub fn save(&mut self, id: Digest, device: DeviceId) {
        self.saved.insert(id, device);
    }

    /// A phone has a signature of the centre that says this is stored.
    pub fn acknowledge(&mut self, id: Digest) {
        self.acknowledged.insert(id);
    }

    /// A phone said that this fix is saved.
    pub fn record(&mut self, fix: FixKey) {
        self.recorded.insert(fix);
    }

    /// A call failed half way: the fix may be there or not.
    pub fn doubt(&mut self, fix: FixKey) {
        self.in_doubt.insert(fix);
    }

    /// Somebody went back to a backup. `gone` says what that took from the last who had it: lost by no
    /// fault of the software, and no promise any more.
    pub fn went_back(&mut self, gone: impl Fn(&Digest) -> bool) {
        self.saved.retain(|id, _| !gone(id));
        self.acknowledged.retain(|id| !gone(id));
    }

    /// A phone went back to a backup: fixes since then may be there or not.
    pub fn doubt_since(&mut self, device: DeviceId, since: i64) {
        let gone = self
            .recorded
            .iter()
            .filter(|(of, at)| *of == device && *at >= since);
        let gone: Vec<FixKey> = gone.copied().collect();
        for fix in gone {
            self.recorded.remove(&fix);
            self.in_doubt.insert(fix);
        }
    }

    /// Whether anybody ever said this.
    pub fn was_offered(&self, id: &Digest) -> bool {
        self.offered.contains(id)
    }

    /// Everything that must be at the centre in the end.
    pub fn promised(&self) -> impl Iterator<Item = &Digest> {
        self.saved.keys().chain(&self.acknowledged)
    }

    /// Fixes that must be at the centre in the end.
    pub fn recorded(&self) -> &BTreeSet<FixKey> {
        &self.recorded
    }

    /// Whether a fix was ever handed to a phone.
    pub fn may_exist(&self, fix: &FixKey) -> bool {
        self.recorded.contains(fix) || self.in_doubt.contains(fix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_takes_away_only_what_nobody_else_had() {
        let device = DeviceId::from_bytes([1; 16]);
        let [kept, lost] = [b"a", b"b"].map(|text| Digest::sha256(text));
        let mut ledger = Ledger::default();
        for id in [kept, lost] {
            ledger.save(id, device);
            ledger.acknowledge(id);
        }
        ledger.record((device, 1));
        ledger.record((device, 2));
        ledger.went_back(|id| *id == lost);
        ledger.doubt_since(device, 2);
        let promised: BTreeSet<_> = ledger.promised().copied().collect();
        assert_eq!(promised, BTreeSet::from([kept]));
        assert_eq!(ledger.recorded().len(), 1);
        assert!(ledger.may_exist(&(device, 2)));
    }
}
