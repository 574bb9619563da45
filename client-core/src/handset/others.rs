//! Other people: who they are, where they were last, what they say.

use tala_protocol::event::AckWhat;
use tala_protocol::hash::Digest;
use tala_protocol::id::PersonId;

use super::answer::{MessageLine, PersonLine, TeamLine};
use super::edit::{input, place_of};
use super::urgent::{named, word};
use super::{Handset, HandsetError, Platform};
use crate::engine::Engine;
use crate::messages::Heard;
use crate::store::{Store, Whereabouts};
use crate::team::Seen;

impl<S: Store, P: Platform> Handset<S, P> {
    /// Persons of the own unit that the phone knows of, by name.
    pub fn people(&self) -> Result<Vec<PersonLine>, HandsetError> {
        let now = self.platform().now().wall;
        self.read(|engine| {
            let (me, directory) = (engine.identity(), engine.directory());
            let of_unit = directory.persons().filter(|(person, _)| {
                let mut posts = directory.memberships(*person, now);
                posts.any(|post| post.unit == me.unit)
            });
            let lines = of_unit.map(|(person, name)| PersonLine {
                id: person.to_string(),
                name: name.to_owned(),
                own: me.person == Some(person),
            });
            let mut lines: Vec<PersonLine> = lines.collect();
            lines.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
            Ok(lines)
        })
    }

    /// Where the others were last, as far as their tracks are on this phone; the newest first.
    pub fn team(&self) -> Result<Vec<TeamLine>, HandsetError> {
        let now = self.platform().now().wall;
        self.read(|engine| {
            let seen = engine.team(now)?.into_iter();
            Ok(seen.map(|seen| team_line(engine, &seen)).collect())
        })
    }

    /// Messages to this phone and from it, in order of arrival.
    pub fn messages(&self) -> Result<Vec<MessageLine>, HandsetError> {
        self.read(|engine| {
            let heard = engine.messages()?.into_iter();
            let lines = heard.map(|heard| message_line(engine, heard));
            Ok(lines.collect())
        })
    }

    /// Writes a message to everybody who reads the unit's field lists, command among them. Returns its id.
    pub fn send_message(&self, text: &str, reply_to: Option<&str>) -> Result<String, HandsetError> {
        let reply_to = reply_to.map(|id| message_id("reply_to", id)).transpose()?;
        let now = self.platform().now();
        let mut random = self.random();
        self.write(|engine, _| {
            let text = text.to_owned();
            let id = engine.write_message(text, Vec::new(), reply_to, now, &mut random)?;
            Ok(id.to_string())
        })
    }

    /// Says that a message was seen, taken on or done.
    pub fn ack_message(
        &self,
        id: &str,
        what: &str,
        note: Option<String>,
    ) -> Result<(), HandsetError> {
        let id = message_id("id", id)?;
        let what = match what {
            "seen" => AckWhat::Seen,
            "taken" => AckWhat::Taken,
            "done" => AckWhat::Done,
            _ => return Err(input("what", "seen, taken or done")),
        };
        let now = self.platform().now();
        self.write(|engine, _| Ok(engine.answer_message(id, what, note, now)?))
    }
}

fn message_id(field: &'static str, text: &str) -> Result<Digest, HandsetError> {
    Digest::from_hex(text).map_err(|_why| input(field, "the id of a message"))
}

fn team_line<S: Store>(engine: &Engine<S>, seen: &Seen) -> TeamLine {
    let at = place_of((seen.fix.lat_e7, seen.fix.lon_e7));
    TeamLine {
        person: seen.person.map(|person| person.to_string()),
        name: name_of(engine, seen.person),
        transport: Some(seen.transport.word().to_owned()),
        patrol: Some(seen.patrol.to_string()),
        lat: at.lat,
        lon: at.lon,
        at_ms: seen.fix.time.0,
    }
}

fn message_line<S: Store>(engine: &Engine<S>, heard: Heard) -> MessageLine {
    let answers = heard.answers.into_iter();
    MessageLine {
        id: heard.id.to_string(),
        text: heard.body.text,
        by: name_of(engine, heard.person),
        own: heard.own,
        at_ms: heard.at.0,
        reply_to: heard.body.reply_to.map(|id| id.to_string()),
        answered: heard.answered.map(|what| word(what).to_owned()),
        at_centre: heard.whereabouts >= Whereabouts::Acknowledged,
        answers: answers.map(|answer| named(engine, answer)).collect(),
    }
}

pub(super) fn name_of<S: Store>(engine: &Engine<S>, person: Option<PersonId>) -> Option<String> {
    let name = person.and_then(|person| engine.directory().person_name(person));
    name.map(str::to_owned)
}
