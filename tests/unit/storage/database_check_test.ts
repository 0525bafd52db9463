import assert from "node:assert/strict";
import {
  inspectDatabase,
  UnsoundDatabaseError,
} from "../../../actors/storage/sqlite/database_check.ts";
import { databaseFile } from "../../../actors/storage/sqlite/mod.ts";
import { LIVELY, makeLivelyFolder, tamper } from "../../support/lively_folder.ts";

Deno.test("database_check finds nothing wrong with a store in the midst of work", async () => {
  await using folder = await makeLivelyFolder();
  const { tasks, live } = inspectDatabase(databaseFile(folder.dataDir));
  assert.deepEqual({ tasks, live }, LIVELY);
});

/** What can be wrong with the rows, and the words for it. */
const DAMAGES: readonly (readonly [name: string, sql: string, told: RegExp])[] = [
  [
    "a task without input",
    "DELETE FROM task_inputs WHERE num = (SELECT num FROM tasks WHERE id = 'waiting')",
    /1 tasks without their input, for example "waiting"/,
  ],
  [
    "a run without a task",
    "INSERT INTO runs VALUES (99, 1, 1, 'n', 'e', 1, 2, 'completed', NULL)",
    /1 rows of runs without their task, for example "num 99"/,
  ],
  [
    "an edge to a task that is not there",
    "INSERT INTO edges SELECT 99, num FROM tasks WHERE id = 'done'",
    /1 dependencies on or of tasks that do not exist, for example "99 to \d"/,
  ],
  [
    "a count of dependencies",
    "UPDATE tasks SET dep_succeeded = dep_succeeded - 1 WHERE id = 'leaf'",
    /1 waiting tasks that count their dependencies wrongly, for example "leaf"/,
  ],
  [
    "a result of a task that has not ended",
    "INSERT INTO task_outcomes SELECT num, NULL, '3' FROM tasks WHERE id = 'waiting'",
    /1 tasks with a result that have not completed, for example "waiting"/,
  ],
  [
    "an outcome of a running task",
    "INSERT INTO task_outcomes SELECT num, '{}', NULL FROM tasks WHERE status = 'running'",
    /1 running tasks with an outcome/,
  ],
  [
    "an end without a time",
    "UPDATE tasks SET finished_at = NULL WHERE id = 'done'",
    /1 tasks whose end and status disagree, for example "done"/,
  ],
  [
    "a running task whose run has ended",
    "UPDATE runs SET finished_at = 1, outcome = 'crashed' WHERE finished_at IS NULL",
    /1 running tasks without an open run/,
  ],
  [
    "a run that nobody will end",
    "UPDATE runs SET finished_at = NULL, outcome = NULL " +
    "WHERE num = (SELECT num FROM tasks WHERE id = 'done')",
    /1 open runs that are not their task's current one, for example "done run 1"/,
  ],
  [
    "a missing run",
    "DELETE FROM runs WHERE num = (SELECT num FROM tasks WHERE id = 'broken')",
    /1 tasks whose runs are not all on record, for example "broken"/,
  ],
  [
    "a completed task whose run threw",
    "UPDATE runs SET outcome = 'threw' WHERE outcome = 'completed'",
    /1 completed tasks whose last run did not, for example "done"/,
  ],
  [
    "a workflow that is gone",
    "DELETE FROM workflows",
    /2 tasks of workflows that do not exist, for example "leaf"/,
  ],
  [
    "a workflow that ended too early",
    "UPDATE workflows SET status = 'completed', finished_at = 1",
    /1 workflows whose status is not that of their tasks, for example "flow"/,
  ],
  [
    "a depth of a queue",
    "UPDATE depths SET count = count + 1 WHERE status = 'pending'",
    /1 counters of queues that a recount contradicts, .* "default pending: kept 2, counted 1"/,
  ],
  [
    "a missing count of a workflow",
    "DELETE FROM workflow_counts WHERE status = 'blocked'",
    /1 counters of workflows that a recount contradicts, .* "1 blocked: kept 0, counted 1"/,
  ],
  [
    "a count of dead letters",
    "INSERT INTO dead_letter_counts VALUES ('mail', 'timeout', 1)",
    /1 counters of dead letters that a recount contradicts, .* "mail timeout: kept 1, counted 0"/,
  ],
  [
    "a ready task that is in no line",
    "UPDATE tasks SET concurrency_key = 'k' WHERE id = 'waiting'",
    /1 tasks that are ready and not in the line of their key, .* "waiting"/,
  ],
  [
    "somebody in a line who is not ready",
    "INSERT INTO ready_keys SELECT queue, 'async', 'k', 1, num, 0 FROM tasks WHERE id = 'done'",
    /1 tasks that are ready and not in the line of their key, .* "done"/,
  ],
  [
    "a line that nobody heads",
    "INSERT INTO ready_behind VALUES ('mail', 'async', 'k', 1, 99)",
    /1 lines of keys that count wrongly .* "mail k async: kept 0, counted 1"/,
  ],
  [
    "a number that would be given out again",
    "UPDATE counters SET task_num = 2",
    /1 numbers in use that are still to be given out/,
  ],
];

for (const [name, sql, told] of DAMAGES) {
  Deno.test(`database_check finds ${name}`, async () => {
    await using folder = await makeLivelyFolder();
    const file = databaseFile(folder.dataDir);
    tamper(file, sql);
    assert.throws(() => inspectDatabase(file), (error) => {
      assert.ok(error instanceof UnsoundDatabaseError);
      assert.match(error.message, told);
      return true;
    });
  });
}

Deno.test("database_check knows a database of another program", async () => {
  const file = await Deno.makeTempFile({ suffix: ".db" });
  tamper(file, "CREATE TABLE tasks (id TEXT)");
  assert.throws(() => inspectDatabase(file), /is no database of dtask/);
  await Deno.remove(file);
});
