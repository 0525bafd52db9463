/** Random operations on a store and on a plain model of it, which have to agree throughout. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { TaskRecord } from "../../actors/domain/task.ts";
import type { NewTask, StoreWriter } from "../../actors/storage/port.ts";
import {
  blockedTask,
  changeOf,
  claimOf,
  completionOf,
  type ConformanceCase,
  newTask,
  NOT_READY,
  present,
  query,
  recordOf,
  type StoreUnderTest,
  T0,
} from "./store_fixture.ts";
import { StoreModel } from "./store_model.ts";

/** One step; `pick` chooses among the tasks that it can be done to. */
type Step =
  | { readonly kind: "insert"; readonly key: string | null; readonly order: number }
  | { readonly kind: "insertChild"; readonly pick: number }
  | { readonly kind: "schedule"; readonly dueAt: number }
  | { readonly kind: "claim"; readonly max: number; readonly limit: number | null }
  | { readonly kind: "finish"; readonly pick: number; readonly result: string }
  | { readonly kind: "fail"; readonly pick: number }
  | { readonly kind: "discard"; readonly pick: number }
  | { readonly kind: "wake"; readonly now: number }
  | { readonly kind: "delete"; readonly pick: number }
  | { readonly kind: "undone"; readonly pick: number }
  | { readonly kind: "reopen" };

const pick = fc.nat();
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("insert" as const),
      key: fc.constantFrom(null, "a", "b", "ü"),
      order: fc.integer({ min: -5, max: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("insertChild" as const), pick }) },
  fc.record({ kind: fc.constant("schedule" as const), dueAt: fc.nat(10) }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("claim" as const),
      max: fc.integer({ min: 1, max: 4 }),
      limit: fc.constantFrom(null, 1, 2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("finish" as const), pick, result: fc.json() }),
  },
  fc.record({ kind: fc.constant("fail" as const), pick }),
  fc.record({ kind: fc.constant("discard" as const), pick }),
  fc.record({ kind: fc.constant("wake" as const), now: fc.nat(10) }),
  fc.record({ kind: fc.constant("delete" as const), pick }),
  fc.record({ kind: fc.constant("undone" as const), pick }),
  fc.record({ kind: fc.constant("reopen" as const) }),
);

async function insertTask(
  under: StoreUnderTest,
  model: StoreModel,
  make: (num: number) => NewTask,
) {
  const { task, seq } = await under.store.write(async (tx) => {
    const task = make(await tx.allocateNums("task", 1));
    return { task, seq: present((await tx.insertTasks([task]))[0]) };
  });
  assert.ok(task.num > model.lastNum, "nums grow");
  model.lastNum = task.num;
  model.parents.set(task.num, task.depNums);
  model.put(recordOf(task, seq));
}

type MakeChange = (task: TaskRecord) => ReturnType<typeof changeOf>;

async function update(
  tx: StoreWriter,
  model: StoreModel,
  { nums, make }: { readonly nums: readonly number[]; readonly make: MakeChange },
): Promise<readonly TaskRecord[]> {
  const changes = nums.map((num) => make(present(model.tasks.get(num))));
  const seqs = await tx.updateTasks(changes);
  return changes.map(({ before, after }, index) => ({
    ...before,
    ...after,
    seq: present(seqs[index]),
  }));
}

const FAILURE = {
  ...NOT_READY,
  status: "failed",
  reason: "attempts_exhausted",
  finishedAt: T0,
  error: { name: "Error", message: "no", stack: null },
} as const;

/** Does `step` to the store and, once that has committed, to the model. */
async function take(step: Step, under: StoreUnderTest, model: StoreModel): Promise<void> {
  const { store } = under;
  const one = (tasks: readonly TaskRecord[]) =>
    "pick" in step && tasks.length > 0 ? tasks[step.pick % tasks.length] : undefined;
  const change = async (task: TaskRecord | undefined, make: MakeChange) => {
    if (!task) return;
    const changed = await store.write((tx) => update(tx, model, { nums: [task.num], make }));
    for (const task of changed) model.put(task);
  };
  switch (step.kind) {
    case "insert":
      return await insertTask(
        under,
        model,
        (num) => newTask(num, { concurrencyKey: step.key, readyOrder: step.order }),
      );
    case "insertChild": {
      const parent = one([...model.tasks.values()]);
      if (!parent) return;
      const asNew = newTask(parent.num, { id: parent.id });
      return await insertTask(under, model, (num) => blockedTask(num, [asNew]));
    }
    case "schedule":
      return await insertTask(
        under,
        model,
        (num) => newTask(num, { ...NOT_READY, status: "scheduled", dueAt: step.dueAt }),
      );
    case "claim":
      return await claim(step, under, model);
    case "finish":
      return await change(one(model.of("running")), (task) => completionOf(task, step.result));
    case "fail":
      return await change(
        one(model.of("running", "blocked", "pending")),
        (task) => changeOf(task, FAILURE),
      );
    case "discard":
      return await change(one(model.of("failed")), (task) => changeOf(task, { discardedAt: T0 }));
    case "wake":
      return await wake(step.now, under, model);
    case "delete":
      return await remove(one(model.of("completed", "failed")), under, model);
    case "undone":
      return await undone(one(model.of("pending")), under, model);
    case "reopen":
      return await under.reopen();
  }
}

