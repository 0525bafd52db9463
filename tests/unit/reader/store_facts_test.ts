/** What the reader gathers to explain a task, over a real store. */
import assert from "node:assert/strict";
import { EXPLAIN_LIMITS, type StoreFacts } from "../../../actors/domain/explain.ts";
import { defaultQueue } from "../../../actors/domain/task.ts";
import { Reader } from "../../../actors/reader/reader_actor.ts";
import type { ReaderReplies } from "../../../actors/protocol.ts";
import { openSqliteReader, openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";
import type { NewTask, Store } from "../../../actors/storage/port.ts";
import {
  blockedTask,
  change,
  claimOf,
  insert,
  newTask,
  NOT_READY,
} from "../../conformance/store_fixture.ts";

/** Runs `work` on a store, with what its reader gathers of a task. */
async function withStore(
  work: (store: Store, gather: (num: number) => Promise<StoreFacts>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dtask-facts-" });
  const store = await openSqliteStore({ dataDir: `${folder}/data` });
  const reader = new Reader(await openSqliteReader({ dataDir: `${folder}/data` }));
  try {
    await work(store, async (num) => {
      const message = { kind: "GetStoreFacts", id: `task-${num}` } as const;
      const answer = await reader.receive(message) as ReaderReplies["GetStoreFacts"];
      assert.ok(answer.ok, JSON.stringify(answer));
      return answer.value;
    });
  } finally {
    await reader.stop();
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function ended(num: number, status: "failed" | "completed" | "skipped", more: Partial<NewTask>) {
  return newTask(num, { ...NOT_READY, status, finishedAt: 1, ...more });
}

Deno.test("store facts follow a chain to the task that waits for reasons of its own", async () => {
  await withStore(async (store, gather) => {
    const chain = [newTask(1, { queue: "mail" })];
    for (let num = 2; num <= 50; num++) {
      const before = chain.at(-1);
      assert.ok(before);
      chain.push(blockedTask(num, [before]));
    }
    await insert(store, ...chain);
    await store.write((tx) => tx.saveQueue({ ...defaultQueue("mail"), paused: true }));
    const facts = await gather(50);
    assert.deepEqual(facts.dependencies.map(({ id }) => id), ["task-49"]);
    const [root] = facts.roots;
    assert.equal(root?.facts.task.id, "task-1");
    assert.equal(root?.facts.queue.paused, true);
    assert.deepEqual([root?.path.length, root?.path[0], root?.path.at(-1)], [
      49,
      "task-49",
      "task-1",
    ]);
    assert.equal(facts.truncated, false);
  });
});

Deno.test("store facts stop at their bounds and say so", async () => {
  await withStore(async (store, gather) => {
    const wide = Array.from({ length: 30 }, (_, index) => newTask(index + 1));
    const chain: NewTask[] = [newTask(100)];
    for (let num = 101; num <= 100 + 2 * EXPLAIN_LIMITS.walk; num++) {
      const before = chain.at(-1);
      assert.ok(before);
      chain.push(blockedTask(num, [before]));
    }
    await insert(store, ...wide, blockedTask(99, wide), ...chain);
    const many = await gather(99);
    assert.equal(many.dependencies.length, EXPLAIN_LIMITS.dependencies);
    assert.equal(many.roots.length, EXPLAIN_LIMITS.roots);
    assert.deepEqual([many.moreDependencies, many.truncated], [true, true]);
    const deep = await gather(100 + 2 * EXPLAIN_LIMITS.walk);
    assert.deepEqual(deep.roots.map(({ path }) => path.length), [EXPLAIN_LIMITS.walk - 1]);
    assert.deepEqual([deep.roots[0]?.facts.task.status, deep.truncated], ["blocked", true]);
  });
});

Deno.test("store facts meet a diamond's root once, and pass over what has ended", async () => {
  await withStore(async (store, gather) => {
    const root = newTask(1);
    const done = ended(2, "completed", {});
    const left = blockedTask(3, [root]);
    const right = blockedTask(4, [root, done]);
    await insert(store, root, done, left, right, blockedTask(5, [left, right, done]));
    await change(store, [1], (task) => claimOf(task));
    const facts = await gather(5);
    assert.deepEqual(facts.dependencies.map(({ id }) => id), ["task-3", "task-4"]);
    assert.deepEqual(facts.roots.map(({ path }) => path), [["task-3", "task-1"]]);
    assert.equal(facts.roots[0]?.facts.task.status, "running");
  });
});

Deno.test("store facts follow a skip to the failure that caused it", async () => {
  await withStore(async (store, gather) => {
    const skipped = { reason: "upstream_failed" } as const;
    await insert(
      store,
      ended(1, "failed", { reason: "non_retryable" }),
      ended(2, "completed", {}),
      ended(3, "skipped", { ...skipped, deps: ["task-1"], depNums: [1] }),
      ended(4, "skipped", { ...skipped, deps: ["task-2", "task-3"], depNums: [2, 3] }),
    );
    const facts = await gather(4);
    assert.deepEqual(facts.dependencies.map(({ id }) => id), ["task-3"]);
    assert.deepEqual(facts.roots.map(({ path }) => path), [["task-3", "task-1"]]);
  });
});

Deno.test("store facts place a ready task among those that run and wait", async () => {
  await withStore(async (store, gather) => {
    const limited = { ...defaultQueue("default"), concurrency: 2, keyConcurrency: 1 };
    await store.write((tx) => tx.saveQueue(limited));
    await insert(store, ...[1, 2, 3, 4].map((num) => newTask(num, { concurrencyKey: "a" })));
    await change(store, [1], (task) => claimOf(task));
    const { subject } = await gather(4);
    assert.equal(subject.place?.inQueue.count, 1);
    assert.deepEqual(subject.place?.withKey.tasks.map(({ id }) => id), ["task-1"]);
    assert.deepEqual(subject.place?.inPool.tasks.map(({ id }) => id), ["task-1"]);
    assert.deepEqual([subject.place?.ahead, subject.place?.otherKeys], [2, 0]);
  });
});
