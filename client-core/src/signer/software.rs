//! A key in a file, for the command line. A phone uses its keystore instead.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::path::Path;

use ed25519_dalek::{Signer as _, SigningKey};
use tala_protocol::key::{PublicKey, Signature};

use super::{Signer, SignerError};

/// An Ed25519 key held in memory.
pub struct SoftwareSigner {
    key: SigningKey,
    public: PublicKey,
}

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read or written.
    #[error("key file cannot be {doing}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Others may read it.
    #[error("key file can be read by others (mode {0:o}), must be 600")]
    Mode(u32),
    /// Not 32 bytes that make a key.
    #[error("key file is damaged")]
    Damaged,
}

impl SoftwareSigner {
    /// From a seed.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, KeyFileError> {
        let key = SigningKey::from_bytes(seed);
        let public = PublicKey::ed25519(key.verifying_key().as_bytes());
        match public {
            Ok(public) => Ok(Self { key, public }),
            Err(_) => Err(KeyFileError::Damaged),
        }
    }

    /// Reads a key file, refusing one that others may read.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        let io = |source| KeyFileError::Io {
            doing: "read",
            source,
        };
        let mut file = std::fs::File::open(path).map_err(io)?;
        check_mode(&file)?;
        let mut seed = Vec::new();
        file.read_to_end(&mut seed).map_err(io)?;
        match <[u8; 32]>::try_from(seed.as_slice()) {
            Ok(seed) => Self::from_seed(&seed),
            Err(_) => Err(KeyFileError::Damaged),
        }
    }

    /// Writes a new key file, readable by its owner only. Never replaces one.
    pub fn create(path: &Path, seed: &[u8; 32]) -> Result<Self, KeyFileError> {
        let io = |source| KeyFileError::Io {
            doing: "written",
            source,
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(io)?;
        file.write_all(seed).map_err(io)?;
        file.sync_all().map_err(io)?;
        Self::from_seed(seed)
    }
}

impl std::fmt::Debug for SoftwareSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SoftwareSigner({})", self.public.device_id())
    }
}

impl Signer for SoftwareSigner {
    fn public_key(&self) -> PublicKey {
        self.public.clone()
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        Ok(Signature::from_bytes(self.key.sign(message).to_bytes()))
    }
}

#[cfg(unix)]
fn check_mode(file: &std::fs::File) -> Result<(), KeyFileError> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = file.metadata().map_err(|source| KeyFileError::Io {
        doing: "read",
        source,
    })?;
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(KeyFileError::Mode(mode))
    }
}

#[cfg(not(unix))]
fn check_mode(_: &std::fs::File) -> Result<(), KeyFileError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_private_and_never_replaced() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("device.key");
        let made = SoftwareSigner::create(&path, &[3; 32]).expect("creates");
        let read = SoftwareSigner::load(&path).expect("reads");
        assert_eq!(read.public_key(), made.public_key());
        assert!(matches!(
            SoftwareSigner::create(&path, &[4; 32]),
            Err(KeyFileError::Io {
                doing: "written",
                ..
            })
        ));
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&path, open).expect("sets");
        assert!(matches!(
            SoftwareSigner::load(&path),
            Err(KeyFileError::Mode(0o644))
        ));
    }
}
