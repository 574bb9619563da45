-- Projections: dropped and made again by rebuild. Zones and the live feed's window stand here too.

CREATE TABLE progress (
    name TEXT PRIMARY KEY,
    lsn INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
