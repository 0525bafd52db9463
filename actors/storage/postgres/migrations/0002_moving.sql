-- Moving over from SQLite: one row, from the moment in which that began.
CREATE TABLE moving (
  one smallint PRIMARY KEY CHECK (one = 1),
  -- Where it comes from, for people; and what tells whether it is that same one again.
  source text NOT NULL,
  fingerprint text NOT NULL,
  began_at bigint NOT NULL,
  finished_at bigint,
  -- JSON: what was moved, once it is finished.
  report text,
  CHECK ((finished_at IS NULL) = (report IS NULL))
);

-- How far it has come: rows up to the key `after`, which is JSON, are there.
CREATE TABLE moving_tables (
  name text PRIMARY KEY,
  after text NOT NULL,
  rows bigint NOT NULL
);

-- No node starts on a part of the data. By a trigger, so that no version of the program gets by.
CREATE FUNCTION refuse_nodes_while_moving() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  unfinished text;
BEGIN
  SELECT source INTO unfinished FROM moving WHERE finished_at IS NULL;
  IF FOUND THEN
    RAISE EXCEPTION 'the migration from % to the database is not finished; run the same '
      '"dtask migrate" again, which goes on where it stopped', unfinished USING ERRCODE = 'DTMOV';
  END IF;
  RETURN NEW;
END;
$$;
CREATE TRIGGER nodes_while_moving BEFORE INSERT ON nodes
  FOR EACH ROW EXECUTE FUNCTION refuse_nodes_while_moving();
