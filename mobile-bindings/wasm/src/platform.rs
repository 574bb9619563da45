//! The browser as the engine wants it: its clocks, its randomness, and the key that the worker holds.

use js_sys::{Date, Reflect, Uint8Array};
use tala_client::handset::Platform;
use tala_client::signer::{Signer, SignerError};
use tala_client::store::sqlite::SqliteShelf;
use tala_protocol::key::{PublicKey, Signature};
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};

#[wasm_bindgen]
extern "C" {
    /// What the worker gives the engine.
    #[derive(Clone)]
    pub type Host;

    /// Signs with the key of this device: ECDSA P-256 over SHA-256, 64 bytes.
    #[wasm_bindgen(method, catch)]
    async fn sign(this: &Host, message: Vec<u8>) -> Result<JsValue, JsValue>;

    /// The battery, percent, where the page has said.
    #[wasm_bindgen(method)]
    fn battery(this: &Host) -> Option<u8>;

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// The browser around one engine.
pub(crate) struct Worker {
    host: Host,
    key: Key,
    clock: Clock,
}

/// The key of this device, which JavaScript holds and cannot read.
#[derive(Clone)]
pub(crate) struct Key {
    host: Host,
    public: PublicKey,
}

/// A counter that goes on over restarts of the worker.
///
/// A page cannot know when its machine was started. The counter begins at the wall clock and runs by the
/// worker's own timer, so that it goes on where the last worker left off; where that would take it back,
/// because somebody set the clock back between, another boot begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    base_ms: i64,
    boot: u32,
}

impl Worker {
    pub(crate) fn new(host: Host, public: PublicKey, clock: Clock) -> Self {
        let key = Key::new(host.clone(), public);
        Self { host, key, clock }
    }
}

impl Key {
    pub(crate) fn new(host: Host, public: PublicKey) -> Self {
        Self { host, public }
    }
}

impl Platform for Worker {
    type Key = Key;
    type Files = SqliteShelf;

    fn now(&self) -> DeviceTimes {
        DeviceTimes {
            wall: UnixMs(wall_ms()),
            mono: MonoMs(self.clock.mono_ms()),
            boot: BootId(self.clock.boot),
            gnss: None,
        }
    }

    fn random16(&self) -> [u8; 16] {
        random16()
    }

    fn key(&self) -> &Key {
        &self.key
    }

    fn battery_pct(&self) -> Option<u8> {
        self.host.battery().filter(|percent| *percent <= 100)
    }
}

impl Signer for Key {
    fn public_key(&self) -> PublicKey {
        self.public.clone()
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        let made = self.host.sign(message.to_vec()).await;
        let made = made.map_err(|thrown| SignerError::Failed(text_of(&thrown)))?;
        let bytes = made
            .dyn_into::<Uint8Array>()
            .map_err(|_other| SignerError::Failed("the key gave no bytes".to_owned()))?;
        let signature = Signature::from_ecdsa_p256(&bytes.to_vec());
        signature.map_err(|error| SignerError::Failed(error.to_string()))
    }
}

impl Clock {
    /// Goes on from where the last worker began, as `kept` tells.
    pub(crate) fn after(kept: Option<&[u8]>) -> Self {
        let kept = kept.and_then(|bytes| <[u8; 12]>::try_from(bytes).ok());
        let (before_ms, boot) = kept.map_or((0, 1), |bytes| {
            let [a, b, c, d, e, f, g, h, boot @ ..] = bytes;
            (
                i64::from_be_bytes([a, b, c, d, e, f, g, h]),
                u32::from_be_bytes(boot),
            )
        });
        let base_ms = wall_ms().saturating_sub(elapsed_ms());
        let set_back = wall_ms() < before_ms;
        Self {
            base_ms,
            boot: if set_back { boot.wrapping_add(1) } else { boot },
        }
    }

    /// What the next worker needs to go on.
    pub(crate) fn to_keep(self) -> Vec<u8> {
        let mut bytes = self.mono_ms().to_be_bytes().to_vec();
        bytes.extend(self.boot.to_be_bytes());
        bytes
    }

    fn mono_ms(self) -> i64 {
        self.base_ms.saturating_add(elapsed_ms())
    }
}

/// Sixteen bytes that nobody can guess.
pub(crate) fn random16() -> [u8; 16] {
    let mut bytes = [0; 16];
    // A browser without randomness is no place to sign anything: the worker ends.
    #[allow(
        clippy::expect_used,
        reason = "nothing may be signed without randomness"
    )]
    getrandom::fill(&mut bytes).expect("the browser gives random bytes");
    bytes
}

/// Milliseconds since 1970 by the device's clock.
pub(crate) fn wall_ms() -> i64 {
    whole(Date::now())
}

/// Seconds since 1970 by the device's clock.
pub(crate) fn wall_s() -> i64 {
    wall_ms().div_euclid(1_000)
}

fn elapsed_ms() -> i64 {
    whole(performance_now())
}

/// Clocks of a browser are far from where a double loses whole milliseconds.
#[allow(clippy::cast_possible_truncation, reason = "saturates")]
fn whole(ms: f64) -> i64 {
    ms as i64
}

/// The message of whatever was thrown.
pub(crate) fn text_of(thrown: &JsValue) -> String {
    let message = Reflect::get(thrown, &"message".into());
    let message = message.ok().and_then(|message| message.as_string());
    message.unwrap_or_else(|| format!("{thrown:?}"))
}
