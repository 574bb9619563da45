//! Enrolment: how an empty store becomes a phone of a bureau.
//!
//! Three steps without I/O: [`Enrolment::new`] says what the key must sign, [`Enrolment::request`] makes
//! the message for the centre, [`Enrolment::finish`] believes the answer only if its root key has the
//! fingerprint that the picture showed and its statements verify from there, and writes it all in one
//! transaction.

use tala_protocol::cbor::CborError;
use tala_protocol::cert::{Directory, Holder};
use tala_protocol::envelope::Realm;
use tala_protocol::id::DeviceId;
use tala_protocol::key::{PublicKey, Signature};
use tala_protocol::sync::enrol::ENROL_LEN_MAX;
use tala_protocol::sync::enrol::{EnrolReply, EnrolRequest, EnrolmentCode, bytes_to_sign};
use tala_protocol::sync::frame::{self, FrameError};
use tala_protocol::time::UnixMs;

use crate::engine::{CENTRE, EngineError, IDENTITY};
use crate::identity::{Centre, Identity};
use crate::intake::{Intake, Origin};
use crate::store::{Store, StoreError, Write};

/// An enrolment under way.
#[derive(Debug, Clone)]
pub struct Enrolment {
    code: EnrolmentCode,
    key: PublicKey,
    name: String,
}

/// Why a phone could not be enrolled. The store is as it was.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// It is enrolled already.
    #[error("this phone is enrolled already")]
    Already,
    /// The answer's frame is damaged.
    #[error("opening the centre's answer")]
    Frame(#[from] FrameError),
    /// The answer cannot be read.
    #[error("reading the centre's answer")]
    Form(#[from] CborError),
    /// Somebody else answered: the root key is not the one of the picture.
    #[error("the answer's root key is not the one that the code names")]
    OtherRoot,
    /// The statements do not certify this phone.
    #[error("the answer does not certify this phone's key")]
    NotCertified,
    /// The store could not.
    #[error("the store could not do it")]
    Store(#[from] StoreError),
    /// The statements could not be taken in.
    #[error("taking in the centre's statements")]
    Statements(#[source] Box<EngineError>),
}

impl Enrolment {
    /// Begins with what the picture said and the phone's new key.
    pub fn new(code: EnrolmentCode, key: PublicKey, name: String) -> Self {
        Self { code, key, name }
    }

    /// Where the centre is.
    pub fn url(&self) -> &str {
        &self.code.url
    }

    /// What the key must sign to prove that it is held.
    pub fn to_sign(&self) -> Vec<u8> {
        bytes_to_sign(&self.realm(), &self.code.code, &self.key)
    }

    /// The frame to send.
    pub fn request(&self, proof: Signature) -> Vec<u8> {
        let request = EnrolRequest {
            code: self.code.code,
            key: self.key.clone(),
            proof,
            name: self.name.clone(),
        };
        frame::close(&request.to_bytes())
    }

    /// Takes the answer's frame.
    pub fn finish(
        &self,
        answer: &[u8],
        store: &mut impl Store,
        now: UnixMs,
    ) -> Result<Identity, EnrolError> {
        if store.setting(IDENTITY)?.is_some() {
            return Err(EnrolError::Already);
        }
        let reply = EnrolReply::from_bytes(&frame::open(answer, ENROL_LEN_MAX)?)?;
        if reply.root.fingerprint() != self.code.root {
            return Err(EnrolError::OtherRoot);
        }
        let device = self.key.device_id();
        let identity = Identity {
            device,
            unit: reply.unit,
            person: reply.person,
            root: reply.root.clone(),
            url: self.code.url.clone(),
            epoch: 0,
        };
        let batch = self.batch(reply, &identity, device, store, now)?;
        store.commit(&batch)?;
        Ok(identity)
    }

    fn batch(
        &self,
        reply: EnrolReply,
        identity: &Identity,
        device: DeviceId,
        store: &impl Store,
        now: UnixMs,
    ) -> Result<Vec<Write>, EnrolError> {
        let directory = Directory::new(reply.root);
        let mut intake = Intake::over(store, directory, device, Origin::Centre(reply.log), now);
        let statements = |source| EnrolError::Statements(Box::new(source));
        intake.runs(reply.statements).map_err(statements)?;
        let known = intake.directory();
        let certified =
            known.key(device) == Some(&self.key) && known.holder(device) == Some(Holder::Phone);
        if !certified {
            return Err(EnrolError::NotCertified);
        }
        let centre = Centre {
            log: Some(reply.log),
            ..Centre::default()
        };
        let (mut batch, _) = intake.finish();
        batch.push(Write::Set(IDENTITY, identity.to_bytes()));
        batch.push(Write::Set(CENTRE, centre.to_bytes()));
        batch.extend(reply.scopes.into_iter().map(Write::Cursor));
        Ok(batch)
    }

    fn realm(&self) -> Realm {
        Realm {
            root: self.code.root,
        }
    }
}
