//! An honest publication of a registry, and the bureau in which it holds.

use ed25519_dalek::{Signer as _, SigningKey};
use tala_protocol::cert::{CertError, Directory, Holder, KeyStatement, Statement};
use tala_protocol::envelope::{Audience, Header, Kind, Lane, Unsigned};
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::UnitId;
use tala_protocol::key::{PublicKey, Signature, SignatureAlg};
use tala_protocol::registry::publication::Draft;
use tala_protocol::registry::{AnyRegistry, PublicationError, RegistryError};
use tala_protocol::time::{DeviceTimes, UnixMs};

use super::corpus::CorpusError;

/// When it was published.
const AT: UnixMs = UnixMs(1_780_000_000_000);

/// A publication with what it is judged by.
pub struct Published {
    /// The bureau's certificates.
    pub directory: Directory,
    /// The publication.
    pub bytes: Vec<u8>,
}

/// Why there is no publication.
#[derive(Debug, thiserror::Error)]
pub enum PublishedError {
    /// The registry.
    #[error("reading the registry to publish")]
    Registry(#[from] RegistryError),
    /// The office's certificate.
    #[error("certifying the office")]
    Certificate(#[from] CertError),
    /// The publication.
    #[error("signing the publication")]
    Publication(#[from] PublicationError),
}

impl Published {
    /// Has an office of a fresh bureau publish the kinds of incident.
    pub fn new() -> Result<Self, CorpusError> {
        let (root, office) = (
            SigningKey::from_bytes(&[1; 32]),
            SigningKey::from_bytes(&[2; 32]),
        );
        let mut directory = Directory::new(public(&root)?);
        let statement = Statement::Key(KeyStatement {
            key: public(&office)?,
            holder: Holder::Office,
            serial: 1,
            from: UnixMs(0),
            until: None,
            name: "office".to_owned(),
        });
        let header = header(public(&root)?);
        let certificate = Unsigned::new(header, statement.to_bytes())?;
        let alg = SignatureAlg::Ed25519;
        let to_sign = directory
            .realm()
            .bytes_to_sign(alg, certificate.header_bytes());
        let certificate = certificate.signed(alg, sign(&root, &to_sign));
        directory
            .admit(&certificate)
            .map_err(PublishedError::from)?;

        let text = include_str!("../../../fixtures/registry/incident-types.json");
        let registry = AnyRegistry::from_json(text).map_err(PublishedError::from)?;
        let draft = Draft::new(&registry, &public(&office)?, AT);
        let signature = sign(&office, &draft.bytes_to_sign(directory.realm()));
        let publication = draft.signed(signature).map_err(PublishedError::from)?;
        Ok(Self {
            directory,
            bytes: publication.to_bytes(),
        })
    }
}

fn header(by: PublicKey) -> Header {
    Header {
        feed: FeedKey {
            unit: UnitId::from_bytes([1; 16]),
            audience: Audience::Field,
            device: by.device_id(),
            epoch: 0,
            lane: Lane::Record,
        },
        person: None,
        seq: 1,
        prev: None,
        kind: Kind::Certificate,
        object: None,
        times: DeviceTimes::default(),
        body_len: 0,
        body_hash: Digest::sha256(b""),
        after: Vec::new(),
        desk: None,
    }
}

fn public(key: &SigningKey) -> Result<PublicKey, CorpusError> {
    Ok(PublicKey::ed25519(key.verifying_key().as_bytes())?)
}

fn sign(key: &SigningKey, message: &[u8]) -> Signature {
    Signature::from_bytes(key.sign(message).to_bytes())
}

#[cfg(test)]
mod tests {
    use tala_protocol::registry::Publication;

    use super::*;

    #[test]
    fn the_honest_publication_is_taken() {
        let published = Published::new().expect("a publication");
        let read = Publication::from_bytes(&published.bytes).expect("reads");
        assert!(read.verify(&published.directory).is_ok());
    }
}
