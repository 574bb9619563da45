-- Projections: dropped and made again by rebuild. Zones and the live feed's window stand here too.

CREATE TABLE progress (
    name TEXT PRIMARY KEY,
    lsn INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE projected (
    kind INTEGER NOT NULL,
    key BLOB NOT NULL,
    unit BLOB NOT NULL,
    audience BLOB NOT NULL,
    at INTEGER NOT NULL,
    tag_a INTEGER,
    tag_b INTEGER,
    parent BLOB,
    text TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX projected_at ON projected (kind, at, key);
CREATE INDEX projected_parent ON projected (parent, kind, at) WHERE parent IS NOT NULL;

-- 7 is the kind of files, found by the first bytes of their hash.
CREATE INDEX projected_media ON projected (tag_a) WHERE kind = 7;
CREATE INDEX projected_thumb ON projected (tag_b) WHERE kind = 7;

CREATE VIRTUAL TABLE box USING rtree_i32 (lsn, west, east, south, north);

CREATE TABLE token (
    token TEXT NOT NULL,
    object BLOB NOT NULL,
    PRIMARY KEY (token, object)
) STRICT, WITHOUT ROWID;

CREATE INDEX token_object ON token (object);

CREATE TABLE live (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    unit BLOB NOT NULL,
    audience BLOB NOT NULL,
    event TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
