import assert from "node:assert/strict";
import {
  SLOW_COMMIT_MS,
  type SlowCommitLine,
  SlowCommits,
} from "../../../actors/scheduler/slow_commits.ts";
import { openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";
import { CommitLoop, type CommitReport } from "../../../actors/scheduler/commit_loop.ts";
import { commitContext } from "../../support/commit_context.ts";

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
  const hint = "is the data folder's disk slow or shared?";
  assert.deepEqual(lines, [{ ms: 250, items: 4, what: "3 outcomes, 1 claims", unsaid: 0, hint }]);
});

Deno.test("slow commits to a shared database point there", () => {
  const hints: string[] = [];
  const warn = ({ hint }: SlowCommitLine) => hints.push(hint);
  new SlowCommits({ monotonic: () => 0, shared: true, warn }).note(REPORT);
  assert.deepEqual(hints, ["is the database busy, or the way to it slow?"]);
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
  const context = commitContext();
  const loop = new CommitLoop({
    store,
    context: () => context,
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
