-- What tasks of the same work share, where they were submitted to be the only one; NULL for all others,
-- which have no entry in the index. Found by it: the newest task of a hash in each status.
ALTER TABLE tasks ADD COLUMN unique_hash TEXT;
CREATE INDEX tasks_unique ON tasks (unique_hash, status, num) WHERE unique_hash IS NOT NULL;
