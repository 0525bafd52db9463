-- What starts work at given times. `spec` and the columns after it are JSON where they are TEXT.
CREATE TABLE schedules (
  name TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
  spec TEXT NOT NULL,
  paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
  decided_until INTEGER NOT NULL,
  buffered_at INTEGER,
  fired INTEGER NOT NULL CHECK (fired >= 0),
  missed INTEGER NOT NULL CHECK (missed >= 0),
  skipped INTEGER NOT NULL CHECK (skipped >= 0),
  refused INTEGER NOT NULL CHECK (refused >= 0),
  last_fired_at INTEGER,
  last_started TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row a decided tick: the primary key is why a tick fires once.
CREATE TABLE schedule_ticks (
  schedule TEXT NOT NULL,
  nominal_at INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('fired', 'skipped', 'refused', 'triggered')),
  decided_at INTEGER NOT NULL,
  started TEXT,
  error TEXT,
  PRIMARY KEY (schedule, nominal_at),
  CHECK ((outcome IN ('fired', 'triggered')) = (started IS NOT NULL)),
  CHECK ((outcome = 'refused') = (error IS NOT NULL))
) STRICT, WITHOUT ROWID;
