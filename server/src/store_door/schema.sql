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
