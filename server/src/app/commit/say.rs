//! What the office itself says: made, signed and committed in one step, because only the writer knows
//! what its feed said last.

use tala_protocol::body::{Ruling, VerdictBody};
use tala_protocol::envelope::{Audience, Desk, Envelope, Header, Kind, Lane, Unsigned};
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{ObjectId, PersonId, UnitId};
use tala_protocol::time::{BootId, DeviceTimes, MonoMs};

use super::{Commit, Placed};
use crate::app::error::AppError;
use crate::app::ingest::Policy;
use crate::app::keys::Signer;
use crate::store::{Lsn, QuarantineReason};

/// Something the office is about to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// For which unit.
    pub unit: UnitId,
    /// For which audience of it.
    pub audience: Audience,
    /// In which lane.
    pub lane: Lane,
    /// What kind of thing.
    pub kind: Kind,
    /// About which object; `None` makes a new one.
    pub object: Option<ObjectId>,
    /// The body.
    pub body: Vec<u8>,
    /// On whose behalf.
    pub person: Option<PersonId>,
    /// In which role and session.
    pub desk: Option<Desk>,
}

/// What the office said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Its number.
    pub lsn: Lsn,
    /// Its id.
    pub id: Digest,
    /// The object it is about, or made.
    pub object: ObjectId,
}

impl Draft {
    /// A statement for a unit.
    pub fn statement(unit: UnitId, kind: Kind, body: Vec<u8>) -> Self {
        Self {
            unit,
            audience: Audience::Field,
            lane: Lane::Record,
            kind,
            object: None,
            body,
            person: None,
            desk: None,
        }
    }
}

impl Draft {
    /// The office's word that an envelope is refused.
    pub(in crate::app) fn refusal(header: &Header, id: Digest, reason: QuarantineReason) -> Self {
        let code = match reason {
            QuarantineReason::Gate(code) => code,
            other => other.code().1,
        };
        let verdict = VerdictBody {
            envelope: id,
            ruling: Ruling::Refuse,
            reason: code,
            note: String::new(),
        };
        Self::verdict(header, id, &verdict)
    }

    /// A verdict about an envelope, for those who see the envelope.
    pub(in crate::app) fn verdict(header: &Header, id: Digest, verdict: &VerdictBody) -> Self {
        let made = ObjectId::from_bytes(id.prefix16());
        Self {
            unit: header.feed.unit,
            audience: header.feed.audience,
            lane: Lane::Record,
            kind: Kind::Verdict,
            object: Some(header.object.unwrap_or(made)),
            body: verdict.to_bytes(),
            person: None,
            desk: None,
        }
    }
}

impl Commit<'_> {
    /// Has the office say of everything that was kept apart since the last time that it is: every replica
    /// obeys, wherever it has the envelope from. Where the key fails, it stays apart here all the same.
    pub fn say_refusals(&mut self, signer: &dyn Signer) -> Result<(), AppError> {
        for draft in std::mem::take(&mut self.unsaid) {
            match self.say(&draft, signer) {
                Err(AppError::Store(error)) => return Err(AppError::Store(error)),
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "an envelope kept apart without a word"
                ),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// Says something with `signer`'s key, at the end of its feed.
    pub fn say(&mut self, draft: &Draft, signer: &dyn Signer) -> Result<Said, AppError> {
        let envelope = self.seal(draft, signer)?;
        let (id, object) = (envelope.id(), envelope.object());
        match self.add(&envelope, Policy::Stands)? {
            Placed::Stored(lsn) | Placed::Known(lsn) => Ok(Said { lsn, id, object }),
        }
    }

    fn seal(&mut self, draft: &Draft, signer: &dyn Signer) -> Result<Envelope, AppError> {
        // A restored centre begins new epochs: its feeds must not go on where a lost future may have been.
        let epoch = u32::try_from(self.log.base).unwrap_or(u32::MAX);
        let feed = FeedKey {
            unit: draft.unit,
            audience: draft.audience,
            device: signer.public().device_id(),
            epoch,
            lane: draft.lane,
        };
        let head = self.feed_row(&feed)?.head;
        let states = matches!(draft.kind, Kind::Certificate | Kind::Revocation);
        let wall = if states {
            self.directory.date_now(self.now)
        } else {
            self.now
        };
        let header = Header {
            feed,
            person: draft.person,
            seq: head.map_or(1, |head| head.seq.saturating_add(1)),
            prev: head.map(|head| head.hash),
            kind: draft.kind,
            object: draft.object,
            times: DeviceTimes {
                wall,
                mono: MonoMs(self.now.0),
                boot: BootId(0),
                gnss: None,
            },
            body_len: 0,
            body_hash: Digest::sha256(b""),
            after: Vec::new(),
            desk: draft.desk,
        };
        let unsigned = Unsigned::new(header, draft.body.clone())
            .map_err(|error| AppError::Invalid(error.to_string()))?;
        let alg = signer.public().alg();
        let to_sign = self
            .directory
            .realm()
            .bytes_to_sign(alg, unsigned.header_bytes());
        let signature = signer.sign(&to_sign)?;
        Ok(unsigned.signed(alg, signature))
    }
}
