/** Situations on a real node, each with what explain has to say of it, over REST and the CLI. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { explanationAnswer, type ExplanationView } from "../../api/schema.ts";
import { runDtask } from "../support/cli_process.ts";
import { eventually } from "../support/eventually.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";

const MODULE = fileURLToPath(new URL("../support/task_modules/explained.ts", import.meta.url));
const LONG_MS = 600_000;
const ONCE = { maxAttempts: 1 };

/** The explanation of a task, which is of the documented form and names the task. */
async function explain(node: NodeProcess, id: string): Promise<ExplanationView> {
  const { status, body } = await node.fetchApi("GET", `/api/tasks/${id}/explain`);
  assert.equal(status, 200, JSON.stringify(body));
  const explanation = explanationAnswer.parse(body);
  assert.match(explanation.sentence, new RegExp(`^Task "${id}" .*[^.]\\.$`));
  return explanation;
}

/** Waits until a task is explained by `code`: dispatch takes its moment. */
function explainedBy(node: NodeProcess, id: string, code: string): Promise<ExplanationView> {
  let last: ExplanationView | null = null;
  return eventually(async () => {
    last = await explain(node, id);
    return last.code === code ? last : null;
  }, { what: `${id} is explained by ${code}` }).catch((error) => {
    throw new Error(`${id}: ${JSON.stringify(last)}`, { cause: error });
  });
}

function codes({ causes }: ExplanationView): readonly string[] {
  return causes.map(({ code }) => code);
}

async function setQueue(node: NodeProcess, name: string, settings: unknown): Promise<void> {
  const { status, body } = await node.fetchApi("PUT", `/api/queues/${name}`, settings);
  assert.equal(status, 200, JSON.stringify(body));
}

async function pause(node: NodeProcess, name: string): Promise<void> {
  const { status } = await node.fetchApi("POST", `/api/queues/${name}/pause`);
  assert.equal(status, 200);
}

