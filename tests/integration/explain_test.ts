/** Situations on a real node, each with what explain has to say of it, over REST and the CLI. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runDtask } from "../support/cli_process.ts";
import { eventually } from "../support/eventually.ts";
import { codes, explain, explainedBy, pauseQueue } from "../support/explanations.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";

const MODULE = fileURLToPath(new URL("../support/task_modules/explained.ts", import.meta.url));
const LONG_MS = 600_000;
const ONCE = { maxAttempts: 1 };

async function setQueue(node: NodeProcess, name: string, settings: unknown): Promise<void> {
  const { status, body } = await node.fetchApi("PUT", `/api/queues/${name}`, settings);
  assert.equal(status, 200, JSON.stringify(body));
}

/** A situation that is arranged on a node, and what is to be said of it. */
interface Situation {
  readonly name: string;
  readonly check: (node: NodeProcess) => Promise<void>;
}

const SLEEP = { method: "sleep", args: [LONG_MS] };

/** Why tasks wait; each may build on those before. */
const WAITING: readonly Situation[] = [
  {
    name: "a queue that is paused",
    check: async (node) => {
      await submitTask(node, { id: "in-pause", method: "noop", queue: "paused" });
      const told = await explain(node, "in-pause");
      assert.deepEqual(codes(told), ["queue_paused"]);
      assert.match(told.change, /`dtask queues resume paused`/);
    },
  },
  {
    name: "a limit of the queue, and who takes it up",
    check: async (node) => {
      await setQueue(node, "narrow", { concurrency: 1 });
      await submitTask(node, { id: "narrow-1", ...SLEEP, queue: "narrow" });
      await submitTask(node, { id: "narrow-2", ...SLEEP, queue: "narrow" });
      await submitTask(node, { id: "narrow-3", ...SLEEP, queue: "narrow" });
      const told = await explainedBy(node, "narrow-3", "queue_concurrency");
      assert.deepEqual(codes(told), ["queue_concurrency", "behind_others"]);
      assert.match(told.sentence, /limit of 1 running task: task "narrow-1", running for/);
      assert.match(told.causes[1]?.sentence ?? "", /1 ready task of queue "narrow" goes first/);
    },
  },
  {
    name: "a limit of its concurrency key",
    check: async (node) => {
      await setQueue(node, "keyed", { keyConcurrency: 1 });
      const keyed = { ...SLEEP, queue: "keyed", concurrencyKey: "customer-7" };
      await submitTask(node, { id: "key-1", ...keyed });
      await explainedBy(node, "key-1", "running");
      await submitTask(node, { id: "key-2", ...keyed });
      const told = await explainedBy(node, "key-2", "key_concurrency");
      assert.deepEqual(codes(told), ["key_concurrency"]);
      assert.match(told.sentence, /"customer-7" in queue "keyed" .* task "key-1"/);
    },
  },
  {
    name: "a rate that is used up",
    check: async (node) => {
      await setQueue(node, "slow", { rateLimit: { limit: 1, perMs: LONG_MS } });
      await submitTask(node, { id: "rate-1", method: "noop", queue: "slow" });
      await awaitEnd(node, "rate-1");
      await submitTask(node, { id: "rate-2", method: "noop", queue: "slow" });
      const told = await explainedBy(node, "rate-2", "rate_limited");
      assert.deepEqual(codes(told), ["rate_limited"]);
      assert.ok(told.causes[0]?.code === "rate_limited");
      assert.ok(Date.parse(told.causes[0].details.nextAt) > Date.now());
    },
  },
  {
    name: "its time, which has not come",
    check: async (node) => {
      const runAt = new Date(Date.now() + LONG_MS).toISOString();
      await submitTask(node, { id: "later", method: "noop", runAt });
      const told = await explain(node, "later");
      assert.equal(told.code, "not_due");
      assert.deepEqual(told.details, { dueAt: runAt, expiresAt: null });
    },
  },
  {
    name: "a backoff after a failure",
    check: async (node) => {
      const retry = { maxAttempts: 3, backoff: "fixed", initialMs: LONG_MS, jitter: "none" };
      await submitTask(node, { id: "again", method: "fail", args: ["no route"], retry });
      const told = await explainedBy(node, "again", "backoff");
      assert.match(told.sentence, /failed in attempt 1 of 3 with "Error: no route"/);
    },
  },
  {
    name: "a dependency, and at the root of it a queue that is paused",
    check: async (node) => {
      const middle = { method: "noop", deps: ["in-pause"] };
      await submitTask(node, { id: "middle", ...middle });
      await submitTask(node, { id: "leaf", method: "noop", deps: ["later", "middle"] });
      const told = await explain(node, "leaf");
      assert.equal(told.code, "awaiting_dependencies");
      assert.match(
        told.sentence,
        /waits for 2 of its 2 dependencies, tasks "later" and "middle"; 2 steps up the chain, task "in-pause" .* paused/,
      );
      assert.ok(told.causes[0]?.code === "awaiting_dependencies");
      const { roots } = told.causes[0].details;
      assert.deepEqual(roots.map(({ path, code }) => [path, code]), [
        [["middle", "in-pause"], "queue_paused"],
        [["later"], "not_due"],
      ]);
    },
  },
  {
    name: "the same on the command line",
    check: async (node) => {
      const data = ["--data", node.dataDir];
      const { code, out } = await runDtask("explain", "leaf", ...data);
      assert.equal(code, 0);
      assert.match(out, /^Task "leaf" waits for 2 of its 2 dependencies/);
      assert.match(
        out,
        /\n {2}root {2}middle ← in-pause {2}queue_paused {2}Task "in-pause" cannot/,
      );
      const json = await runDtask("explain", "leaf", "--json", ...data);
      assert.equal(JSON.parse(json.out).code, "awaiting_dependencies");
      const none = await runDtask("explain", "nobody", ...data);
      assert.deepEqual([none.code, none.out], [1, ""]);
      assert.match(none.err, /Task "nobody" does not exist/);
    },
  },
];

