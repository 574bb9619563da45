//! Honest messages, damaged many times over.

use std::cell::Cell;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tala_fixtures::honest::AttackEnd;
use tala_fixtures::mutate::damage;

use super::Report;
use super::corpus::Corpus;
use super::entries::{self, Entry};
use super::measure::measure;

/// Damages `count` honest messages, half of them changes, and hands each to its entry. Every one has
/// chances of its own, so that the n-th of a seed can be had without those before it.
pub fn run(corpus: &Corpus, seed: u64, count: usize, report: &mut Report) {
    let chances = ChaCha8Rng::seed_from_u64(seed);
    for n in 0..count {
        let mut rng = chances.clone();
        rng.set_stream(n as u64);
        let input = format!("mutation {n} of seed {seed}");
        let (name, measured) = if n % 2 == 0 {
            let broken = Cell::new(false);
            let measured = measure(|| {
                let end = corpus.documents.attack(&mut rng.clone());
                broken.set(matches!(end, AttackEnd::Broken(_)));
                end == AttackEnd::Harmless
            });
            report.unloadable += usize::from(broken.get());
            ("change", measured)
        } else {
            let published = std::slice::from_ref(&corpus.published.bytes);
            let (name, honest) = match n % 8 {
                _ if n % 16 == 15 => ("registry publication", published),
                1 => ("envelope", corpus.envelopes.as_slice()),
                3 => ("segment", corpus.segments.as_slice()),
                5 => ("sync request", corpus.requests.as_slice()),
                _ => ("sync reply", corpus.replies.as_slice()),
            };
            let Some(entry) = entry(name) else { continue };
            let at = rng.random_range(0..honest.len().max(1));
            let mut bytes = honest.get(at).cloned().unwrap_or_default();
            damage(&mut rng, &mut bytes);
            (entry.name, measure(|| (entry.take)(corpus, &bytes)))
        };
        report.mutations += 1;
        report.mutations_accepted += usize::from(measured.accepted);
        report.note(name, &input, &measured);
    }
}

fn entry(name: &str) -> Option<&'static Entry> {
    entries::ALL.iter().find(|entry| entry.name == name)
}
