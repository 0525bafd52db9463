-- What retention looks for: ended work by the time of its end. Tasks of a workflow go with it.
CREATE INDEX tasks_ended ON tasks (status, finished_at)
  WHERE finished_at IS NOT NULL AND workflow_num IS NULL;
CREATE INDEX workflows_ended ON workflows (status, finished_at) WHERE finished_at IS NOT NULL;
