-- A failed task waits as a dead letter until somebody sends it round again or discards it.
ALTER TABLE tasks ADD COLUMN discarded_at INTEGER
  CHECK (discarded_at IS NULL OR status = 'failed');
CREATE INDEX tasks_dead ON tasks (num) WHERE status = 'failed' AND discarded_at IS NULL;

-- Maintained, for the metric.
CREATE TABLE dead_letter_counts (
  queue TEXT NOT NULL,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0),
  PRIMARY KEY (queue, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO dead_letter_counts
  SELECT queue, reason, count(*) FROM tasks WHERE status = 'failed' GROUP BY queue, reason;
