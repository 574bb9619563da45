//! The engine: everything a phone does, without a screen, a network, a clock or a thread.
//!
//! You hold an [`Engine`] over a [`Store`] and tell it what happened: a fix came, the officer pressed a
//! button, a reply arrived. Each verb takes the clocks and the randomness it needs as arguments, changes
//! the store in one transaction, and returns what is to be shown or done. When it returns `Err`, nothing
//! happened and nothing may be shown as saved.
//!
//! The verbs are spread over the modules by what they are about: [`crate::recorder`], [`crate::seal`],
//! [`crate::documents`], [`crate::media`], [`crate::sync`]. Whoever drives it owns the key
//! ([`crate::signer`]) and the network ([`crate::transport`]).

use tala_protocol::cert::{CertError, Directory};
use tala_protocol::envelope::{EnvelopeError, Kind, Realm};
use tala_protocol::id::{ObjectId, UnitId};
use tala_protocol::key::{Signature, SignatureAlg};
use tala_protocol::time::DeviceTimes;

use crate::documents::{Documents, DocumentsError};
use crate::entropy::Entropy;
use crate::identity::{Centre, Identity};
use crate::install::{self, InstallMarker, Installation, MarkerError};
use crate::media::PutOff;
use crate::published::Area;
use crate::store::{EnvelopeRow, PatrolRow, Pick, Store, StoreError, Write};

pub(crate) const IDENTITY: &str = "identity";
pub(crate) const CENTRE: &str = "centre";

/// Most rows of one question where all are wanted.
pub(crate) const ALL: usize = usize::MAX >> 1;

/// A phone's engine.
#[derive(Debug)]
pub struct Engine<S> {
    pub(crate) store: S,
    pub(crate) me: Identity,
    pub(crate) centre: Centre,
    pub(crate) directory: Directory,
    pub(crate) documents: Documents,
    pub(crate) patrol: Option<PatrolRow>,
    pub(crate) journal_len: u64,
    pub(crate) run: [u8; 16],
    pub(crate) installation: Installation,
    pub(crate) put_off: PutOff,
    pub(crate) areas: Option<Vec<Area>>,
}

