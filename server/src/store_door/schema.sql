-- Schema 1 of the door store. Times are ms since 1970, ids and hashes are blobs.
CREATE TABLE IF NOT EXISTS session (
    token_hash   BLOB PRIMARY KEY,
    id           BLOB NOT NULL,
    person       BLOB NOT NULL,
    signed_in_at INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_person ON session (person);

CREATE TABLE IF NOT EXISTS answer (
    person       BLOB NOT NULL,
    key          TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    made_at      INTEGER NOT NULL,
    status       INTEGER,
    etag         TEXT,
    body         BLOB,
    PRIMARY KEY (person, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS upload (
    device  BLOB NOT NULL,
    hash    BLOB NOT NULL,
    len     INTEGER NOT NULL,
    stored  INTEGER NOT NULL,
    chunks  BLOB,
    done_at INTEGER,
    PRIMARY KEY (device, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS upload_hash ON upload (hash);

CREATE TABLE IF NOT EXISTS audit (
    n      INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    act    TEXT NOT NULL,
    person BLOB,
    device BLOB,
    ok     INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS read_mark (
    person   BLOB NOT NULL,
    incident BLOB NOT NULL,
    content  BLOB NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (person, incident)
) STRICT, WITHOUT ROWID;

-- What commands at the machine ask of the running centre.
CREATE TABLE IF NOT EXISTS machine_order (
    id      BLOB PRIMARY KEY,
    made_at INTEGER NOT NULL,
    asks    TEXT NOT NULL,
    taken   INTEGER NOT NULL DEFAULT 0,
    is_done INTEGER,
    answer  TEXT
) STRICT, WITHOUT ROWID;
