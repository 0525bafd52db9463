-- The first schema. Times are epoch milliseconds. JSON columns are opaque to the database, but for
-- `task_inputs.spec`, in which listing looks for labels and `dependenciesOf` for dependencies.

-- What changes over a task's life, and what is looked for. Narrow on purpose: every claim and every
-- end rewrites a row, so that inputs and outcomes have tables of their own.
CREATE TABLE tasks (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  seq INTEGER NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  queue TEXT NOT NULL,
  method TEXT NOT NULL,
  pool TEXT NOT NULL,
  workflow_num INTEGER,
  concurrency_key TEXT,
  run INTEGER NOT NULL CHECK (run >= 0),
  attempt INTEGER NOT NULL CHECK (attempt BETWEEN 0 AND run),
  crashes INTEGER NOT NULL CHECK (crashes >= 0),
  alone INTEGER NOT NULL CHECK (alone IN (0, 1)),
  dep_total INTEGER NOT NULL,
  dep_succeeded INTEGER NOT NULL,
  dep_failed INTEGER NOT NULL,
  dep_skipped INTEGER NOT NULL,
  ready_order INTEGER,
  ready_pool TEXT,
  ready_at INTEGER,
  due_at INTEGER,
  expires_at INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  cancel_requested_at INTEGER,
  node TEXT,
  executor TEXT,
  incarnation TEXT,
  progress TEXT,
  CHECK (dep_succeeded >= 0 AND dep_failed >= 0 AND dep_skipped >= 0
    AND dep_succeeded + dep_failed + dep_skipped <= dep_total),
  -- The domain's table of statuses. `IN` is left for the rare ones: SQLite builds a set for it anew
  -- with every row, which made inserts a third slower.
  CHECK (CASE status
    WHEN 'scheduled' THEN reason IS NULL AND due_at IS NOT NULL
    WHEN 'blocked' THEN reason IS NULL
    WHEN 'pending' THEN ready_order IS NOT NULL AND ready_pool IS NOT NULL AND
      (reason IS NULL OR reason IN ('drain', 'crash', 'neighbour'))
    WHEN 'running' THEN reason IS NULL AND run > 0 AND executor IS NOT NULL
    WHEN 'completed' THEN reason IS NULL
    WHEN 'failed' THEN reason IS NOT NULL AND reason IN (
      'attempts_exhausted', 'non_retryable', 'timeout', 'expired', 'poison', 'invalid_input'
    )
    WHEN 'cancelled' THEN reason IS NULL
    WHEN 'skipped' THEN reason IS NOT NULL AND reason IN (
      'upstream_failed', 'upstream_skipped', 'rule'
    )
    ELSE false
  END)
) STRICT;

CREATE INDEX tasks_seq ON tasks (seq);
CREATE INDEX tasks_ready ON tasks (queue, ready_pool, concurrency_key, ready_order)
  WHERE status = 'pending';
CREATE INDEX tasks_due ON tasks (due_at) WHERE status = 'scheduled';
CREATE INDEX tasks_blocked ON tasks (method) WHERE status = 'blocked';
CREATE INDEX tasks_running ON tasks (queue, concurrency_key) WHERE status = 'running';
CREATE INDEX tasks_expiry ON tasks (expires_at)
  WHERE expires_at IS NOT NULL
    AND (status = 'scheduled' OR status = 'blocked' OR status = 'pending');
CREATE INDEX tasks_workflow ON tasks (workflow_num) WHERE workflow_num IS NOT NULL;

-- What was accepted. Written once, but for `args` at a retry with new input.
CREATE TABLE task_inputs (
  num INTEGER PRIMARY KEY,
  spec TEXT NOT NULL,
  args TEXT NOT NULL
) STRICT;

-- What came out of it; no row where nothing did.
CREATE TABLE task_outcomes (
  num INTEGER PRIMARY KEY,
  error TEXT,
  result TEXT
) STRICT;

CREATE TABLE edges (
  parent INTEGER NOT NULL,
  child INTEGER NOT NULL CHECK (child <> parent),
  PRIMARY KEY (parent, child)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  num INTEGER NOT NULL,
  run INTEGER NOT NULL CHECK (run > 0),
  attempt INTEGER NOT NULL CHECK (attempt BETWEEN 0 AND run),
  node TEXT NOT NULL,
  executor TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  outcome TEXT,
  error TEXT,
  PRIMARY KEY (num, run),
  CHECK ((finished_at IS NULL) = (outcome IS NULL)),
  CHECK (CASE outcome
    WHEN 'completed' THEN true
    WHEN 'threw' THEN true
    WHEN 'timeout' THEN true
    WHEN 'cancelled' THEN true
    WHEN 'given_back' THEN true
    WHEN 'crashed' THEN true
    ELSE outcome IS NULL
  END)
) STRICT, WITHOUT ROWID;

-- `line` counts from 1 inside a run; `body` is JSON of message and fields.
CREATE TABLE logs (
  num INTEGER NOT NULL,
  run INTEGER NOT NULL,
  line INTEGER NOT NULL,
  at INTEGER NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
  body TEXT NOT NULL,
  PRIMARY KEY (num, run, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE workflows (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  name TEXT,
  status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
  content_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  CHECK ((status = 'running') = (finished_at IS NULL))
) STRICT;

-- Maintained counters; a row at zero stays, because it is likely to be needed again.
CREATE TABLE workflow_counts (
  num INTEGER NOT NULL,
  status TEXT NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0),
  PRIMARY KEY (num, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE depths (
  queue TEXT NOT NULL,
  status TEXT NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0),
  PRIMARY KEY (queue, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE queues (
  name TEXT NOT NULL PRIMARY KEY,
  concurrency INTEGER CHECK (concurrency >= 0),
  rate_limit INTEGER CHECK (rate_limit > 0),
  rate_per_ms INTEGER CHECK (rate_per_ms > 0),
  weight INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 1000),
  key_concurrency INTEGER CHECK (key_concurrency >= 0),
  paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
  CHECK ((rate_limit IS NULL) = (rate_per_ms IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  key TEXT NOT NULL PRIMARY KEY,
  content_hash TEXT NOT NULL,
  id TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- Deletions that resuming event streams can still be told of; older ones are below the horizon.
CREATE TABLE tombstones (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL
) STRICT;

-- One row: the last numbers given, the stamp of the newest deletion that was forgotten, and how often
-- a writer has opened the database, which fences those before it.
CREATE TABLE counters (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  task_num INTEGER NOT NULL,
  workflow_num INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  tombstone_horizon INTEGER NOT NULL,
  writer INTEGER NOT NULL
) STRICT;
INSERT INTO counters VALUES (1, 0, 0, 0, 0, 0);
