/** Work that meets what a transaction of another node holds. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { type Stage, STAGES } from "../../../actors/scheduler/commit_batch.ts";
import { CommitLoop } from "../../../actors/scheduler/commit_loop.ts";
import { type Store, StoreHeldError, type StoreWriter } from "../../../actors/storage/port.ts";
import { openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";
import { commitContext } from "../../support/commit_context.ts";

/** Somebody else holds what the work `held` needs, until it is released. */
class HoldingStore implements Store {
  readonly shared = true;
  readonly held = new Set<number>();
  readonly #store: Store;
  #touched: readonly number[] = [];
  /** How many transactions were tried that met something held. */
  met = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  now(): number {
    return this.#store.now();
  }

  write<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    return this.#store.write(async (tx) => {
      this.#touched = [];
      const value = await work(tx);
      if (!this.#touched.some((id) => this.held.has(id))) return value;
      this.met++;
      throw new StoreHeldError("canceling statement due to lock timeout");
    });
  }

  /** A handler's work needs this. */
  touch(ids: readonly number[]): void {
    this.#touched = [...this.#touched, ...ids];
  }

  outcomeOf(): Promise<"committed"> {
    return Promise.resolve("committed");
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

interface Rig {
  readonly store: HoldingStore;
  /** Has work of that number done, and resolves when it is. */
  submit(stage: Stage, id: number): Promise<void>;
  /** In the order in which they were answered. */
  readonly done: readonly number[];
  readonly loop: CommitLoop;
}

async function withLoop(use: (rig: Rig) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-held-" });
  const store = new HoldingStore(await openSqliteStore({ dataDir }));
  const context = commitContext();
  const loop = new CommitLoop({
    store,
    context: () => context,
    onCommitted: () => {},
    onFailed: (error) => {
      throw error;
    },
  });
  const handler = (_: unknown, ids: readonly number[]) => {
    store.touch(ids);
    return Promise.resolve(ids);
  };
  const done: number[] = [];
  const submit = async (stage: Stage, id: number) => {
    done.push(await loop.submit(stage, handler, { work: id }));
  };
  try {
    await use({ store, submit, done, loop });
  } finally {
    await loop.stop();
    await store.close();
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("commit loop does all that nobody holds, and the rest when it is released", () =>
  withLoop(async ({ store, submit, done, loop }) => {
    const kinds = fc.array(fc.tuple(fc.constantFrom(...STAGES), fc.boolean()), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(kinds, async (items) => {
        const before = done.length;
        // Submissions keep their order, so a held one holds up the others.
        const blocks = items.some(([stage, held]) => stage === "submissions" && held);
        const isHeld = items.map(([stage, held]) => stage === "submissions" ? blocks : held);
        items.forEach(([, held], id) => held && store.held.add(id));
        const all = items.map(([stage], id) => submit(stage, id));
        await Promise.all(all.filter((_, id) => !isHeld[id]));
        const early = done.slice(before);
        assert.ok(early.every((id) => !isHeld[id]), `${early} are done`);
        store.held.clear();
        await loop.idle();
        await Promise.all(all);
        const order = done.slice(before);
        assert.deepEqual([...order].sort((a, b) => a - b), items.map((_, id) => id));
        const submissions = order.filter((id) => items[id]?.[0] === "submissions");
        assert.deepEqual(submissions, [...submissions].sort((a, b) => a - b));
      }),
      { numRuns: 12 },
    );
  }));

for (const stage of STAGES) {
  Deno.test(`commit loop keeps a batch of ${stage} that can't be halved until it is released`, () =>
    withLoop(async ({ store, submit, done }) => {
      store.held.add(1);
      const all = [submit(stage, 1)];
      if (stage === "submissions") all.push(submit(stage, 2));
      while (store.met < 2) await delay(5);
      assert.deepEqual(done, []);
      store.held.clear();
      await Promise.all(all);
      assert.equal(done.length, all.length);
    }));
}

Deno.test("commit loop lets no submission overtake one that was put off", () =>
  withLoop(async ({ store, submit, done, loop }) => {
    store.held.add(1);
    const first = submit("submissions", 1);
    while (store.met === 0) await submit("claims", 0);
    await submit("claims", 2);
    const later = submit("submissions", 3);
    await submit("claims", 4);
    assert.ok(!done.includes(3));
    store.held.clear();
    await Promise.all([first, later, loop.idle()]);
    assert.deepEqual(done.filter((id) => id === 1 || id === 3), [1, 3]);
  }));

Deno.test("commit loop gets on although more is held than it looks for in one go", () =>
  withLoop(async ({ store, submit, done, loop }) => {
    for (let id = 0; id < 40; id++) store.held.add(id);
    const held = Array.from({ length: 40 }, (_, id) => submit("outcomes", id));
    await Promise.all(Array.from({ length: 40 }, (_, i) => submit("outcomes", 100 + i)));
    assert.equal(done.length, 40);
    store.held.clear();
    await Promise.all([...held, loop.idle()]);
    assert.equal(done.length, 80);
  }));
