-- The lists in which an object is shown hold its home too: the list of its genesis.

INSERT INTO shown (object, unit, audience)
SELECT e.object, f.unit, f.audience FROM envelope e JOIN feed f ON f.no = e.feed
WHERE e.object = substr(e.id, 2, 16) AND e.standing <> 2 AND e.kind NOT IN (13, 14)
ON CONFLICT (object, unit, audience) DO NOTHING;

-- To which units each device was told that it belongs, and since when it knows.
CREATE TABLE told (
    device BLOB PRIMARY KEY,
    units BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
