-- Which events a stream takes and what is redacted before they leave, as JSON.
ALTER TABLE stream ADD COLUMN filter TEXT NOT NULL DEFAULT '{"conditions":[]}';
ALTER TABLE stream ADD COLUMN redaction TEXT NOT NULL DEFAULT '{"rules":[]}';
ALTER TABLE cursor ADD COLUMN filtered INTEGER NOT NULL DEFAULT 0; -- events its filter kept out

-- What a stream took, from one event on until the next row; written by whoever delivers, so it
-- holds for events before the cursor.
CREATE TABLE stream_span (
  stream       TEXT NOT NULL REFERENCES stream (id) ON DELETE CASCADE,
  from_seq     INTEGER NOT NULL,
  skipped      INTEGER NOT NULL,   -- passed over by a person's decision
  source       TEXT,
  filter       TEXT NOT NULL,
  PRIMARY KEY (stream, from_seq)
) WITHOUT ROWID;

-- Streams that were made before began with the first event after that.
INSERT INTO stream_span (stream, from_seq, skipped, source, filter)
  SELECT stream.id,
         coalesce((SELECT min(first_seq) FROM journal_block WHERE accepted_at >= stream.created_at),
                  cursor.next_seq),
         0, stream.source, '{"conditions":[]}'
  FROM stream JOIN cursor ON cursor.stream = stream.id;

-- Failed events that a person deleted.
CREATE TABLE discarded (
  stream       TEXT NOT NULL REFERENCES stream (id) ON DELETE CASCADE,
  seq          INTEGER NOT NULL,
  PRIMARY KEY (stream, seq)
) WITHOUT ROWID;
