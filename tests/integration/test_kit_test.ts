import assert from "node:assert/strict";
import { NonRetryableError, task, TaskOutcomeError, testNode } from "../../mod.ts";

const NINE = new Date("2026-03-01T09:00:00Z");
const seen: string[] = [];
let calls = 0;

const flaky = task({
  name: "kit.flaky",
  retry: { maxAttempts: 5, initialMs: 60_000, jitter: "none" },
  run([failures], ctx) {
    seen.push(`${ctx.attempt} at ${new Date().toISOString()}`);
    ctx.log.info("trying", { attempt: ctx.attempt });
    if (calls++ < Number(failures)) throw new Error("not yet");
    return `after ${calls}`;
  },
});
const refused = task({
  name: "kit.refused",
  run: () => {
    throw new NonRetryableError("never");
  },
});
const slow = task({
  name: "kit.slow",
  timeoutMs: 3_600_000,
  retry: { maxAttempts: 1 },
  async run([ms], { signal }) {
    await new Promise((resolve, reject) => {
      setTimeout(resolve, Number(ms));
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    return Number(ms);
  },
});
const outside = task({
  name: "kit.outside",
  run: async ([url]) => await (await fetch(String(url))).text(),
});

Deno.test("test kit: attempts and their waits take no time, and happen when they should", async () => {
  seen.length = 0;
  calls = 0;
  const began = performance.now();
  await using node = await testNode({ now: NINE });
  const handle = await node.client.submit(flaky, [3]);
  assert.equal(await node.result(handle), "after 4");
  assert.deepEqual(seen, [
    "1 at 2026-03-01T09:00:00.000Z",
    "2 at 2026-03-01T09:01:00.000Z",
    "3 at 2026-03-01T09:03:00.000Z",
    "4 at 2026-03-01T09:07:00.000Z",
  ]);
  const attempts = await handle.attempts();
  assert.deepEqual(attempts.map(({ outcome }) => outcome), [
    "threw",
    "threw",
    "threw",
    "completed",
  ]);
  assert.deepEqual((await handle.logs()).map(({ fields }) => fields["attempt"]), [1, 2, 3, 4]);
  assert.ok(began > 0);
});

Deno.test("test kit: failures are thrown with what the task threw", async () => {
  await using node = await testNode();
  await assert.rejects(node.run(refused, []), (error) => {
    assert.ok(error instanceof TaskOutcomeError);
    assert.deepEqual([error.task.reason, error.task.error?.message], ["non_retryable", "never"]);
    return true;
  });
});

Deno.test("test kit: code waits for timers and times out on the node's time", async () => {
  await using node = await testNode({ now: NINE });
  assert.equal(await node.run(slow, [1_800_000]), 1_800_000);
  assert.equal(node.now.toISOString().slice(0, 16), "2026-03-01T09:30");
  await assert.rejects(node.run(slow, [7_200_000]), /longer than 3600000 ms/);
});

Deno.test("test kit: delays, schedules and workflows follow the clock", async () => {
  calls = 0;
  await using node = await testNode({ now: NINE });
  const { client } = node;
  const later = await client.submit(flaky, [0], { delayMs: 86_400_000 });
  await client.putSchedule("hourly", { cron: "30 * * * *", method: "noop" });
  await node.advance("23h");
  assert.equal((await later.get()).status, "scheduled");
  const { counts } = await client.getSchedule("hourly");
  assert.equal(counts.fired, 23);
  await node.advance("1h");
  assert.equal((await later.get()).status, "completed");
  const graph = await client.submitWorkflow({
    tasks: [
      { key: "a", method: "add", args: [1, 2] },
      { key: "b", method: "add", args: [{ $result: "a" }, 4], deps: ["a"] },
    ],
  });
  await node.settle();
  assert.deepEqual((await client.getWorkflow(graph.id)).counts, { completed: 2 });
});

Deno.test("test kit: code that waits for something outside gets real time for it", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return new Response("hello");
    },
  );
  await using node = await testNode();
  const { port } = server.addr as Deno.NetAddr;
  assert.equal(await node.run(outside, [`http://127.0.0.1:${port}/`]), "hello");
});

Deno.test("test kit: one node at a time, and the isolate has its own time back after it", async () => {
  const before = [globalThis.setTimeout, globalThis.Date];
  {
    await using node = await testNode({ now: NINE });
    assert.equal(Date.now(), NINE.getTime());
    await assert.rejects(testNode(), /there is one already/);
    await assert.rejects(node.advance("soon"), TypeError);
    await assert.rejects(node.advance(-1), TypeError);
  }
  assert.deepEqual([globalThis.setTimeout, globalThis.Date], before);
  await using next = await testNode();
  assert.ok(Math.abs(next.now.getTime() - Date.now()) < 1);
});
