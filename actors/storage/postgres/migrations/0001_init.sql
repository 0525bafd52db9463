-- The first schema. Times are epoch milliseconds by the database's clock. JSON is kept as text, opaque to
-- the database. Texts that are compared or ordered are so byte by byte (COLLATE "C"), whatever the
-- database's language.

-- What changes over a task's life, and what is looked for. An UPDATE that ends a task moves its row from
-- one partition to the other, so that history, however long, makes no claim slower, and the live part
-- is small enough to be vacuumed while it is worked off.
--
-- `seq` is the stamp of the last change: 32,768 × the transaction's id + a count. Transactions commit in
-- another order than their ids have, so whoever follows changes reads up to `pg_snapshot_xmin` alone.
CREATE TABLE tasks (
  num bigint NOT NULL,
  ended boolean NOT NULL,
  seq bigint NOT NULL,
  status text COLLATE "C" NOT NULL,
  reason text COLLATE "C",
  queue text COLLATE "C" NOT NULL,
  method text COLLATE "C" NOT NULL,
  pool text COLLATE "C" NOT NULL,
  workflow_num bigint,
  concurrency_key text COLLATE "C",
  run integer NOT NULL CHECK (run >= 0),
  attempt integer NOT NULL,
  crashes integer NOT NULL CHECK (crashes >= 0),
  alone smallint NOT NULL CHECK (alone IN (0, 1)),
  dep_total integer NOT NULL,
  dep_succeeded integer NOT NULL,
  dep_failed integer NOT NULL,
  dep_skipped integer NOT NULL,
  ready_order bigint,
  ready_pool text COLLATE "C",
  ready_at bigint,
  due_at bigint,
  expires_at bigint,
  created_at bigint NOT NULL,
  started_at bigint,
  finished_at bigint,
  cancel_requested_at bigint,
  discarded_at bigint CHECK (discarded_at IS NULL OR status = 'failed'),
  node text COLLATE "C",
  executor text COLLATE "C",
  incarnation text COLLATE "C",
  progress text,
  unique_hash text COLLATE "C",
  CHECK (attempt BETWEEN 0 AND run),
  CHECK (dep_succeeded >= 0 AND dep_failed >= 0 AND dep_skipped >= 0
    AND dep_succeeded + dep_failed + dep_skipped <= dep_total),
  -- The domain's table of statuses.
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
  END),
  CHECK (ended = (status IN ('completed', 'failed', 'cancelled', 'skipped')))
) PARTITION BY LIST (ended);

CREATE TABLE tasks_live PARTITION OF tasks FOR VALUES IN (false) WITH (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0.2,
  autovacuum_vacuum_cost_delay = 0,
  -- It grows again at once: giving room back would only lock it.
  vacuum_truncate = off
);
CREATE TABLE tasks_ended PARTITION OF tasks FOR VALUES IN (true) WITH (
  autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_vacuum_insert_scale_factor = 0.1
);

ALTER TABLE tasks_live ADD PRIMARY KEY (num);
CREATE INDEX tasks_live_seq ON tasks_live (seq);
CREATE INDEX tasks_live_ready
  ON tasks_live (queue, ready_pool, concurrency_key, ready_order, num) WHERE status = 'pending';
CREATE INDEX tasks_live_due ON tasks_live (due_at, num) WHERE status = 'scheduled';
CREATE INDEX tasks_live_blocked ON tasks_live (method) WHERE status = 'blocked';
CREATE INDEX tasks_live_running ON tasks_live (queue, concurrency_key) WHERE status = 'running';
CREATE INDEX tasks_live_expiry ON tasks_live (expires_at, num)
  WHERE expires_at IS NOT NULL AND status <> 'running';
CREATE INDEX tasks_live_workflow ON tasks_live (workflow_num, num) WHERE workflow_num IS NOT NULL;
CREATE INDEX tasks_live_unique ON tasks_live (unique_hash, status, num)
  WHERE unique_hash IS NOT NULL;

ALTER TABLE tasks_ended ADD PRIMARY KEY (num);
CREATE INDEX tasks_ended_seq ON tasks_ended (seq);
CREATE INDEX tasks_ended_finished ON tasks_ended (status, finished_at, num)
  WHERE workflow_num IS NULL;
CREATE INDEX tasks_ended_dead ON tasks_ended (num)
  WHERE status = 'failed' AND discarded_at IS NULL;
CREATE INDEX tasks_ended_workflow ON tasks_ended (workflow_num, num)
  WHERE workflow_num IS NOT NULL;
CREATE INDEX tasks_ended_unique ON tasks_ended (unique_hash, status, num)
  WHERE unique_hash IS NOT NULL;

