//! The beacon: where the phone is, made at the moment of sending, in no feed.

use tala_protocol::body::Beacon;

use crate::engine::{Engine, EngineError};
use crate::signer::Signer;
use crate::store::{PatrolState, Store};
use crate::sync::hold::Hold;

impl<S: Store> Engine<S> {
    /// The beacon of this moment; none when nothing is being recorded.
    pub fn beacon(&self, battery_pct: Option<u8>) -> Option<Beacon> {
        let patrol = self.patrol.filter(|p| p.state == PatrolState::Recording)?;
        let fix = patrol.last?.fix;
        Some(Beacon {
            patrol: Some(patrol.object),
            at: fix.time,
            lat_e7: fix.lat_e7,
            lon_e7: fix.lon_e7,
            acc_dm: fix.acc_dm.and_then(|acc| u32::try_from(acc).ok()),
            speed_cms: fix.speed_cms.and_then(|speed| u32::try_from(speed).ok()),
            bearing_deg: fix.bearing_deg,
            battery_pct,
            transport: Some(patrol.transport),
        })
    }
}

/// The signed beacon; none where there is no position, or the key is not at hand: a sync never waits
/// for a beacon.
pub(crate) async fn signed_beacon<S: Store>(
    hold: &impl Hold<S>,
    signer: &impl Signer,
    battery_pct: Option<u8>,
) -> Result<Option<Vec<u8>>, EngineError> {
    let made = hold.lend(|engine| {
        let beacon = engine.beacon(battery_pct)?;
        let message = beacon.bytes_to_sign(engine.realm(), engine.me.device);
        Some((beacon, message))
    })?;
    let Some((beacon, message)) = made else {
        return Ok(None);
    };
    let signature = signer.sign(&message).await.ok();
    Ok(signature.map(|signature| beacon.signed(signature).to_bytes()))
}
