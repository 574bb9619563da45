//! Feeds: one writer's append-only, hash-linked, gap-free list of envelopes.
//!
//! A feed is named by [`FeedKey`]; how far somebody has it is one number and one hash ([`FeedHead`]).
//! [`place`] says where an arriving envelope belongs: next, known already, ahead of a hole, or on a
//! second branch. What is done about it is the business of whoever stores: a phone and the centre obey
//! the same placement.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::cbor;
use crate::envelope::{Audience, Header, Lane};
use crate::hash::Digest;
use crate::id::{DeviceId, UnitId};

/// Names a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedKey {
    /// The unit it belongs to.
    pub unit: UnitId,
    /// Who may read it.
    pub audience: Audience,
    /// Who writes it.
    pub device: DeviceId,
    /// Which life of the device: a restored backup starts a new one.
    pub epoch: u32,
    /// Which queue.
    pub lane: Lane,
}

/// How far a feed goes: its last sequence number and the hash of that envelope's signed part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FeedHead {
    /// Last sequence number, from 1.
    pub seq: u64,
    /// Hash of the signed part there.
    pub hash: Digest,
}

/// Where an envelope belongs in a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Right behind the head.
    Next,
    /// Already there, to the last bit of its signed part.
    Known,
    /// Behind a hole: `from` to `until` are missing.
    Ahead {
        /// First missing sequence number.
        from: u64,
        /// Last missing sequence number.
        until: u64,
    },
    /// On another branch: the writer said two different things at one place.
    Fork {
        /// The place where the branches part, as far as is known.
        at: u64,
    },
}

/// Says where `header` belongs, given the contiguous head of its feed and what is stored at its own
/// place and at the places beside it, if anything.
///
/// `at_seq` is the hash stored at the same sequence number, `before` the one at the number before;
/// `after_prev` the previous-hash named by what is stored at the number behind.
pub fn place(
    head: Option<FeedHead>,
    header: &Header,
    id: Digest,
    at_seq: Option<Digest>,
    before: Option<Digest>,
    after_prev: Option<Digest>,
) -> Placement {
    if let Some(stored) = at_seq {
        let known = stored == id;
        return if known {
            Placement::Known
        } else {
            Placement::Fork { at: header.seq }
        };
    }
    if before.is_some_and(|hash| header.prev != Some(hash)) {
        return Placement::Fork { at: header.seq };
    }
    if after_prev.is_some_and(|prev| prev != id) {
        return Placement::Fork { at: header.seq };
    }
    let next = head.map_or(1, |head| head.seq.saturating_add(1));
    if header.seq > next {
        return Placement::Ahead {
            from: next,
            until: header.seq - 1,
        };
    }
    Placement::Next
}

impl FeedKey {
    /// A short stable name of the feed for file names and logs: SHA-256 of its canonical form.
    pub fn digest(&self) -> Digest {
        Digest::sha256(&cbor::to_vec(self))
    }
}

impl<C> Encode<C> for FeedKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(5)?
            .encode_with(self.unit, ctx)?
            .encode_with(self.audience, ctx)?;
        e.encode_with(self.device, ctx)?
            .u32(self.epoch)?
            .encode_with(self.lane, ctx)?
            .ok()
    }
}

impl<'b> Decode<'b, ()> for FeedKey {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 5)?;
        Ok(Self {
            unit: d.decode()?,
            audience: d.decode()?,
            device: d.decode()?,
            epoch: d.u32()?,
            lane: d.decode()?,
        })
    }
}

impl<C> Encode<C> for FeedHead {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?.u64(self.seq)?.encode_with(self.hash, ctx)?.ok()
    }
}

impl<'b> Decode<'b, ()> for FeedHead {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 2)?;
        Ok(Self {
            seq: d.u64()?,
            hash: d.decode()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::Kind;
    use crate::time::DeviceTimes;

    fn header(seq: u64, prev: Option<&[u8]>) -> Header {
        Header {
            feed: FeedKey {
                unit: UnitId::from_bytes([1; 16]),
                audience: Audience::Field,
                device: DeviceId::from_bytes([2; 16]),
                epoch: 0,
                lane: Lane::Track,
            },
            person: None,
            seq,
            prev: prev.map(Digest::sha256),
            kind: Kind::Track,
            object: None,
            times: DeviceTimes::default(),
            body_len: 0,
            body_hash: Digest::sha256(b""),
            after: Vec::new(),
            desk: None,
        }
    }

    #[test]
    fn next_known_ahead_and_forked_are_told_apart() {
        let h = |name: &[u8]| Digest::sha256(name);
        let head = Some(FeedHead {
            seq: 4,
            hash: h(b"4"),
        });
        let fifth = header(5, Some(b"4"));
        assert_eq!(
            place(head, &fifth, h(b"5"), None, Some(h(b"4")), None),
            Placement::Next
        );
        assert_eq!(
            place(head, &fifth, h(b"5"), Some(h(b"5")), Some(h(b"4")), None),
            Placement::Known
        );
        assert_eq!(
            place(
                head,
                &fifth,
                h(b"5"),
                Some(h(b"other")),
                Some(h(b"4")),
                None
            ),
            Placement::Fork { at: 5 }
        );
        let on_another_branch = header(5, Some(b"other 4"));
        assert_eq!(
            place(head, &on_another_branch, h(b"5"), None, Some(h(b"4")), None),
            Placement::Fork { at: 5 }
        );
        let eighth = header(8, Some(b"7"));
        assert_eq!(
            place(head, &eighth, h(b"8"), None, None, None),
            Placement::Ahead { from: 5, until: 7 }
        );
        assert_eq!(
            place(
                head,
                &fifth,
                h(b"5"),
                None,
                Some(h(b"4")),
                Some(h(b"not 5"))
            ),
            Placement::Fork { at: 5 }
        );
        assert_eq!(
            place(None, &header(1, None), h(b"1"), None, None, None),
            Placement::Next
        );
    }
}
