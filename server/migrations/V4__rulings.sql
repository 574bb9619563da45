-- By which verdict the office decided last whether an envelope stands: found also before the envelope comes.

CREATE TABLE ruling (
    envelope BLOB PRIMARY KEY,
    verdict INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A verdict is an array of five: 1, the envelope, the ruling (2 refuse, 3 release), the reason, a note.
INSERT INTO ruling (envelope, verdict)
SELECT substr(body, 5, 33), max(lsn) FROM envelope
WHERE kind = 11 AND standing <> 2 AND substr(body, 1, 4) = x'85015821'
  AND (substr(body, 38, 1) = x'03' OR substr(body, 38, 2) = x'0200')
GROUP BY substr(body, 5, 33);
