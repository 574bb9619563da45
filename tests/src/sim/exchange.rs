//! Phones talk: with the centre over a bad network, with the centre when all is well, and with each other.

use std::collections::{BTreeSet, VecDeque};

use rand::RngExt as _;
use tala_client::outbox::Link;
use tala_client::sync::peer::PeerSession;
use tala_client::sync::{Step, Summary, SyncOptions, SyncSession, Why};
use tala_protocol::envelope::wire::Run;
use tala_protocol::id::UnitId;
use tala_protocol::sync::{SyncReply, frame};

use super::SimError;
use super::link::Trouble;
use super::network::Packet;
use super::phone::{Called, Hands};
use super::plants::Plant;
use super::store::Fuse;
use super::world::World;
use crate::oracle::{Violation, Way};

/// A sync that nothing was heard of for so long is begun anew, ms.
const GIVE_UP_MS: i64 = 2 * 3_600_000;
/// Chance that a program dies as it takes an answer in.
const DEATH_IN_ANSWER: f64 = 0.05;
/// Most answers of one sync when all is well.
const ANSWERS_MAX: u32 = 500;

impl World {
    /// A phone begins a sync, unless one is under way.
    pub fn begin_sync(&mut self, n: usize) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        let waits = |since: i64| now_ms.saturating_sub(since) < GIVE_UP_MS;
        match self.phone(n)?.session.take() {
            Some(session) if waits(session.2) => {
                self.phone(n)?.session = Some(session);
                return Ok(());
            }
            Some(_) => self.unanswered(n)?,
            None => {}
        }
        let why = [Why::Officer, Why::Periodic][usize::from(self.rng.random_bool(0.3))];
        let link = [Link::Good, Link::Weak][usize::from(self.rng.random_bool(0.5))];
        if let Some((session, step)) = self.start(n, why, link)? {
            self.log.line(format!("phone {n} begins a sync"));
            self.follow(n, session, step)?;
        }
        Ok(())
    }

    /// Seals, signs and starts; none if the program died or the engine would not.
    fn start(
        &mut self,
        n: usize,
        why: Why,
        link: Link,
    ) -> Result<Option<(SyncSession, Step)>, SimError> {
        let now_ms = self.now_ms;
        let prepared = self
            .phone(n)?
            .call(now_ms, |hands| hands.engine.prepare_sync(why, hands.times))?;
        if self.outcome(n, "prepare", prepared, Way::Centre)?.is_none() {
            return Ok(None);
        }
        let options = SyncOptions {
            why,
            link,
            originals: true,
        };
        let started = self.phone(n)?.call(now_ms, |hands| {
            SyncSession::start(hands.engine, options, None)
        })?;
        self.outcome(n, "start", started, Way::Centre)
    }

    /// Does what a session asks for, until it waits for the network.
    fn follow(
        &mut self,
        n: usize,
        mut session: SyncSession,
        mut step: Step,
    ) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        loop {
            match step {
                Step::Send(frame) => {
                    self.requests += 1;
                    let packet = Packet {
                        phone: n,
                        request: self.requests,
                        frame,
                        answer: None,
                    };
                    self.phone(n)?.session = Some((session, packet.request, now_ms));
                    self.net.send(&mut self.rng, &self.swarm, now_ms, &packet);
                    return Ok(());
                }
                Step::Upload(hash) => {
                    let plan = self.trouble_on_the_way();
                    match self.hand_over_file(n, &mut session, hash, plan)? {
                        Some(next) => step = next,
                        None => return Ok(()),
                    }
                }
                Step::Done(_) => return Ok(()),
            }
        }
    }

    /// Everything that has arrived by now is taken.
    pub fn deliver(&mut self) -> Result<(), SimError> {
        while let Some(packet) = self.net.arrived(self.now_ms) {
            match packet.answer.clone() {
                None => self.at_centre(packet)?,
                Some(units) => self.at_phone(&packet, units)?,
            }
        }
        Ok(())
    }

    fn at_centre(&mut self, packet: Packet) -> Result<(), SimError> {
        let (reply, units) = self.ask_centre(packet.phone, &packet.frame)?;
        let answer = Packet {
            frame: frame::close(&reply.to_bytes()),
            answer: Some(units),
            ..packet
        };
        self.net
            .send(&mut self.rng, &self.swarm, self.now_ms, &answer);
        Ok(())
    }

    /// The centre's answer, and the units that the phone might read then.
    fn ask_centre(
        &mut self,
        n: usize,
        frame: &[u8],
    ) -> Result<(SyncReply, BTreeSet<UnitId>), SimError> {
        let device = self.phone(n)?.device;
        let reply = self.centre.answer(device, frame, &mut self.rng)?;
        self.check_page(n, &reply.runs)?;
        Ok((reply, self.access.units(device)))
    }

    /// Whether a phone may have everything on a page, arrived or not.
    fn check_page(&mut self, n: usize, runs: &[Run]) -> Result<(), SimError> {
        let device = self.phone(n)?.device;
        for run in runs {
            for envelope in run.clone().unpack().unwrap_or_default() {
                let (header, object) = (envelope.header(), envelope.object());
                if !self.access.may_receive(device, header, object, Way::Centre) {
                    let detail = format!(
                        "the centre gave phone {n} something of unit {}",
                        header.feed.unit
                    );
                    self.violations.push(Violation::new("leak", detail));
                }
            }
        }
        Ok(())
    }

    fn at_phone(&mut self, packet: &Packet, units: BTreeSet<UnitId>) -> Result<(), SimError> {
        let n = packet.phone;
        let Some((mut session, request, since)) = self.phone(n)?.session.take() else {
            return Ok(());
        };
        if request != packet.request {
            self.phone(n)?.session = Some((session, request, since));
            return Ok(());
        }
        let device = self.phone(n)?.device;
        let now_ms = self.now_ms;
        if self.swarm.weights.crash > 0 && self.rng.random_bool(DEATH_IN_ANSWER) {
            let fuse = Fuse {
                commits: self.rng.random_range(0..2),
                after: self.rng.random_bool(0.3),
            };
            self.phone(n)?.tap().borrow_mut().fuse = Some(fuse);
        }
        let called = self.phone(n)?.call(now_ms, |hands| {
            session.on_reply(hands.engine, &packet.frame, hands.times)
        })?;
        // Written or not: the phone may know of these lists now, or still of those it knew before.
        let known = self.access.told(device).union(&units).copied().collect();
        self.access.contact(device, known);
        if let Some(step) = self.outcome(n, "reply", called, Way::Told)? {
            self.access.contact(device, units);
            self.counts.syncs += 1;
            self.follow(n, session, step)?;
        }
        Ok(())
    }

    /// A whole sync when nothing goes wrong; none if the phone could not.
    pub fn sync_well(&mut self, n: usize) -> Result<Option<Summary>, SimError> {
        let Some((mut session, mut step)) = self.start(n, Why::Officer, Link::Good)? else {
            return Ok(None);
        };
        let now_ms = self.now_ms;
        for _ in 0..ANSWERS_MAX {
            let next = match step {
                Step::Send(frame) => {
                    let (reply, units) = self.ask_centre(n, &frame)?;
                    let answer = frame::close(&reply.to_bytes());
                    let device = self.phone(n)?.device;
                    self.access.contact(device, units);
                    self.counts.syncs += 1;
                    let called = self.phone(n)?.call(now_ms, |hands| {
                        session.on_reply(hands.engine, &answer, hands.times)
                    })?;
                    self.outcome(n, "sync", called, Way::Centre)?
                }
                Step::Upload(hash) => self.hand_over_file(n, &mut session, hash, Trouble::NONE)?,
                Step::Done(summary) => return Ok(Some(summary)),
            };
            match next {
                Some(next) => step = next,
                None => return Ok(None),
            }
        }
        self.violations.push(Violation::new(
            "endless",
            format!("a sync of phone {n} does not end"),
        ));
        Ok(None)
    }

    /// Two phones meet; the link may break at any message.
    pub fn meet(&mut self, a: usize, b: usize) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        let mut sessions = Vec::new();
        let mut queue = VecDeque::new();
        for (n, other) in [(a, b), (b, a)] {
            let started = self
                .phone(n)?
                .call(now_ms, |hands| PeerSession::start(hands.engine))?;
            let Some((session, message)) = self.outcome(n, "meet", started, Way::Told)? else {
                return Ok(());
            };
            sessions.push((n, session));
            queue.push_back((other, message));
        }
        self.counts.meetings += 1;
        self.log.line(format!("phones {a} and {b} meet"));
        while let Some((to, message)) = queue.pop_front() {
            if self.rng.random_bool(self.swarm.meeting_cut) {
                self.counts.meetings_cut += 1;
                return Ok(());
            }
            let Some((_, session)) = sessions.iter_mut().find(|(n, _)| *n == to) else {
                return Ok(());
            };
            let from = if to == a { b } else { a };
            let called = self.phone(to)?.call(now_ms, |hands: Hands<'_>| {
                session.on_message(hands.engine, &message, hands.times.wall)
            })?;
            let Some(answers) = self.outcome(to, "message", called, Way::Told)? else {
                return Ok(());
            };
            queue.extend(answers.into_iter().map(|answer| (from, answer)));
        }
        Ok(())
    }

    /// Takes note of what came of a call. What died in it promised nothing.
    pub fn outcome<T, E: std::error::Error>(
        &mut self,
        n: usize,
        what: &str,
        called: Called<T, E>,
        way: Way,
    ) -> Result<Option<T>, SimError> {
        match called {
            Called::Done(value, news) => {
                self.promised(n, &news, way)?;
                Ok(Some(value))
            }
            Called::Died(news) => {
                self.counts.crashes += 1;
                self.counts.phone_deaths += 1;
                self.log.line(format!("phone {n} dies in {what}"));
                self.seen(n, &news, way)?;
                Ok(None)
            }
            Called::Refused(error) => {
                self.log
                    .line(format!("phone {n} will not {what}: {}", in_full(&error)));
                let must_work = [
                    "reply", "sync", "message", "start", "prepare", "upload", "fetch",
                ];
                if must_work.contains(&what) {
                    let detail = format!("phone {n}, {what}: {}", in_full(&error));
                    self.violations.push(Violation::new("refused", detail));
                }
                Ok(None)
            }
        }
    }

    /// The bugs of what was sent and not answered.
    fn unanswered(&mut self, n: usize) -> Result<(), SimError> {
        let now_ms = self.now_ms;
        match self.plant {
            Some(Plant::ForgetWithoutReceipt) => {
                let ids = self.phone(n)?.unanswered()?;
                self.phone(n)?.forget(&ids, now_ms)
            }
            Some(Plant::DroppedDedupe) => self.record_again(n),
            _ => Ok(()),
        }
    }
}

/// An error with what lies below it.
pub fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(error) = below {
        text.push_str(": ");
        text.push_str(&error.to_string());
        below = error.source();
    }
    text
}
