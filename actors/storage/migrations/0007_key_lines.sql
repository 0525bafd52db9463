-- Ready tasks with a concurrency key stand in line by key, out of the index of those without. A claim
-- takes the first of many lines at once: side by side in one narrow table, they are on a few pages,
-- where in an index by key each is on a page of its own as soon as lines are long.

-- The first of every line.
CREATE TABLE ready_keys (
  queue TEXT NOT NULL,
  pool TEXT NOT NULL,
  key TEXT NOT NULL,
  ready_order INTEGER NOT NULL,
  num INTEGER NOT NULL,
  -- How many rows of `ready_behind` are not behind it: left there when the line moved on, so that
  -- they are deleted together, which writes their page once.
  passed INTEGER NOT NULL CHECK (passed >= 0),
  PRIMARY KEY (queue, pool, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE ready_behind (
  queue TEXT NOT NULL,
  pool TEXT NOT NULL,
  key TEXT NOT NULL,
  ready_order INTEGER NOT NULL,
  num INTEGER NOT NULL,
  PRIMARY KEY (queue, pool, key, ready_order, num)
) STRICT, WITHOUT ROWID;

INSERT INTO ready_behind
  SELECT queue, ready_pool, concurrency_key, ready_order, num FROM tasks
  WHERE status = 'pending' AND concurrency_key IS NOT NULL
  ORDER BY queue, ready_pool, concurrency_key, ready_order, num;
INSERT INTO ready_keys
  SELECT queue, pool, key, ready_order, num, 1 FROM (
    SELECT *, row_number() OVER (PARTITION BY queue, pool, key ORDER BY ready_order, num) AS place
    FROM ready_behind
  ) WHERE place = 1;

DROP INDEX tasks_ready;
CREATE INDEX tasks_ready ON tasks (queue, ready_pool, ready_order)
  WHERE status = 'pending' AND concurrency_key IS NULL;
