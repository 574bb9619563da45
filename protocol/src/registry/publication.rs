//! A version of a registry as an office publishes it.
//!
//! You are here because you sign a version ([`Draft`]) or were handed one ([`Publication`]). It is a
//! COSE_Sign1 (RFC 9052) over the canonical bytes of the registry. Its protected header carries a content
//! type of its own, the office key's id and the time of publication, and its external data is another than
//! that of envelopes: so neither can be taken for the other. Whether this version may follow the one
//! before is [`AnyRegistry::succeeds`](super::AnyRegistry::succeeds).

mod form;

use super::{AnyRegistry, Frame, MAX_REGISTRY_BYTES, RegistryError};
use crate::cbor::{self, CborError};
use crate::cert::{Directory, Holder};
use crate::envelope::Realm;
use crate::fields::FieldsError;
use crate::hash::Digest;
use crate::id::DeviceId;
use crate::key::{KeyError, PublicKey, Signature, SignatureAlg};
use crate::time::UnixMs;
use form::{Form, Protected};

/// Longest publication that is read, bytes.
pub const MAX_PUBLICATION_BYTES: usize = MAX_REGISTRY_BYTES + 256;

/// A publication whose bytes are fixed and whose signature is still to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    protected: Protected,
    payload: Vec<u8>,
}

/// A signed version. Nothing is believed before [`Publication::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    form: Form,
    frame: Frame,
    registry: AnyRegistry,
}

/// Why bytes are not a publication, or it does not hold.
#[derive(Debug, thiserror::Error)]
pub enum PublicationError {
    /// Not the signed form.
    #[error("reading the publication")]
    Form(#[from] CborError),
    /// What is signed is not a registry.
    #[error("reading what was published")]
    Registry(#[from] RegistryError),
    /// What is signed lacks what every registry has.
    #[error("reading the frame of what was published")]
    Frame(#[from] FieldsError),
    /// Nobody known has this key.
    #[error("key {0} is not known here")]
    UnknownKey(DeviceId),
    /// The key is of a phone, the log or the root: only an office publishes.
    #[error("key {0} is not an office's")]
    NotAnOffice(DeviceId),
    /// The office's key was certified for another time.
    #[error("the office's key did not hold when it says that it published")]
    NotThen,
    /// The office's key was revoked. When it signed is its own word, so nothing that it published alone
    /// stands; the bureau publishes the same version again with a key that does.
    #[error("the office's key {0} was revoked")]
    Revoked(DeviceId),
    /// The signature does not hold.
    #[error("the publication's signature does not hold")]
    Signature(#[from] KeyError),
}

impl Draft {
    /// Fixes the bytes of a publication by this key. The time is kept to the second.
    pub fn new(registry: &AnyRegistry, office: &PublicKey, at: UnixMs) -> Self {
        Self {
            protected: Protected {
                alg: office.alg(),
                office: office.device_id(),
                published_s: at.0.div_euclid(1_000),
            },
            payload: registry.to_bytes(),
        }
    }

    /// The exact bytes that the signature covers.
    pub fn bytes_to_sign(&self, realm: &Realm) -> Vec<u8> {
        form::bytes_to_sign(realm, &self.protected, &self.payload)
    }

    /// Adds the signature, made over [`Self::bytes_to_sign`].
    pub fn signed(self, signature: Signature) -> Result<Publication, PublicationError> {
        Publication::of(Form {
            protected: self.protected,
            payload: self.payload,
            signature,
        })
    }
}

impl Publication {
    /// Reads the signed form. The signature is not checked here.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PublicationError> {
        Self::of(cbor::from_slice(
            "publication",
            bytes,
            MAX_PUBLICATION_BYTES,
        )?)
    }

    /// The signed form.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(&self.form)
    }

    /// Did an office of this bureau publish it, with a key that held then and was not revoked since?
    pub fn verify(&self, directory: &Directory) -> Result<&AnyRegistry, PublicationError> {
        let office = self.office();
        let known = directory.key_statement(office);
        if known.is_none() && directory.key(office).is_none() {
            return Err(PublicationError::UnknownKey(office));
        }
        let stated = known.filter(|stated| stated.holder == Holder::Office);
        let stated = stated.ok_or(PublicationError::NotAnOffice(office))?;
        if stated.key.alg() != self.form.protected.alg {
            return Err(KeyError::Mismatch.into());
        }
        let to_sign =
            form::bytes_to_sign(directory.realm(), &self.form.protected, &self.form.payload);
        stated.key.verify(&to_sign, &self.form.signature)?;
        if directory.revocation(office).is_some() {
            return Err(PublicationError::Revoked(office));
        }
        // Certificates count milliseconds: the last one of the second is the one that may be meant.
        let (first, last) = (
            self.published_at(),
            self.published_at().0.saturating_add(999),
        );
        let held = stated.from.0 <= last && stated.until.is_none_or(|until| first < until);
        if held {
            Ok(&self.registry)
        } else {
            Err(PublicationError::NotThen)
        }
    }

    /// The published version.
    pub fn registry(&self) -> &AnyRegistry {
        &self.registry
    }

    /// Kind, number and first day of the published version.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Hash of the registry's canonical bytes: the name of the version, whoever signed it.
    pub fn hash(&self) -> Digest {
        Digest::sha256(&self.form.payload)
    }

    /// Whose key is said to have signed.
    pub fn office(&self) -> DeviceId {
        self.form.protected.office
    }

    /// When the office says that it published.
    pub fn published_at(&self) -> UnixMs {
        UnixMs(self.form.protected.published_s.saturating_mul(1_000))
    }

    /// Which algorithm signed it.
    pub fn alg(&self) -> SignatureAlg {
        self.form.protected.alg
    }

    fn of(form: Form) -> Result<Self, PublicationError> {
        let registry = AnyRegistry::from_bytes(&form.payload)?;
        Ok(Self {
            frame: registry.frame()?,
            registry,
            form,
        })
    }
}

#[cfg(test)]
mod tests;