/** What tasks do, and how they ended. */
const DOING: readonly Situation[] = [
  {
    name: "running, with its progress",
    check: async (node) => {
      await submitTask(node, { id: "upload", method: "explained.upload" });
      const told = await eventually(async () => {
        const now = await explain(node, "upload");
        return now.code === "running" && now.details["progress"] !== null ? now : null;
      }, { what: "the upload shows its progress" });
      assert.match(told.sentence, /running on executor-\d+ of node .*40 % done \("uploading"\)\.$/);
      assert.match(told.change, /cut off at .*`dtask cancel upload`/);
    },
  },
  {
    name: "cancelled, but still running",
    check: async (node) => {
      await submitTask(node, { id: "stubborn", method: "explained.stubborn" });
      await explainedBy(node, "stubborn", "running");
      await node.fetchApi("POST", "/api/tasks/stubborn/cancel");
      assert.equal((await explain(node, "stubborn")).code, "cancelling");
    },
  },
  {
    name: "completed",
    check: async (node) => {
      await submitTask(node, { id: "sum", method: "add", args: [1, 2] });
      await awaitEnd(node, "sum");
      assert.match((await explain(node, "sum")).sentence, /completed at .* in attempt 1 of 5/);
    },
  },
  {
    name: "cancelled",
    check: async (node) => {
      await submitTask(node, { id: "unwanted", method: "noop", queue: "paused" });
      await node.fetchApi("POST", "/api/tasks/unwanted/cancel");
      const told = await explain(node, "unwanted");
      assert.equal(told.code, "cancelled");
      assert.match(told.sentence, /before it had started/);
    },
  },
  {
    name: "failed for good, and what depended on it skipped",
    check: async (node) => {
      const failures = {
        attempts_exhausted: { method: "fail", args: ["no route"], retry: ONCE },
        non_retryable: { method: "fail", args: ["no such thing", false] },
        invalid_input: { method: "sleep", args: ["long"] },
        timeout: { method: "sleep", args: [LONG_MS], timeoutMs: 30, retry: ONCE },
        expired: {
          method: "noop",
          queue: "paused",
          expiresAt: new Date(Date.now() + 50).toISOString(),
        },
      };
      for (const [reason, submission] of Object.entries(failures)) {
        await submitTask(node, { id: reason, ...submission });
        await awaitEnd(node, reason);
        const told = await explain(node, reason);
        assert.equal(told.code, reason);
        assert.match(told.change, new RegExp(`dtask retry ${reason}`));
      }
      await submitTask(node, { id: "child", method: "noop", deps: ["non_retryable"] });
      await submitTask(node, { id: "grandchild", method: "noop", deps: ["child", "sum"] });
      const told = await explain(node, "grandchild");
      assert.equal(told.code, "upstream_failed");
      assert.match(
        told.sentence,
        /because task "child" did not succeed; 2 steps up the chain, task "non_retryable" failed/,
      );
      assert.match(told.change, /`dtask retry non_retryable`/);
    },
  },
  {
    name: "skipped by a rule, and by that skip",
    check: async (node) => {
      const rule = { triggerRule: "one_failed", deps: ["sum"] };
      await submitTask(node, { id: "if-failed", method: "noop", ...rule });
      await submitTask(node, { id: "after", method: "noop", deps: ["if-failed"] });
      assert.equal((await explain(node, "if-failed")).code, "rule");
      const told = await explain(node, "after");
      assert.equal(told.code, "upstream_skipped");
      assert.match(told.sentence, /2 steps up the chain, task "sum" completed/);
    },
  },
];

Deno.test("explain names the true cause of waiting, whatever it is", async (t) => {
  await using node = await startNode({ args: ["--no-grpc", "--drain-ms", "50"] });
  await pauseQueue(node, "paused");
  for (const { name, check } of WAITING) await t.step(name, () => check(node));
});

Deno.test("explain names what a task is doing, and how it ended", async (t) => {
  await using node = await startNode({
    args: ["--no-grpc", "--tasks", MODULE, "--drain-ms", "50"],
  });
  await pauseQueue(node, "paused");
  for (const { name, check } of DOING) await t.step(name, () => check(node));
});
