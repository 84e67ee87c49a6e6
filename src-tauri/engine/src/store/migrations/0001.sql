-- One row a block of events; blocks are appended only and have no gaps between them.
CREATE TABLE journal_block (
  first_seq    INTEGER PRIMARY KEY,
  last_seq     INTEGER NOT NULL,
  source       INTEGER NOT NULL,
  source_total INTEGER NOT NULL,   -- events of this source up to and including this block
  accepted_at  INTEGER NOT NULL,
  crc          INTEGER NOT NULL,
  bytes        INTEGER NOT NULL,   -- length of data
  data         BLOB NOT NULL       -- lz4: count, lengths, events
);
CREATE INDEX journal_block_source ON journal_block (source, first_seq);

-- What must outlive pruned blocks, the number of the next configuration, and the like.
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counter VALUES ('last_seq', 0), ('revision', 0);

CREATE TABLE source (
  number       INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,
  name         TEXT NOT NULL UNIQUE COLLATE NOCASE,
  kind         TEXT NOT NULL,
  details      TEXT NOT NULL,
  token_sha256 BLOB,
  token_saved  INTEGER NOT NULL DEFAULT 0,
  paused_at    INTEGER,
  deleted_at   INTEGER,
  created_at   INTEGER NOT NULL,
  total        INTEGER NOT NULL DEFAULT 0,
  largest      INTEGER NOT NULL DEFAULT 0,
  last_event_at INTEGER,
  last_refusal TEXT,
  listen       TEXT,
  problem      TEXT
);

CREATE TABLE stream (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL UNIQUE COLLATE NOCASE,
  provider     TEXT NOT NULL,
  source       TEXT,
  details      TEXT NOT NULL,
  secrets      TEXT NOT NULL,      -- names of the secret fields that were saved
  endpoint     TEXT NOT NULL,
  verified     INTEGER NOT NULL,
  paused_at    INTEGER,
  retry_asked  INTEGER NOT NULL DEFAULT 0,
  created_at   INTEGER NOT NULL,
  revision     INTEGER NOT NULL
);

CREATE TABLE cursor (
  stream       TEXT PRIMARY KEY REFERENCES stream (id) ON DELETE CASCADE,
  next_seq     INTEGER NOT NULL,
  position     INTEGER NOT NULL,   -- events of its sources before next_seq
  epoch        INTEGER NOT NULL DEFAULT 0, -- grows when a person moves the cursor
  delivered    INTEGER NOT NULL DEFAULT 0,
  last_delivered_at INTEGER,
  state        TEXT NOT NULL DEFAULT 'ready',
  state_since  INTEGER NOT NULL,
  tries        INTEGER NOT NULL DEFAULT 0,
  next_try_at  INTEGER,
  problem      TEXT,
  problem_at   INTEGER
) WITHOUT ROWID;

CREATE TABLE attempt (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  stream       TEXT NOT NULL REFERENCES stream (id) ON DELETE CASCADE,
  at           INTEGER NOT NULL,
  outcome      TEXT NOT NULL,
  status       INTEGER,
  reason       TEXT NOT NULL,
  first_seq    INTEGER NOT NULL,
  last_seq     INTEGER NOT NULL,
  events       INTEGER NOT NULL,
  bytes        INTEGER NOT NULL,
  latency_ms   INTEGER NOT NULL,
  attempt      INTEGER NOT NULL,
  sample       INTEGER NOT NULL,
  set_aside    INTEGER NOT NULL,
  next_try_at  INTEGER,
  problem      TEXT,
  exchange     TEXT NOT NULL
);
CREATE INDEX attempt_stream ON attempt (stream, id);

CREATE TABLE set_aside (
  stream       TEXT NOT NULL REFERENCES stream (id) ON DELETE CASCADE,
  seq          INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  reason       TEXT NOT NULL,
  queued       INTEGER NOT NULL DEFAULT 0,
  event        BLOB NOT NULL,
  PRIMARY KEY (stream, seq)
) WITHOUT ROWID;

-- What happened in a span of time; width 60 or 900 seconds, owner a stream's or source's id.
CREATE TABLE stat (
  owner        TEXT NOT NULL,
  width        INTEGER NOT NULL,
  start        INTEGER NOT NULL,
  delivered    INTEGER NOT NULL,
  refused      INTEGER NOT NULL,
  set_aside    INTEGER NOT NULL,
  worst        INTEGER,
  latency      BLOB NOT NULL,
  PRIMARY KEY (owner, width, start)
) WITHOUT ROWID;

CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
