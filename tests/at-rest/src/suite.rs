//! The suite of stores over an encrypted one: on phones it is another SQLite than the tests' of the engine.

use std::fs;
use std::path::Path;

use tala_client::at_rest::RestKey;
use tala_client::store::sqlite::SqliteStore;
use tala_client::store::suite;

use crate::{AtRestError, file, phone};

type Part = (&'static str, fn(&mut SqliteStore));

const PARTS: [Part; 8] = [
    (
        "journal",
        suite::journal_comes_back_in_order_and_is_dropped_by_patrol,
    ),
    ("patrols", suite::patrols_keep_every_field_and_their_order),
    (
        "envelopes",
        suite::an_envelope_is_added_once_and_moves_on_its_way,
    ),
    ("picks", suite::picks_find_what_they_name),
    ("rows", suite::small_rows_come_back_as_they_were_put),
    (
        "documents",
        suite::documents_are_added_once_and_keep_listing_and_cache_apart,
    ),
    ("tallies", suite::tallies_count_how_everything_stands),
    (
        "rulings",
        suite::rows_about_envelopes_come_back_as_they_were_put,
    ),
];

/// Runs every part on a fresh encrypted store below `folder`, opens each once more, and says how many ran.
/// A part that fails ends the program, as in a test.
pub fn run(folder: &Path, key: &[u8; 32]) -> Result<usize, AtRestError> {
    fs::create_dir_all(folder).map_err(file("making folders"))?;
    let key = RestKey::from_slice(key).map_err(phone("taking the key"))?;
    let key = key.database();
    for (name, part) in PARTS {
        let path = folder.join(name).with_extension("sqlite");
        let mut store = SqliteStore::open_encrypted(&path, &key).map_err(phone("opening"))?;
        part(&mut store);
        drop(store);
        let again = SqliteStore::open_encrypted(&path, &key).map_err(phone("opening again"))?;
        let complaints = again.complaints().map_err(phone("checking"))?;
        if let Some(complaint) = complaints.first() {
            return Err(AtRestError::Worker(format!("{name}: {complaint}")));
        }
    }
    Ok(PARTS.len())
}
