//! One sync: what is sent, what came back, what is next.

use tala_protocol::cbor::CborError;
use tala_protocol::envelope::wire::Run;
use tala_protocol::hash::Digest;
use tala_protocol::sync::frame::{self, FrameError};
use tala_protocol::sync::{
    Cursor, FEATURE_OWN, LeafRange, REPLY_LEN_MAX, SyncReply, SyncRequest, Versions,
};
use tala_protocol::time::DeviceTimes;

use crate::engine::{Engine, EngineError};
use crate::install;
use crate::outbox::Link;
use crate::store::Store;

/// Most requests of one session, so that two sides that disagree do not talk for ever.
const ROUNDS_MAX: u32 = 4_096;

/// Why there is a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The officer asked.
    Officer,
    /// A patrol ended.
    PatrolEnd,
    /// It was time.
    Periodic,
}

/// What a sync may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncOptions {
    /// Why there is one.
    pub why: Why,
    /// How the link is.
    pub link: Link,
    /// Whether originals are sent too, or thumbnails only.
    pub originals: bool,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Post this frame to the centre and give back the answer.
    Send(Vec<u8>),
    /// Send the rest of this file and say how far it came.
    Upload(Digest),
    /// It is over.
    Done(Summary),
}

/// How a sync went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Requests that were answered.
    pub round_trips: u32,
    /// Envelopes that the centre now has.
    pub handed_over: usize,
    /// Envelopes that a receipt now covers.
    pub proved: usize,
    /// Envelopes that are new here.
    pub fetched: usize,
    /// Envelopes that the centre refused.
    pub refused: usize,
    /// Whether the centre asked to send the rest later.
    pub later: bool,
    /// Whether the centre is another than before.
    pub restored: bool,
    /// Whether the phone now writes for another unit.
    pub moved: bool,
    /// Files that the centre now has whole.
    pub uploaded: usize,
    /// Files that the centre could not take yet; they are tried again later.
    pub put_off: usize,
    /// Things that the centre publishes and that are new here: versions of registries, zones.
    pub published: usize,
}