-- What was accepted; it stays where it is when the task ends, which makes `id` unique over both parts.
-- Written once, but for `args` at a retry with new input. Each of `labels` is the JSON of [key, value].
CREATE TABLE task_inputs (
  num bigint PRIMARY KEY,
  id text COLLATE "C" NOT NULL CONSTRAINT task_id_taken UNIQUE CHECK (id <> ''),
  dep_nums bigint[] NOT NULL,
  labels text[] COLLATE "C" NOT NULL,
  spec text NOT NULL,
  args text NOT NULL
);

-- What came out of it; no row where nothing did.
CREATE TABLE task_outcomes (
  num bigint PRIMARY KEY,
  error text,
  result text
) WITH (fillfactor = 90);

CREATE TABLE edges (
  parent bigint NOT NULL,
  child bigint NOT NULL CHECK (child <> parent),
  PRIMARY KEY (parent, child)
);

-- A run's end is written into the page of its start, without touching the index.
CREATE TABLE runs (
  num bigint NOT NULL,
  run integer NOT NULL CHECK (run > 0),
  attempt integer NOT NULL,
  node text NOT NULL,
  executor text NOT NULL,
  started_at bigint NOT NULL,
  finished_at bigint,
  outcome text,
  error text,
  PRIMARY KEY (num, run),
  CHECK (attempt BETWEEN 0 AND run),
  CHECK ((finished_at IS NULL) = (outcome IS NULL)),
  CHECK (outcome IN ('completed', 'threw', 'timeout', 'cancelled', 'given_back', 'crashed'))
) WITH (fillfactor = 50);

-- `line` counts from 1 inside a run; `body` is JSON of message and fields.
CREATE TABLE logs (
  num bigint NOT NULL,
  run integer NOT NULL,
  line integer NOT NULL,
  at bigint NOT NULL,
  level text NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
  body text NOT NULL,
  PRIMARY KEY (num, run, line)
);

CREATE TABLE workflows (
  num bigint PRIMARY KEY,
  id text COLLATE "C" NOT NULL CONSTRAINT workflow_id_taken UNIQUE CHECK (id <> ''),
  name text,
  status text COLLATE "C" NOT NULL
    CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
  content_hash text NOT NULL,
  created_at bigint NOT NULL,
  finished_at bigint,
  CHECK ((status = 'running') = (finished_at IS NULL))
);
CREATE INDEX workflows_ended ON workflows (status, finished_at, num)
  WHERE finished_at IS NOT NULL;

-- Maintained counters. Of a workflow there is one row: transactions that end tasks of the same workflow
-- have to wait for each other, because the last of them closes it.
CREATE TABLE workflow_counts (
  num bigint PRIMARY KEY,
  scheduled integer NOT NULL CHECK (scheduled >= 0),
  blocked integer NOT NULL CHECK (blocked >= 0),
  pending integer NOT NULL CHECK (pending >= 0),
  running integer NOT NULL CHECK (running >= 0),
  completed integer NOT NULL CHECK (completed >= 0),
  failed integer NOT NULL CHECK (failed >= 0),
  cancelled integer NOT NULL CHECK (cancelled >= 0),
  skipped integer NOT NULL CHECK (skipped >= 0)
) WITH (fillfactor = 50);

-- Of a queue each node counts in rows of its own slot, so that nobody waits; only the sum over the slots
-- means anything, and a slot's share of it may be negative.
CREATE TABLE depths (
  slot integer NOT NULL,
  queue text COLLATE "C" NOT NULL,
  scheduled bigint NOT NULL,
  blocked bigint NOT NULL,
  pending bigint NOT NULL,
  running bigint NOT NULL,
  completed bigint NOT NULL,
  failed bigint NOT NULL,
  cancelled bigint NOT NULL,
  skipped bigint NOT NULL,
  PRIMARY KEY (slot, queue)
) WITH (fillfactor = 50);

CREATE TABLE dead_letter_counts (
  slot integer NOT NULL,
  queue text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (slot, queue, reason)
) WITH (fillfactor = 50);

CREATE TABLE queues (
  name text COLLATE "C" PRIMARY KEY,
  concurrency integer CHECK (concurrency >= 0),
  rate_limit integer CHECK (rate_limit > 0),
  rate_per_ms bigint CHECK (rate_per_ms > 0),
  weight integer NOT NULL CHECK (weight BETWEEN 1 AND 1000),
  key_concurrency integer CHECK (key_concurrency >= 0),
  paused smallint NOT NULL CHECK (paused IN (0, 1)),
  CHECK ((rate_limit IS NULL) = (rate_per_ms IS NULL))
);

