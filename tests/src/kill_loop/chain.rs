//! Whether a phone's own feeds are whole: no hole, each linked to the one before, each signature true.

use tala_client::engine::Engine;
use tala_client::store::{Pick, Store};
use tala_protocol::hash::Digest;

/// Walks every own feed and returns what is wrong with it. Envelopes that still wait for the key have no
/// signature to check.
pub(super) fn faults<S: Store>(engine: &Engine<S>) -> Vec<String> {
    let feeds = match engine.store().feeds() {
        Ok(feeds) => feeds,
        Err(error) => return vec![format!("the feeds cannot be read: {error}")],
    };
    let mut faults = Vec::new();
    for feed in feeds.iter().filter(|feed| feed.own) {
        let pick = Pick::OfFeed {
            feed: feed.key,
            from: feed.first_seq,
        };
        let rows = match engine.store().envelopes(&pick, usize::MAX >> 1) {
            Ok(rows) => rows,
            Err(error) => {
                faults.push(format!("a feed cannot be read: {error}"));
                continue;
            }
        };
        let mut before: Option<(u64, Digest)> = None;
        for row in rows {
            let seq = row.header.seq;
            let fits = match before {
                Some((last, hash)) => seq == last + 1 && row.header.prev == Some(hash),
                None => seq == feed.first_seq,
            };
            if !fits || Digest::sha256(&row.header_bytes) != row.id {
                faults.push(format!("{:?} breaks at {seq}", feed.key.lane));
            }
            if let Some(wrong) = unsound(engine, &row) {
                faults.push(format!("{:?} {seq}: {wrong}", feed.key.lane));
            }
            before = Some((seq, row.id));
        }
        if before != Some((feed.head.seq, feed.head.hash)) {
            faults.push(format!("{:?} ends elsewhere than its head", feed.key.lane));
        }
    }
    faults
}

fn unsound<S: Store>(engine: &Engine<S>, row: &tala_client::store::EnvelopeRow) -> Option<String> {
    let body = row.body.as_ref()?;
    if Digest::sha256(body) != row.header.body_hash {
        return Some("the body has another hash".into());
    }
    let envelope = match row.envelope() {
        Ok(Some(envelope)) => envelope,
        Ok(None) => return None,
        Err(error) => return Some(error.to_string()),
    };
    let Some(key) = engine.directory().key(row.header.device()) else {
        return Some("the phone does not know its own key".into());
    };
    envelope
        .verify(engine.realm(), key)
        .err()
        .map(|error| error.to_string())
}
