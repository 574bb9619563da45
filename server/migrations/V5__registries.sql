-- Published versions of registries, each as its office signed it. They are no envelopes and stand in no log.

CREATE TABLE registry (
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    effective_from TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    publication BLOB NOT NULL,
    PRIMARY KEY (kind, number)
) STRICT, WITHOUT ROWID;
