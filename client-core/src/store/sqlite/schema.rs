//! The tables of a phone's store, one step per version. Steps are only ever added.

/// `TALA` in ASCII: says whose file it is.
pub(super) const APPLICATION_ID: i64 = 0x5441_4c41;

/// Step `n` leads from version `n` to version `n + 1`.
pub(super) const STEPS: &[&str] = &[VERSION_1, VERSION_2, VERSION_3, VERSION_4];

/// The next number of a row is looked up, not searched for: ten thousand documents came in quadratic time.
const VERSION_2: &str = "
CREATE INDEX docs_by_made ON docs (made);
CREATE INDEX patrols_by_made ON patrols (made);
";

/// What lists show stands in rows of its own, beside caches that no list reads; how envelopes stand is
/// counted from an index alone. A document without such a row is read once more when a list asks for it.
const VERSION_3: &str = "
CREATE TABLE listings (
    object BLOB PRIMARY KEY, version INTEGER NOT NULL, title TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX envelopes_by_state ON envelopes (object, own, delivery, alg);
";

/// Listings hold what lists show beyond a title; those of older rules would be made again anyway. Drafts of
/// screens survive a kill.
const VERSION_4: &str = "
DROP TABLE listings;
CREATE TABLE listings (
    object BLOB PRIMARY KEY, version INTEGER NOT NULL, title TEXT, category TEXT,
    severity INTEGER, transport INTEGER, from_ms INTEGER, until_ms INTEGER, due_ms INTEGER,
    lat_e7 INTEGER, lon_e7 INTEGER, files INTEGER NOT NULL, conflicts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE drafts (
    key TEXT PRIMARY KEY, saved_ms INTEGER NOT NULL, value BLOB NOT NULL
) STRICT;
";

const VERSION_1: &str = "
CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE journal (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    patrol BLOB NOT NULL, leg INTEGER NOT NULL, transport INTEGER NOT NULL,
    gap INTEGER, score INTEGER NOT NULL,
    time_ms INTEGER NOT NULL, lat_e7 INTEGER NOT NULL, lon_e7 INTEGER NOT NULL,
    alt_dm INTEGER, acc_dm INTEGER, speed_cms INTEGER, bearing_deg INTEGER,
    provider INTEGER NOT NULL, satellites INTEGER, mock INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL, mono_ms INTEGER NOT NULL, boot INTEGER NOT NULL
) STRICT;
CREATE INDEX journal_by_patrol ON journal (patrol, n);
CREATE TABLE patrols (
    object BLOB PRIMARY KEY, made INTEGER NOT NULL, row BLOB NOT NULL
) STRICT;
CREATE TABLE feeds (
    feed BLOB PRIMARY KEY, first_seq INTEGER NOT NULL, head_seq INTEGER NOT NULL,
    head_hash BLOB NOT NULL, own INTEGER NOT NULL, closed INTEGER NOT NULL
) STRICT;
CREATE TABLE envelopes (
    arrived INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE, feed BLOB NOT NULL, seq INTEGER NOT NULL, lane INTEGER NOT NULL,
    kind INTEGER NOT NULL, object BLOB NOT NULL, header BLOB NOT NULL,
    alg INTEGER, signature BLOB, body BLOB,
    own INTEGER NOT NULL, place INTEGER NOT NULL,
    delivery INTEGER NOT NULL, log BLOB, leaf INTEGER, kept_at INTEGER NOT NULL
) STRICT;
CREATE INDEX envelopes_by_feed ON envelopes (feed, seq);
CREATE INDEX envelopes_by_object ON envelopes (object, arrived);
CREATE INDEX envelopes_by_kind ON envelopes (kind, arrived);
CREATE INDEX envelopes_unsigned ON envelopes (arrived) WHERE signature IS NULL;
CREATE INDEX envelopes_to_send ON envelopes (lane, own, feed, seq) WHERE delivery = 0;
CREATE INDEX envelopes_unproved ON envelopes (log, leaf) WHERE delivery IN (1, 2);
CREATE INDEX envelopes_by_leaf ON envelopes (log, leaf) WHERE leaf IS NOT NULL;
CREATE INDEX envelopes_by_age ON envelopes (kept_at);
CREATE TABLE rulings (
    envelope BLOB PRIMARY KEY, ruling INTEGER NOT NULL, reason INTEGER NOT NULL, number INTEGER NOT NULL
) STRICT;
CREATE TABLE docs (
    object BLOB PRIMARY KEY, doc_type INTEGER NOT NULL, unit BLOB NOT NULL, audience BLOB NOT NULL,
    made INTEGER NOT NULL, cache_of INTEGER, cache BLOB
) STRICT;
CREATE TABLE cursors (scope BLOB PRIMARY KEY, position INTEGER NOT NULL) STRICT;
CREATE TABLE receipts (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    log BLOB NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, bytes BLOB NOT NULL
) STRICT;
CREATE INDEX receipts_by_leaf ON receipts (log, first);
CREATE TABLE media (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE, len INTEGER NOT NULL, object BLOB NOT NULL, described_by BLOB NOT NULL,
    thumb INTEGER NOT NULL, uploaded INTEGER NOT NULL, complete INTEGER NOT NULL, held INTEGER NOT NULL
) STRICT;
";