-- The token bucket of every queue with a rate limit; changed only by who has locked the queue's row.
CREATE TABLE queue_rates (
  queue text COLLATE "C" PRIMARY KEY,
  tokens double precision NOT NULL CHECK (tokens >= 0),
  at bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE idempotency (
  key text COLLATE "C" PRIMARY KEY,
  content_hash text NOT NULL,
  id text NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- What starts work at given times. `spec`, `last_started`, `started` and `error` are JSON.
CREATE TABLE schedules (
  name text COLLATE "C" PRIMARY KEY CHECK (name <> ''),
  spec text NOT NULL,
  paused smallint NOT NULL CHECK (paused IN (0, 1)),
  decided_until bigint NOT NULL,
  buffered_at bigint,
  fired bigint NOT NULL CHECK (fired >= 0),
  missed bigint NOT NULL CHECK (missed >= 0),
  skipped bigint NOT NULL CHECK (skipped >= 0),
  refused bigint NOT NULL CHECK (refused >= 0),
  last_fired_at bigint,
  last_started text,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);

-- One row a decided tick: the primary key is why a tick fires once.
CREATE TABLE schedule_ticks (
  schedule text COLLATE "C" NOT NULL,
  nominal_at bigint NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('fired', 'skipped', 'refused', 'triggered')),
  decided_at bigint NOT NULL,
  started text,
  error text,
  PRIMARY KEY (schedule, nominal_at),
  CHECK ((outcome IN ('fired', 'triggered')) = (started IS NOT NULL)),
  CHECK ((outcome = 'refused') = (error IS NOT NULL))
);

-- Deletions that resuming event streams can still be told of; older ones are below the horizon.
-- `place` counts them, so that nobody has to, to know whether there are too many.
CREATE TABLE tombstones (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  seq bigint NOT NULL,
  id text NOT NULL
);
CREATE INDEX tombstones_seq ON tombstones (seq);
-- One row: the stamp of the newest deletion that was forgotten.
CREATE TABLE tombstone_horizon (
  one smallint PRIMARY KEY CHECK (one = 1),
  seq bigint NOT NULL
);
INSERT INTO tombstone_horizon VALUES (1, 0);
-- One row: what stamps have beyond what transaction ids make of them. Those begin anew where the data is
-- restored from a dump, or comes from another database; stamps go on.
CREATE TABLE stamp_base (
  one smallint PRIMARY KEY CHECK (one = 1),
  base bigint NOT NULL CHECK (base >= 0)
);
INSERT INTO stamp_base VALUES (1, 0);

-- Nums grow roughly with time, over all nodes.
CREATE SEQUENCE task_nums;
CREATE SEQUENCE workflow_nums;

-- Takes `amount` numbers in a row from a sequence and gives the first. Sequences know no such thing, so
-- callers take turns, for as long as this runs and no longer.
CREATE FUNCTION allocate_nums(sequence text, amount bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  first bigint;
BEGIN
  PERFORM pg_advisory_lock(hashtext('dtask.nums'), hashtext(sequence));
  first := nextval(sequence::regclass);
  IF amount > 1 THEN
    PERFORM setval(sequence::regclass, first + amount - 1);
  END IF;
  PERFORM pg_advisory_unlock(hashtext('dtask.nums'), hashtext(sequence));
  RETURN first;
END;
$$;

-- The members, one row an incarnation; `address`, `load` and `methods` are JSON. Every write transaction of a node share-locks its own row FOR KEY
-- SHARE, which renewals don't disturb; whoever declares a node lost locks the row FOR UPDATE first, so
-- that such a declaration and a late commit of that node can't both succeed.
CREATE TABLE nodes (
  id text COLLATE "C" PRIMARY KEY,
  slot integer NOT NULL CHECK (slot BETWEEN 0 AND 63),
  version text NOT NULL,
  address text NOT NULL,
  load text NOT NULL,
  methods text NOT NULL,
  methods_count integer NOT NULL,
  methods_hash text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('active', 'suspect', 'lost', 'left')),
  started_at bigint NOT NULL,
  renewed_at bigint NOT NULL,
  marked_at bigint,
  -- True once nothing is left of the runs of a node that is gone.
  reclaimed boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);
-- A slot belongs to one live node at a time.
CREATE UNIQUE INDEX nodes_slot ON nodes (slot) WHERE state IN ('active', 'suspect');

-- One row a writer: the mark of its last transaction, by which it finds out whether that stands.
CREATE TABLE commit_marks (
  writer text COLLATE "C" PRIMARY KEY,
  mark text NOT NULL
) WITH (fillfactor = 25);

-- One row: who leads, until when, and for the how manieth time somebody does.
CREATE TABLE leadership (
  one smallint PRIMARY KEY CHECK (one = 1),
  term bigint NOT NULL,
  node text COLLATE "C",
  until bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO leadership VALUES (1, 0, NULL, 0);
