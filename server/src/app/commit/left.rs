//! What a device writes for a unit that it has left.
//!
//! A change of unit closes a device's feeds in the old unit at its next contact, after everything unsent was
//! handed over. Until then it cannot know, and what it wrote stands, whenever it comes and whoever brings
//! it. That it went on although it knew is shown by its own signature (it had written for the new unit
//! before, in the same run of its monotonic counter), or by the time that has passed since the centre saw
//! that it had been told: `device.days_to_close`.

use tala_protocol::envelope::Header;

use super::Commit;
use crate::app::scopes::device_units;
use crate::store::StoreError;

impl Commit<'_> {
    /// Whether a device is shown to have known that it had left the unit when it wrote this.
    pub(super) fn knew_better(&self, header: &Header) -> Result<bool, StoreError> {
        let device = header.device();
        let units = device_units(&self.directory, device, self.now);
        let told = self.tx.told(device)?;
        let told = told.filter(|told| told.units.iter().eq(&units));
        if told.is_some_and(|told| self.now.0.saturating_sub(told.at.0) > self.to_close_ms) {
            return Ok(true);
        }
        let Some(moved) = self.directory.assignment(device, self.now) else {
            return Ok(false);
        };
        for (feed, row) in self.tx.feeds_of(device)? {
            let (true, Some(head)) = (units.contains(&feed.unit), row.head) else {
                continue;
            };
            let Some(lsn) = self.tx.lsn_of(&head.hash)? else {
                continue;
            };
            let Some(last) = self.tx.envelope(lsn)? else {
                continue;
            };
            // What stands in the new unit from an earlier stay there says nothing about this one.
            let since = last.known_at >= moved.from;
            let (then, times) = (last.envelope.header().times, header.times);
            if since && then.boot == times.boot && then.mono < times.mono {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
