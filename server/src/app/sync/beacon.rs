//! The beacon that comes with a sync: verified, shown, never logged.

use std::sync::Arc;

use tala_protocol::body::SignedBeacon;
use tala_protocol::envelope::Audience;
use tala_protocol::time::UnixMs;

use super::DeviceCtx;
use crate::app::centre::Centre;
use crate::app::error::AppError;
use crate::store::projections::{Owner, PositionRow};

impl Centre {
    /// Takes a beacon. One that does not hold, or of a device that may not sign in, is left out: the rest
    /// of the sync is more important.
    pub(super) fn take_beacon(
        &self,
        ctx: DeviceCtx,
        bytes: &[u8],
        now: UnixMs,
    ) -> Result<(), AppError> {
        let directory = self.directory();
        let key = directory.key(ctx.device).ok_or(AppError::Device)?;
        let signed = SignedBeacon::from_bytes(bytes);
        let beacon = signed.and_then(|signed| signed.verify(directory.realm(), key));
        let assignment = directory.assignment(ctx.device, now);
        let (Ok(beacon), Some(assignment)) = (beacon, assignment) else {
            tracing::debug!(device = %ctx.device, "beacon left out");
            return Ok(());
        };
        if !directory.may_sign_in(ctx.device, now) {
            return Ok(());
        }
        let row = PositionRow {
            device: ctx.device,
            owner: Owner {
                unit: assignment.unit,
                audience: Audience::Field,
            },
            patrol: beacon.patrol,
            person: assignment.person,
            transport: beacon.transport.map(|t| t.code()),
            lon_e7: beacon.lon_e7,
            lat_e7: beacon.lat_e7,
            at: beacon.at.0,
            known_at: now.0,
            speed_cms: beacon.speed_cms,
            bearing_deg: beacon.bearing_deg,
            acc_dm: beacon.acc_dm,
            battery_pct: beacon.battery_pct,
            beacon: true,
        };
        self.writer.position(row, Arc::clone(&self.live))
    }
}
