-- The token bucket of every queue with a rate limit: how many starts it allowed at a time.
CREATE TABLE queue_rates (
  queue TEXT NOT NULL PRIMARY KEY,
  tokens REAL NOT NULL CHECK (tokens >= 0),
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO queue_rates SELECT name, rate_limit, 0 FROM queues WHERE rate_limit IS NOT NULL;