/// Why the engine did not do something. Nothing of it happened.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store could not.
    #[error("the store could not do it")]
    Store(#[from] StoreError),
    /// The phone is not enrolled.
    #[error("this phone is not enrolled")]
    NotEnrolled,
    /// What is stored about the phone itself cannot be read.
    #[error("stored {what} cannot be read")]
    Damaged {
        /// Which value.
        what: &'static str,
        /// Why.
        #[source]
        source: minicbor::decode::Error,
    },
    /// The marker of this installation cannot be read or written.
    #[error("the installation marker failed")]
    Marker(#[from] MarkerError),
    /// An envelope of our own could not be made or read back.
    #[error("an envelope of this phone is not sound")]
    Envelope(#[from] EnvelopeError),
    /// A statement could not be taken in.
    #[error("a statement does not hold")]
    Statement(#[from] CertError),
    /// A document could not be read or changed.
    #[error("the document could not be changed")]
    Document(#[from] DocumentsError),
    /// There is no patrol to do it to.
    #[error("no patrol is going on")]
    NoPatrol,
    /// A patrol is going on already.
    #[error("patrol {0} is still going on")]
    PatrolOpen(ObjectId),
    /// The patrol is paused.
    #[error("the patrol is paused")]
    Paused,
    /// The feed was closed when the phone changed its unit.
    #[error("the feed of unit {0} is closed")]
    FeedClosed(UnitId),
    /// Numbers that are no fix.
    #[error("not a fix")]
    Fix(#[from] tala_protocol::fix::FixError),
    /// Fixes could not be encoded.
    #[error("fixes could not be encoded")]
    Segment(#[from] crate::segment::SegmentError),
    /// A file could not be taken in.
    #[error("the file could not be taken in")]
    Media(#[from] crate::media::MediaError),
    /// A draft is not kept.
    #[error("the draft was not kept")]
    Draft(#[from] crate::drafts::DraftError),
    /// A message is not sent or not answered.
    #[error("the message was not sent")]
    Message(#[from] crate::messages::MessageError),
    /// Whoever holds the engine cannot lend it any more.
    #[error(transparent)]
    Gone(#[from] crate::sync::hold::Gone),
}

/// Something that waits for the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignJob {
    /// Which envelope.
    pub id: tala_protocol::hash::Digest,
    /// What is to be signed.
    pub message: Vec<u8>,
    /// With which algorithm.
    pub alg: SignatureAlg,
}

/// How the engine came up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opening {
    /// The store came from a backup: a new epoch was begun.
    pub restored: bool,
    /// A recording was cut off: the gap's cause.
    pub interrupted: Option<tala_protocol::fix::GapCause>,
}

impl<S: Store> Engine<S> {
    /// Takes up where the phone left off. `now` must be of the present boot. The engine keeps the marker:
    /// it moves on whenever something new is about to leave the phone.
    pub fn open(
        mut store: S,
        marker: Box<dyn InstallMarker>,
        now: DeviceTimes,
        entropy: &mut impl Entropy,
    ) -> Result<(Self, Opening), EngineError> {
        let Some(bytes) = store.setting(IDENTITY)? else {
            return Err(EngineError::NotEnrolled);
        };
        let mut me = Identity::from_bytes(&bytes).map_err(|source| damaged(IDENTITY, source))?;
        let (installation, restored) = Installation::open(&mut store, marker, &mut me, entropy)?;
        let centre = match store.setting(CENTRE)? {
            Some(bytes) => Centre::from_bytes(&bytes).map_err(|source| damaged(CENTRE, source))?,
            None => Centre::default(),
        };
        let directory = read_directory(&store, &me)?;
        let patrol = store.patrols()?.into_iter().find(PatrolRow::is_open);
        let journal_len = match &patrol {
            Some(patrol) => store.journal_len(patrol.object)?,
            None => 0,
        };
        let mut engine = Self {
            store,
            me,
            centre,
            directory,
            documents: Documents::default(),
            patrol,
            journal_len,
            run: entropy.bytes16(),
            installation,
            put_off: PutOff::default(),
            areas: None,
        };
        if install::lacks_own(&engine.store)? {
            engine.look_for_files()?;
        }
        let interrupted = engine.take_up_recording(now)?;
        let opening = Opening {
            restored,
            interrupted,
        };
        Ok((engine, opening))
    }

    /// Who this phone is.
    pub fn identity(&self) -> &Identity {
        &self.me
    }

    /// What this phone knows of the centre.
    pub fn centre(&self) -> &Centre {
        &self.centre
    }

    /// Keys, units and people known here.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The store, for reading.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The marker outside the store, for reading.
    pub fn marker(&self) -> &dyn InstallMarker {
        self.installation.marker()
    }

    /// Gives store and marker back. The engine holds nothing that is not in them.
    pub fn into_parts(self) -> (S, Box<dyn InstallMarker>) {
        (self.store, self.installation.into_marker())
    }

    /// The realm in which this phone signs.
    pub fn realm(&self) -> &Realm {
        self.directory.realm()
    }

    /// Before what this phone wrote leaves it, by any way, the newest of it arrived as `newest`: no older
    /// copy of the store may go on from where it stands without being noticed.
    pub(crate) fn before_leaving(&mut self, newest: u64) -> Result<(), EngineError> {
        let epoch = self.me.epoch;
        self.installation
            .before_leaving(&mut self.store, newest, epoch)
    }

    /// The oldest thing that waits for the key, if any.
    pub fn next_to_sign(&self) -> Result<Option<SignJob>, EngineError> {
        let rows = self.store.envelopes(&Pick::Unsigned, 1)?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let alg = self.own_alg();
        let message = self.realm().bytes_to_sign(alg, &row.header_bytes);
        Ok(Some(SignJob {
            id: row.id,
            message,
            alg,
        }))
    }

    /// How many envelopes wait for the key.
    pub fn waiting_for_key(&self) -> Result<usize, EngineError> {
        Ok(self.store.envelopes(&Pick::Unsigned, ALL)?.len())
    }

    /// Adds a signature, in a transaction of its own. One that does not verify is refused: a keystore
    /// that mixes up keys must not make a feed unreadable.
    pub fn put_signature(
        &mut self,
        job: &SignJob,
        signature: Signature,
    ) -> Result<(), EngineError> {
        if let Some(key) = self.directory.key(self.me.device) {
            key.verify(&job.message, &signature)
                .map_err(EnvelopeError::from)?;
        }
        self.store.commit(&[Write::Sign {
            id: job.id,
            alg: job.alg,
            signature,
        }])?;
        Ok(())
    }

    /// Puts a new address of the centre.
    pub fn set_url(&mut self, url: String) -> Result<(), EngineError> {
        let me = Identity {
            url,
            ..self.me.clone()
        };
        self.store.commit(&[Write::Set(IDENTITY, me.to_bytes())])?;
        self.me = me;
        Ok(())
    }

    /// The algorithm of the phone's own key.
    fn own_alg(&self) -> SignatureAlg {
        let key = self.directory.key(self.me.device);
        key.map_or(SignatureAlg::Ed25519, tala_protocol::key::PublicKey::alg)
    }
}

/// The order of arrival of the newest among rows that this phone wrote; 0 if there is none.
pub(crate) fn newest_own<'a>(rows: impl IntoIterator<Item = &'a EnvelopeRow>) -> u64 {
    let own = rows.into_iter().filter(|row| row.own);
    own.map(|row| row.arrived).max().unwrap_or(0)
}

/// Replays every statement held.
pub(crate) fn read_directory(store: &impl Store, me: &Identity) -> Result<Directory, EngineError> {
    let mut directory = Directory::new(me.root.clone());
    for kind in [Kind::Certificate, Kind::Revocation] {
        for row in store.envelopes(&Pick::OfKind(kind), ALL)? {
            if let Some(envelope) = row.envelope()? {
                // What did not hold when it arrived does not hold now; it is kept, not obeyed.
                let _ = directory.admit(&envelope);
            }
        }
    }
    Ok(directory)
}

fn damaged(what: &'static str, source: minicbor::decode::Error) -> EngineError {
    EngineError::Damaged { what, source }
}
