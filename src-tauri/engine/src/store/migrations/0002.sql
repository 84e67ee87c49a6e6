-- What a source that reads by itself remembers: `position` and `source_seen` move only in the
-- transaction that appends the events they speak of.
ALTER TABLE source ADD COLUMN secrets TEXT NOT NULL DEFAULT '[]'; -- names of the secret fields that were saved
ALTER TABLE source ADD COLUMN position TEXT;
ALTER TABLE source ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN report TEXT;
ALTER TABLE source ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
-- The token before the last rotation, while it is still taken.
ALTER TABLE source ADD COLUMN old_token_sha256 BLOB;
ALTER TABLE source ADD COLUMN old_token_until INTEGER;

CREATE TABLE source_seen (
  source       INTEGER NOT NULL,
  id           TEXT NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (source, id)
) WITHOUT ROWID;
CREATE INDEX source_seen_at ON source_seen (source, at);

-- Input that is no event, kept for a person to look at.
CREATE TABLE source_unreadable (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  source       INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  place        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  bytes        BLOB NOT NULL,
  length       INTEGER NOT NULL
);
CREATE INDEX source_unreadable_source ON source_unreadable (source, id);