/// Why an answer was not taken. The store is as it was before it.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The frame is damaged.
    #[error("opening the reply")]
    Frame(#[from] FrameError),
    /// The message cannot be read.
    #[error("reading the reply")]
    Form(#[from] CborError),
    /// The centre chose a version that this phone does not speak.
    #[error("the centre speaks version {0}")]
    Version(u8),
    /// The reply speaks of other envelopes than were sent.
    #[error("the reply does not fit what was sent")]
    Misfit,
    /// No request is under way.
    #[error("no request is under way")]
    Unasked,
    /// The engine could not.
    #[error("the phone could not do it")]
    Engine(#[from] EngineError),
}

/// A request under way: the envelopes sent, in order, the leaves asked to be proved, and where the lists
/// stood.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) ids: Vec<Digest>,
    pub(super) prove: Vec<LeafRange>,
    pub(super) cursors: Vec<Cursor>,
    /// What this phone wrote itself was asked for too.
    pub(super) own: bool,
    /// The beacon that went with it.
    beacon: Option<Vec<u8>>,
}

/// A sync under way.
#[derive(Debug)]
pub struct SyncSession {
    options: SyncOptions,
    beacon: Option<Vec<u8>>,
    /// What is under way.
    sent: Option<Sent>,
    proof_tried: bool,
    failed_uploads: Vec<Digest>,
    pub(super) summary: Summary,
}

impl SyncSession {
    /// Begins. Seal and sign first ([`Engine::prepare_sync`]); the beacon is made at this moment.
    pub fn start<S: Store>(
        engine: &mut Engine<S>,
        options: SyncOptions,
        beacon: Option<Vec<u8>>,
    ) -> Result<(Self, Step), SyncError> {
        let mut session = Self {
            options,
            beacon,
            sent: None,
            proof_tried: false,
            failed_uploads: Vec::new(),
            summary: Summary::default(),
        };
        let step = session.request(engine)?;
        Ok((session, step))
    }

    /// Takes an answer in, in one transaction, and says what is next. On `Err` nothing was taken; the same
    /// frame may be sent again.
    pub fn on_reply<S: Store>(
        &mut self,
        engine: &mut Engine<S>,
        answer: &[u8],
        now: DeviceTimes,
    ) -> Result<Step, SyncError> {
        let sent = self.sent.as_ref().ok_or(SyncError::Unasked)?;
        let reply = SyncReply::from_bytes(&frame::open(answer, REPLY_LEN_MAX)?)?;
        let ours = Versions::CURRENT;
        if !(ours.min..=ours.max).contains(&reply.version) {
            return Err(SyncError::Version(reply.version));
        }
        let more = reply.more;
        let took = engine.take_reply(reply, sent, now)?;
        self.sent = None;
        self.summary.round_trips += 1;
        self.summary.handed_over += took.handed_over;
        self.summary.proved += took.proved;
        self.summary.fetched += took.fetched;
        self.summary.refused += took.refused;
        self.summary.later |= took.later;
        self.summary.restored |= took.restored;
        // A page that says "more" and brings nothing new would go on for ever.
        self.next(engine, now, took.again || (more && took.moved_on))
    }

    /// After the centre asked for time and it has passed: what is next by now. The request or the file that
    /// was refused is not simply sent again, because something more urgent may have been written since.
    pub fn on_waited<S: Store>(
        &mut self,
        engine: &mut Engine<S>,
        now: DeviceTimes,
    ) -> Result<Step, SyncError> {
        let Some(refused) = self.sent.take() else {
            return self.next(engine, now, false);
        };
        self.beacon = self.beacon.take().or(refused.beacon);
        self.proof_tried &= refused.prove.is_empty();
        self.request(engine)
    }

    /// Takes note of how far a file came, and says what is next.
    pub fn on_uploaded<S: Store>(
        &mut self,
        engine: &mut Engine<S>,
        hash: Digest,
        uploaded: u64,
        complete: bool,
        now: DeviceTimes,
    ) -> Result<Step, SyncError> {
        engine.note_upload(hash, uploaded, complete)?;
        if complete {
            self.summary.uploaded += 1;
        } else {
            self.failed_uploads.push(hash);
        }
        self.next(engine, now, false)
    }

    /// Takes note that the centre could not take a file, and says what is next: other files go on, this
    /// one is tried again by a later sync.
    pub fn on_put_off<S: Store>(
        &mut self,
        engine: &mut Engine<S>,
        hash: Digest,
        now: DeviceTimes,
    ) -> Result<Step, SyncError> {
        engine.put_off.put_off(hash, now.wall);
        self.failed_uploads.push(hash);
        self.summary.put_off += 1;
        self.next(engine, now, false)
    }

    fn next<S: Store>(
        &mut self,
        engine: &mut Engine<S>,
        now: DeviceTimes,
        more: bool,
    ) -> Result<Step, SyncError> {
        engine.put_off.wake(now.wall);
        let may_go_on = self.summary.round_trips < ROUNDS_MAX && !self.summary.later;
        if may_go_on && (more || !engine.next_batch(self.options.link)?.envelopes.is_empty()) {
            return self.request(engine);
        }
        if may_go_on
            && let Some(row) = engine.next_upload(self.options.originals, &self.failed_uploads)?
        {
            return Ok(Step::Upload(row.hash));
        }
        if may_go_on && !engine.next_batch(self.options.link)?.envelopes.is_empty() {
            return self.request(engine);
        }
        self.summary.moved |= engine.change_unit(now)?;
        Ok(Step::Done(self.summary.clone()))
    }

    fn request<S: Store>(&mut self, engine: &mut Engine<S>) -> Result<Step, SyncError> {
        let batch = engine.next_batch(self.options.link)?;
        engine.before_leaving(batch.newest_own)?;
        let ids = batch
            .envelopes
            .iter()
            .map(tala_protocol::envelope::Envelope::id)
            .collect();
        // What was asked once and not proved waits for the next sync.
        let prove = if batch.urgent || self.proof_tried {
            Vec::new()
        } else {
            self.proof_tried = true;
            engine.to_prove(self.options.why)?
        };
        let wants_proof = !prove.is_empty() || !batch.envelopes.is_empty();
        let checkpoint = engine.centre.checkpoint.filter(|_| wants_proof);
        let own = install::lacks_own(&engine.store)?;
        let budget = u32::try_from(self.options.link.batch_bytes()).unwrap_or(u32::MAX);
        let request = SyncRequest {
            versions: Versions::CURRENT,
            features: if own { FEATURE_OWN } else { 0 },
            log: engine.centre.log,
            cursors: engine.store.cursors().map_err(EngineError::from)?,
            runs: Run::pack_all(&batch.envelopes),
            prove,
            proof_from: checkpoint.map(|(size, _)| size),
            budget_bytes: budget,
            beacon: if batch.urgent {
                None
            } else {
                self.beacon.take()
            },
        };
        self.sent = Some(Sent {
            ids,
            prove: request.prove.clone(),
            cursors: request.cursors.clone(),
            own,
            beacon: request.beacon.clone(),
        });
        Ok(Step::Send(frame::close(&request.to_bytes())))
    }
}