Deno.test("explain names the true cause of waiting, whatever it is", async (t) => {
  await using node = await startNode({ args: ["--no-grpc", "--drain-ms", "50"] });
  const sleep = { method: "sleep", args: [LONG_MS] };
  await pause(node, "paused");

  await t.step("a queue that is paused", async () => {
    await submitTask(node, { id: "in-pause", method: "noop", queue: "paused" });
    const told = await explain(node, "in-pause");
    assert.deepEqual(codes(told), ["queue_paused"]);
    assert.match(told.change, /`dtask queues resume paused`/);
  });

  await t.step("a limit of the queue, and who takes it up", async () => {
    await setQueue(node, "narrow", { concurrency: 1 });
    await submitTask(node, { id: "narrow-1", ...sleep, queue: "narrow" });
    await submitTask(node, { id: "narrow-2", ...sleep, queue: "narrow" });
    await submitTask(node, { id: "narrow-3", ...sleep, queue: "narrow" });
    const told = await explainedBy(node, "narrow-3", "queue_concurrency");
    assert.deepEqual(codes(told), ["queue_concurrency", "behind_others"]);
    assert.match(told.sentence, /limit of 1 running task: task "narrow-1", running for/);
    assert.match(told.causes[1]?.sentence ?? "", /1 ready task of queue "narrow" goes first/);
  });

  await t.step("a limit of its concurrency key", async () => {
    await setQueue(node, "keyed", { keyConcurrency: 1 });
    const keyed = { ...sleep, queue: "keyed", concurrencyKey: "customer-7" };
    await submitTask(node, { id: "key-1", ...keyed });
    await explainedBy(node, "key-1", "running");
    await submitTask(node, { id: "key-2", ...keyed });
    const told = await explainedBy(node, "key-2", "key_concurrency");
    assert.deepEqual(codes(told), ["key_concurrency"]);
    assert.match(told.sentence, /"customer-7" in queue "keyed" .* task "key-1"/);
  });

  await t.step("a rate that is used up", async () => {
    await setQueue(node, "slow", { rateLimit: { limit: 1, perMs: LONG_MS } });
    await submitTask(node, { id: "rate-1", method: "noop", queue: "slow" });
    await awaitEnd(node, "rate-1");
    await submitTask(node, { id: "rate-2", method: "noop", queue: "slow" });
    const told = await explainedBy(node, "rate-2", "rate_limited");
    assert.deepEqual(codes(told), ["rate_limited"]);
    assert.ok(told.causes[0]?.code === "rate_limited");
    assert.ok(Date.parse(told.causes[0].details.nextAt) > Date.now());
  });

  await t.step("its time, which has not come", async () => {
    const runAt = new Date(Date.now() + LONG_MS).toISOString();
    await submitTask(node, { id: "later", method: "noop", runAt });
    const told = await explain(node, "later");
    assert.equal(told.code, "not_due");
    assert.deepEqual(told.details, { dueAt: runAt, expiresAt: null });
  });

  await t.step("a backoff after a failure", async () => {
    const retry = { maxAttempts: 3, backoff: "fixed", initialMs: LONG_MS, jitter: "none" };
    await submitTask(node, { id: "again", method: "fail", args: ["no route"], retry });
    const told = await explainedBy(node, "again", "backoff");
    assert.match(told.sentence, /failed in attempt 1 of 3 with "Error: no route"/);
  });

  await t.step("a dependency, and at the root of it a queue that is paused", async () => {
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
  });

  await t.step("the same on the command line", async () => {
    const data = ["--data", node.dataDir];
    const { code, out } = await runDtask("explain", "leaf", ...data);
    assert.equal(code, 0);
    assert.match(out, /^Task "leaf" waits for 2 of its 2 dependencies/);
    assert.match(out, /\n {2}root {2}middle ← in-pause {2}queue_paused {2}Task "in-pause" cannot/);
    const json = await runDtask("explain", "leaf", "--json", ...data);
    assert.equal(JSON.parse(json.out).code, "awaiting_dependencies");
    const none = await runDtask("explain", "nobody", ...data);
    assert.deepEqual([none.code, none.out], [1, ""]);
    assert.match(none.err, /Task "nobody" does not exist/);
  });
});

Deno.test("explain names what a task is doing, and how it ended", async (t) => {
  await using node = await startNode({
    args: ["--no-grpc", "--tasks", MODULE, "--drain-ms", "50"],
  });
  await pause(node, "paused");

  await t.step("running, with its progress", async () => {
    await submitTask(node, { id: "upload", method: "explained.upload" });
    const told = await eventually(async () => {
      const now = await explain(node, "upload");
      return now.code === "running" && now.details["progress"] !== null ? now : null;
    }, { what: "the upload shows its progress" });
    assert.match(told.sentence, /running on executor-\d+ of node .*40 % done \("uploading"\)\.$/);
    assert.match(told.change, /cut off at .*`dtask cancel upload`/);
  });

  await t.step("cancelled, but still running", async () => {
    await submitTask(node, { id: "stubborn", method: "explained.stubborn" });
    await explainedBy(node, "stubborn", "running");
    await node.fetchApi("POST", "/api/tasks/stubborn/cancel");
    assert.equal((await explain(node, "stubborn")).code, "cancelling");
  });

  await t.step("completed", async () => {
    await submitTask(node, { id: "sum", method: "add", args: [1, 2] });
    await awaitEnd(node, "sum");
    assert.match((await explain(node, "sum")).sentence, /completed at .* in attempt 1 of 5/);
  });

  await t.step("cancelled", async () => {
    await submitTask(node, { id: "unwanted", method: "noop", queue: "paused" });
    await node.fetchApi("POST", "/api/tasks/unwanted/cancel");
    const told = await explain(node, "unwanted");
    assert.equal(told.code, "cancelled");
    assert.match(told.sentence, /before it had started/);
  });

  await t.step("failed for good, and what depended on it skipped", async () => {
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
  });

  await t.step("skipped by a rule, and by that skip", async () => {
    const rule = { triggerRule: "one_failed", deps: ["sum"] };
    await submitTask(node, { id: "if-failed", method: "noop", ...rule });
    await submitTask(node, { id: "after", method: "noop", deps: ["if-failed"] });
    assert.equal((await explain(node, "if-failed")).code, "rule");
    const told = await explain(node, "after");
    assert.equal(told.code, "upstream_skipped");
    assert.match(told.sentence, /2 steps up the chain, task "sum" completed/);
  });
});

