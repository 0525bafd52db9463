import assert from "node:assert/strict";
import {
  SLOW_COMMIT_MS,
  type SlowCommitLine,
  SlowCommits,
} from "../../../actors/scheduler/slow_commits.ts";
import { openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";
import type { CommitContext } from "../../../actors/scheduler/commit.ts";
import { KeyCursors } from "../../../actors/scheduler/key_cursors.ts";
import { MethodTable } from "../../../actors/scheduler/method_table.ts";
import { QueueNames } from "../../../actors/scheduler/queue_names.ts";
import { QueueTable } from "../../../actors/scheduler/queue_table.ts";
import { ScheduleTable } from "../../../actors/scheduler/schedule_table.ts";
import { ResultCache } from "../../../actors/scheduler/result_cache.ts";
import { CommitLoop, type CommitReport } from "../../../actors/scheduler/commit_loop.ts";

const REPORT = {
  items: 4,
  stages: { outcomes: 3, control: 0, submissions: 0, claims: 1 },
  seconds: SLOW_COMMIT_MS / 1_000,
} as const;

Deno.test("slow commits are warned of with their length and what they were", () => {
  const lines: SlowCommitLine[] = [];
  const slow = new SlowCommits({ monotonic: () => 0, warn: (line) => lines.push(line) });
  slow.note({ ...REPORT, seconds: (SLOW_COMMIT_MS - 1) / 1_000 });
  assert.deepEqual(lines, []);
  slow.note(REPORT);
  assert.deepEqual(lines, [{ ms: 250, items: 4, what: "3 outcomes, 1 claims", unsaid: 0 }]);
});

Deno.test("slow commits get a line in ten seconds, which counts those left out", () => {
  let now = 0;
  const lines: SlowCommitLine[] = [];
  const slow = new SlowCommits({ monotonic: () => now, warn: (line) => lines.push(line) });
  for (; now < 30_000; now += 1_000) slow.note(REPORT);
  assert.deepEqual(lines.map(({ unsaid }) => unsaid), [0, 9, 9]);
});

Deno.test("commit loop reports how many items of each stage a commit had", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-commit-" });
  const store = await openSqliteStore({ dataDir });
  const reports: CommitReport[] = [];
  const loop = new CommitLoop({
    store,
    context: () => CONTEXT,
    onCommitted: (_, report) => reports.push(report),
    onFailed: (error) => {
      throw error;
    },
  });
  const echo = (_: unknown, work: readonly number[]) => Promise.resolve(work);
  const stages = ["submissions", "claims", "submissions"] as const;
  await Promise.all(stages.map((stage, work) => loop.submit(stage, echo, { work })));
  assert.deepEqual(reports.map(({ items, stages }) => ({ items, stages })), [
    { items: 3, stages: { outcomes: 0, control: 0, submissions: 2, claims: 1 } },
  ]);
  await store.close();
  await Deno.remove(dataDir, { recursive: true });
});

const CONTEXT: CommitContext = {
  node: "n-1",
  methods: new MethodTable([], { allowPermissions: false }),
  queueNames: new QueueNames({ stored: [], always: [] }),
  queues: new QueueTable([]),
  cursors: new KeyCursors(),
  schedules: new ScheduleTable([]),
  results: new ResultCache({ maxBytes: 1 }),
  random: () => 0.5,
};
