-- Envelopes, feeds, delivery lists, log, statements, quarantine, accounts.

CREATE TABLE feed (
    no INTEGER PRIMARY KEY,
    unit BLOB NOT NULL,
    audience BLOB NOT NULL,
    device BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    head_seq INTEGER,
    head_id BLOB,
    highest_seq INTEGER NOT NULL,
    forked_at INTEGER,
    UNIQUE (device, unit, audience, epoch, lane)
) STRICT;

CREATE TABLE envelope (
    lsn INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    feed INTEGER NOT NULL REFERENCES feed (no),
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object BLOB NOT NULL,
    standing INTEGER NOT NULL,
    known_at INTEGER NOT NULL,
    alg INTEGER NOT NULL,
    signature BLOB NOT NULL,
    header BLOB NOT NULL,
    body BLOB
) STRICT;

CREATE UNIQUE INDEX envelope_id ON envelope (id);
CREATE INDEX envelope_place ON envelope (feed, seq);
CREATE INDEX envelope_object ON envelope (object, lsn);

CREATE TABLE scope (
    no INTEGER PRIMARY KEY,
    unit BLOB NOT NULL,
    audience BLOB NOT NULL,
    last INTEGER NOT NULL,
    UNIQUE (unit, audience)
) STRICT;

CREATE TABLE delivery (
    scope INTEGER NOT NULL REFERENCES scope (no),
    position INTEGER NOT NULL,
    lsn INTEGER NOT NULL,
    PRIMARY KEY (scope, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE shown (
    object BLOB NOT NULL,
    unit BLOB NOT NULL,
    audience BLOB NOT NULL,
    PRIMARY KEY (object, unit, audience)
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    id BLOB NOT NULL,
    base INTEGER NOT NULL,
    size INTEGER NOT NULL,
    frontier BLOB NOT NULL,
    restored BLOB,
    backed_up_to INTEGER NOT NULL
) STRICT;

-- place = level * 2^48 + index: one integer key keeps a node at about 45 bytes.
CREATE TABLE node (
    place INTEGER PRIMARY KEY,
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    note BLOB NOT NULL
) STRICT;

CREATE TABLE restore_statement (
    leaf INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE statement (
    kind INTEGER NOT NULL,
    subject BLOB NOT NULL,
    lsn INTEGER NOT NULL,
    PRIMARY KEY (kind, subject, lsn)
) STRICT, WITHOUT ROWID;

CREATE INDEX statement_lsn ON statement (lsn);

CREATE TABLE statement_shown (
    lsn INTEGER NOT NULL,
    unit BLOB NOT NULL,
    audience BLOB NOT NULL,
    PRIMARY KEY (lsn, unit, audience)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    lsn INTEGER PRIMARY KEY,
    envelope BLOB NOT NULL,
    unit BLOB NOT NULL,
    device BLOB NOT NULL,
    person BLOB,
    object BLOB NOT NULL,
    reason INTEGER NOT NULL,
    gate INTEGER NOT NULL,
    detail TEXT NOT NULL,
    known_at INTEGER NOT NULL,
    released_at INTEGER
) STRICT;

CREATE INDEX quarantine_device ON quarantine (device);
CREATE INDEX quarantine_unit ON quarantine (unit, lsn);

CREATE TABLE staff (
    login TEXT PRIMARY KEY,
    person BLOB NOT NULL,
    password_hash TEXT NOT NULL,
    closed_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment (
    id BLOB PRIMARY KEY,
    code_hash BLOB NOT NULL UNIQUE,
    unit BLOB NOT NULL,
    person BLOB,
    device_name TEXT NOT NULL,
    made_by BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_by BLOB
) STRICT, WITHOUT ROWID;