Deno.test("explain names what the node lacks", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "dtask-explain-" });
  const dataDir = join(folder, "data");
  const [rights, gone] = [join(folder, "rights.ts"), join(folder, "gone.ts")];
  const module = (name: string, more: string) =>
    `import { task } from "dtask";\ntask({ name: "${name}", ${more} async run() {} });\n`;
  await Deno.writeTextFile(rights, module("with-rights", `permissions: { env: ["HOME"] },`));
  await Deno.writeTextFile(gone, module("gone", ""));
  const args = ["--no-grpc", "--executors", "1", "--concurrency", "2", "--drain-ms", "20000"];
  try {
    await t.step("a free slot, one's turn, and the will to go on", async () => {
      const first = [...args, "--tasks", folder, "--allow-task-permissions"];
      const node = await startNode({ dataDir, args: first });
      try {
        await pause(node, "later");
        await submitTask(node, { id: "env", method: "with-rights", queue: "later" });
        await submitTask(node, { id: "lost", method: "gone", queue: "later" });
        const sleep = { method: "sleep", args: [LONG_MS] };
        for (const id of ["s-1", "s-2"]) {
          await submitTask(node, { id, ...sleep });
          await explainedBy(node, id, "running");
        }
        for (const id of ["s-3", "s-4"]) await submitTask(node, { id, ...sleep });
        const full = await explainedBy(node, "s-3", "no_free_slot");
        assert.match(
          full.sentence,
          /all 2 slots of pool "async" are taken by tasks "s-1" and "s-2"/,
        );
        const behind = await explain(node, "s-4");
        assert.deepEqual(codes(behind), ["behind_others", "no_free_slot"]);
        node.kill("SIGTERM");
        const draining = await explainedBy(node, "s-3", "draining");
        assert.match(draining.sentence, /is shutting down and starts nothing more/);
      } finally {
        node.kill();
        await node.status;
      }
    });

    await t.step("a right, and a method", async () => {
      const second = [...args, "--tasks", rights];
      await using node = await startNode({ dataDir, args: second });
      const paused = await explain(node, "lost");
      assert.deepEqual(codes(paused), ["unknown_method", "queue_paused"]);
      await node.fetchApi("POST", "/api/queues/later/resume");
      for (const id of ["s-1", "s-2", "s-3", "s-4"]) {
        await node.fetchApi("POST", `/api/tasks/${id}/cancel`);
      }
      const refused = await explainedBy(node, "env", "no_executor");
      assert.match(refused.sentence, /no executor has the rights of its pool "async\+env=/);
      assert.match(refused.change, /--allow-task-permissions/);
      const lost = await explain(node, "lost");
      assert.deepEqual(codes(lost), ["unknown_method"]);
      await submitTask(node, { id: "other", method: "noop", queue: "later" });
      await awaitEnd(node, "other");
      assert.equal((await explain(node, "lost")).status, "pending");
    });

    await t.step("nothing any more", async () => {
      const third = [...args, "--tasks", folder, "--allow-task-permissions"];
      await using node = await startNode({ dataDir, args: third });
      for (const id of ["env", "lost"]) {
        await awaitEnd(node, id);
        assert.equal((await explain(node, id)).code, "completed");
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
