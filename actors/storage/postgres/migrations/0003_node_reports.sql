-- What each node says of itself, for the others to show. Beside its row and not in it: that one is written
-- with every renewal.
CREATE TABLE node_reports (
  node text COLLATE "C" PRIMARY KEY,
  -- Grows with each change, so that nobody is told again what it knows.
  revision bigint NOT NULL,
  report text NOT NULL
) WITH (fillfactor = 50);