async function claim(
  { max, limit }: Extract<Step, { kind: "claim" }>,
  { store }: StoreUnderTest,
  model: StoreModel,
): Promise<void> {
  const claimed = await store.write(async (tx) => {
    const ready = await tx.selectReady({
      queue: "default",
      pool: "async",
      max,
      keyConcurrency: limit,
      afterKey: model.afterKey,
    });
    const nums = ready.tasks.map(({ num }) => num);
    assert.deepEqual(nums, model.ready(max, limit));
    assert.equal(ready.drained, model.ready(max + 1, limit).length <= max);
    model.afterKey = ready.lastKey;
    return await update(tx, model, { nums, make: (task) => claimOf(task) });
  });
  for (const task of claimed) model.put(task);
}

async function wake(now: number, { store }: StoreUnderTest, model: StoreModel): Promise<void> {
  const woken = await store.write(async (tx) => {
    const nums = (await tx.selectDue(now, 100)).map(({ num }) => num);
    const due = model.of("scheduled").filter(({ dueAt }) => (dueAt ?? 0) <= now)
      .toSorted((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0) || a.num - b.num);
    assert.deepEqual(nums, due.map(({ num }) => num));
    const ready = { status: "pending", dueAt: null, readyOrder: now, readyPool: "async" } as const;
    return await update(tx, model, { nums, make: (task) => changeOf(task, ready) });
  });
  for (const task of woken) model.put(task);
}

async function remove(
  task: TaskRecord | undefined,
  { store }: StoreUnderTest,
  model: StoreModel,
): Promise<void> {
  if (!task) return;
  await store.write((tx) => tx.deleteTasks([task.num]));
  model.tasks.delete(task.num);
  model.lastSeq++;
}

/** Work that fails half-way, inside a savepoint and outside: nothing of it may show. */
async function undone(
  task: TaskRecord | undefined,
  { store }: StoreUnderTest,
  model: StoreModel,
): Promise<void> {
  if (!task) return;
  const spoil = async (tx: StoreWriter) => {
    await update(tx, model, { nums: [task.num], make: (task) => claimOf(task) });
    await tx.insertTasks([newTask(await tx.allocateNums("task", 1))]);
    throw new Error("undone");
  };
  await assert.rejects(store.write(spoil), /undone/);
  await store.write((tx) => assert.rejects(tx.savepoint(() => spoil(tx)), /undone/));
}

/** Compares all that a reader shows with the model. */
async function compare({ store, reader }: StoreUnderTest, model: StoreModel): Promise<void> {
  const tasks = [...model.tasks.values()];
  assert.deepEqual(await reader.getTasks(tasks.map(({ id }) => id)), tasks);
  const page = { limit: 1_000, scanRows: 1_000, textBytes: 1 << 20 };
  const listed = await reader.listTasks(query(), { ...page, beforeNum: null });
  assert.deepEqual(listed.tasks, tasks.toSorted((a, b) => b.num - a.num));
  const changes = await reader.listChanges(query(), { ...page, afterSeq: 0 });
  assert.deepEqual(changes.tasks, tasks.toSorted((a, b) => a.seq - b.seq));
  const depths = Map.groupBy(tasks, ({ status }) => status);
  assert.deepEqual(
    new Map((await reader.queueDepths()).map(({ status, count }) => [status, count])),
    new Map([...depths].map(([status, of]) => [status, of.length])),
  );
  const dead = tasks.filter(({ status, discardedAt }) =>
    status === "failed" && discardedAt === null
  );
  const counts = await reader.countDeadLetters();
  assert.deepEqual(counts.map(({ count }) => count), dead.length === 0 ? [] : [dead.length]);
  await store.write(async (tx) => {
    const parents = tasks.map(({ num }) => num);
    const edges = await tx.dependentsOf(parents, ["blocked", "failed"]);
    const expected = tasks.flatMap(({ num }) =>
      (model.parents.get(num) ?? []).filter((parent) => model.tasks.has(parent))
        .map((parent) => [parent, num])
    );
    assert.deepEqual(edges.map(({ parent, child }) => [parent, child.num]), expected);
    assert.equal(await tx.countRunning("default", 1_000), model.of("running").length);
  });
}

export const MODEL_CASES: readonly ConformanceCase[] = [
  {
    rule: "agrees with a plain model over random operations",
    check: async (under) => {
      const steps = fc.array(step, { maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(steps, async (steps) => {
          const all = await under.reader.listTasks(query(), {
            limit: 1_000,
            beforeNum: null,
            scanRows: 1_000,
            textBytes: 0,
          });
          await under.store.write((tx) => tx.deleteTasks(all.tasks.map(({ num }) => num)));
          const model = new StoreModel();
          for (const step of steps) await take(step, under, model);
          await compare(under, model);
        }),
        { numRuns: 60 },
      );
    },
  },
];
