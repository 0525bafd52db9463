/** What schedulers that share a store owe, whatever the store. */
import assert from "node:assert/strict";
import { LIMITS } from "../../actors/domain/task.ts";
import { LIVE_STATUSES } from "../../actors/domain/uniqueness.ts";
import type { SchedulerReplies } from "../../actors/protocol.ts";
import { definition, outcome, type SchedulerRig } from "./scheduler_rig.ts";
import { scheduleRecord, scheduleSpec } from "./schedules.ts";
import type { SharedRig } from "./shared_rig.ts";
import { submission } from "./submission.ts";

export interface SharedCase {
  readonly rule: string;
  /** Names of the methods of each node; `noop` on two nodes when absent. */
  readonly methods?: readonly (readonly string[])[];
  readonly check: (rig: SharedRig) => Promise<void>;
}

/** How often each answer came, `created` and `known` where it was accepted. */
function tally(answers: readonly SchedulerReplies["SubmitTasks"][]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers.flat()) {
    const word = !answer.ok ? answer.error.reason : answer.value.created ? "created" : "known";
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

/** Does the same on all nodes at once, `times` in all. */
function everywhere<T>(
  rig: SharedRig,
  times: number,
  work: (node: SchedulerRig, index: number) => Promise<T>,
): Promise<readonly T[]> {
  const { nodes } = rig;
  return Promise.all(
    Array.from({ length: times }, (_, index) => work(rig.node(index % nodes.length), index)),
  );
}

/** Claims on all nodes, in turns and at once, until nobody finds anything. Answers the ids. */
async function claimAll(rig: SharedRig, max = 3): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let idle = 0; idle < 2;) {
    const claimed = await everywhere(rig, rig.nodes.length * 2, (node) => node.claim({ max }));
    const found = claimed.flatMap(({ runs }) => runs.map(({ id }) => id));
    ids.push(...found);
    idle = found.length === 0 ? idle + 1 : 0;
  }
  return ids;
}

const NAMES: readonly SharedCase[] = [
  {
    rule: "make one task of one id, however many nodes are sent it at once",
    check: async (rig) => {
      for (let round = 0; round < 5; round++) {
        const item = submission({ id: `t-${round}` });
        const answers = await everywhere(
          rig,
          6,
          (node) => node.ask({ kind: "SubmitTasks", items: [item] }),
        );
        assert.deepEqual(tally(answers), { created: 1, known: 5 });
      }
      const other = submission({ id: "t-0", contentHash: "other" });
      const [answer] = await rig.node(1).ask({ kind: "SubmitTasks", items: [other] });
      assert.equal(answer && !answer.ok && answer.error.reason, "id_conflict");
    },
  },
  {
    rule: "make each task of batches once that overlap, in whatever order",
    check: async (rig) => {
      const ids = Array.from({ length: 30 }, (_, index) => `b-${index}`);
      const answers = await everywhere(rig, 6, (node, index) => {
        const items = ids.map((id) => submission({ id }));
        if (index % 2 === 1) items.reverse();
        return node.ask({ kind: "SubmitTasks", items });
      });
      assert.deepEqual(tally(answers), { created: 30, known: 150 });
    },
  },
  {
    rule: "make one task of one idempotency key",
    check: async (rig) => {
      const answers = await everywhere(rig, 6, (node, index) => {
        const item = submission({
          id: `k-${index}`,
          idempotencyKey: "me key",
          contentHash: "same",
        });
        return node.ask({ kind: "SubmitTasks", items: [item] });
      });
      assert.deepEqual(tally(answers), { created: 1, known: 5 });
      const ids = answers.flat().map((answer) => answer.ok && answer.value.task.id);
      assert.equal(new Set(ids).size, 1);
    },
  },
  {
    rule: "make one workflow of one id",
    check: async (rig) => {
      const answers = await everywhere(rig, 6, (node) =>
        node.ask({
          kind: "SubmitWorkflow",
          id: "w-1",
          name: null,
          contentHash: "same",
          idempotencyKey: null,
          tasks: ["a", "b"].map((key) => submission({ id: `w-1-${key}`, key })),
        }));
      const created = answers.filter((answer) => answer.ok && answer.value.created);
      const known = answers.filter((answer) => answer.ok && !answer.value.created);
      assert.deepEqual([created.length, known.length], [1, 5]);
    },
  },
  {
    rule: "make one task of those that are to be the only one",
    check: async (rig) => {
      const unique = { key: null, by: "args", withinMs: null, states: LIVE_STATUSES } as const;
      const answers = await everywhere(rig, 6, (node, index) =>
        node.ask({
          kind: "SubmitTasks",
          items: [submission({ id: `u-${index}`, args: "[1]", unique })],
        }));
      assert.deepEqual(tally(answers), { created: 1, known: 5 });
    },
  },
  {
    rule: "set one schedule of one name up, and the others change it",
    check: async (rig) => {
      const answers = await everywhere(
        rig,
        6,
        (node) => node.ask({ kind: "PutSchedule", name: "s", spec: scheduleSpec() }),
      );
      const created = answers.map((answer) => answer.ok && answer.value.created);
      assert.deepEqual(created.toSorted(), [false, false, false, false, false, true]);
    },
  },
  {
    rule: "count the schedules of all nodes for their limit",
    check: async (rig) => {
      const names = Array.from({ length: LIMITS.schedules }, (_, index) => `s-${index}`);
      const put = (node: SchedulerRig, name: string) =>
        node.ask({ kind: "PutSchedule", name, spec: scheduleSpec() });
      await rig.store(0).write(async (tx) => {
        for (const name of names) await tx.saveSchedule(scheduleRecord({ name }));
      });
      const full = await put(rig.node(1), "one-more");
      assert.equal(!full.ok && full.error.reason, "too_many_schedules");
      await rig.node(0).ask({ kind: "DeleteSchedule", name: "s-0" });
      assert.ok((await put(rig.node(1), "one-more")).ok);
    },
  },
  {
    rule: "keep every change of a queue's settings that two nodes make at once",
    check: async (rig) => {
      const patches = [
        { concurrency: 3 },
        { weight: 5 },
        { keyConcurrency: 2 },
        { rateLimit: { limit: 7, perMs: 1_000 } },
      ];
      await everywhere(
        rig,
        4,
        (node, index) =>
          node.ask({ kind: "ConfigureQueue", name: "q", patch: patches[index] ?? {} }),
      );
      const answer = await rig.node(0).ask({ kind: "ConfigureQueue", name: "q", patch: {} });
      assert.deepEqual(answer.ok && answer.value, {
        name: "q",
        paused: false,
        concurrency: 3,
        weight: 5,
        keyConcurrency: 2,
        rateLimit: { limit: 7, perMs: 1_000 },
      });
    },
  },
];

const WORK: readonly SharedCase[] = [
  {
    rule: "start each task once",
    check: async (rig) => {
      const ids = Array.from({ length: 60 }, (_, index) => `c-${String(index).padStart(2, "0")}`);
      await rig.node(0).submit(...ids.map((id) => ({ id })));
      assert.deepEqual((await claimAll(rig)).toSorted(), ids);
      const running = await rig.tasks(...ids);
      assert.ok(running.every(({ status, run }) => status === "running" && run === 1));
    },
  },
  {
    rule: "let one task run that waits for others, once the last of them has ended",
    check: async (rig) => {
      const parents = Array.from({ length: 8 }, (_, index) => `p-${index}`);
      await rig.node(0).submit(...parents.map((id) => ({ id })));
      await rig.node(1).submit({ id: "child", deps: parents });
      const claims = await everywhere(rig, 8, (node) => node.claim({ max: 1 }));
      await everywhere(rig, 8, (node, index) => {
        const [run] = claims[index]?.runs ?? [];
        assert.ok(run, "every claim found a parent");
        return node.report(outcome(run));
      });
      assert.deepEqual(await claimAll(rig), ["child"]);
    },
  },
  {
    rule: "never run more of a queue than its limit",
    check: async (rig) => {
      await rig.node(1).ask({ kind: "ConfigureQueue", name: "default", patch: { concurrency: 5 } });
      await rig.node(0).submit(...Array.from({ length: 20 }, (_, index) => ({ id: `l-${index}` })));
      assert.equal((await claimAll(rig)).length, 5);
    },
  },
  {
    rule: "never run more of a key than its limit",
    check: async (rig) => {
      const patch = { keyConcurrency: 2 };
      await rig.node(0).ask({ kind: "ConfigureQueue", name: "default", patch });
      await rig.node(0).submit(
        ...Array.from({ length: 30 }, (_, index) => ({ concurrencyKey: `k-${index % 3}` })),
      );
      assert.equal((await claimAll(rig)).length, 6);
    },
  },
  {
    rule: "never start more of a queue than its rate",
    check: async (rig) => {
      const patch = { rateLimit: { limit: 4, perMs: 3_600_000 } };
      await rig.node(0).ask({ kind: "ConfigureQueue", name: "default", patch });
      await rig.node(1).submit(...Array.from({ length: 20 }, (_, index) => ({ id: `r-${index}` })));
      assert.equal((await claimAll(rig)).length, 4);
    },
  },
  {
    rule: "start nothing of a queue that another node has paused, and go on when it is resumed",
    check: async (rig) => {
      await rig.node(0).submit({ id: "a" });
      await rig.node(1).ask({ kind: "ConfigureQueue", name: "default", patch: { paused: true } });
      assert.deepEqual((await rig.node(0).claim()).runs, []);
      assert.equal(rig.node(0).toldDispatcher("QueueChanged").at(-1)?.queue.paused, true);
      await rig.node(1).ask({ kind: "ConfigureQueue", name: "default", patch: { paused: false } });
      assert.equal((await rig.node(0).claim()).runs.length, 1);
    },
  },
  {
    rule: "start a task of a method that only one of them knows on that one, whoever takes it",
    methods: [["noop"], ["noop", "special"]],
    check: async (rig) => {
      const [ignorant, knowing] = [rig.node(0), rig.node(1)];
      const definitions = [definition("special", "async")];
      await ignorant.tell({ kind: "MethodsOfOthersChanged", definitions });
      await ignorant.submit({ id: "s-1", method: "special" }, { id: "s-2", method: "special" });
      assert.deepEqual((await ignorant.claim()).runs, [], "it takes nothing that it can't run");
      const { ready } = await knowing.ask({ kind: "GetDispatchState" });
      assert.deepEqual(ready, [{ queue: "default", pool: "async" }]);
      assert.deepEqual((await ignorant.claim()).runs, []);
      const { runs, drained } = await knowing.claim();
      assert.deepEqual(runs.map(({ id }) => id), ["s-1", "s-2"]);
      assert.ok(drained);
      assert.deepEqual((await ignorant.ask({ kind: "GetDispatchState" })).ready, []);
    },
  },
];

const MEMBERS: readonly SharedCase[] = [
  {
    rule: "leave the runs of others alone when they start",
    check: async (rig) => {
      await rig.node(0).submit({ id: "a" });
      await rig.node(0).claim();
      await rig.add();
      assert.equal((await rig.tasks("a"))[0]?.status, "running");
    },
  },
  {
    rule: "take no report on a run of another node",
    check: async (rig) => {
      await rig.node(0).submit({ id: "a" });
      const { runs } = await rig.node(0).claim();
      await rig.node(1).report(...runs.map((run) => outcome(run)));
      assert.equal((await rig.tasks("a"))[0]?.status, "running");
      await rig.node(0).report(...runs.map((run) => outcome(run)));
      assert.equal((await rig.tasks("a"))[0]?.status, "completed");
    },
  },
  {
    rule: "tell who runs a task that is cancelled elsewhere, and nobody else",
    check: async (rig) => {
      await rig.node(0).submit({ id: "a" });
      await rig.node(0).claim();
      const answer = await rig.node(1).ask({ kind: "CancelTask", id: "a" });
      assert.equal(answer.ok && answer.value.status, "running");
      assert.deepEqual(rig.node(1).toldDispatcher("CancelRequested"), []);
    },
  },
  {
    rule: "give the runs of a lost node back, once, where one leads",
    check: async (rig) => {
      await rig.node(0).submit({ id: "a" });
      const { runs } = await rig.node(0).claim();
      await rig.lose(0);
      await rig.node(1).tell({ kind: "NodesGone" });
      assert.equal((await rig.tasks("a"))[0]?.status, "running", "nobody leads");
      await rig.lead(1);
      await rig.node(1).settle();
      const [task] = await rig.tasks("a");
      assert.deepEqual([task?.status, task?.reason], ["pending", "crash"]);
      const { runs: again } = await rig.node(1).claim();
      assert.equal(again[0]?.run, 2);
      await rig.node(1).report(...runs.map((run) => outcome(run)));
      assert.equal((await rig.tasks("a"))[0]?.status, "running", "the first run counts no more");
    },
  },
  {
    rule: "hand what they run over when they stop, uncharged",
    check: async (rig) => {
      await rig.node(0).submit({ id: "a" });
      await rig.node(0).claim();
      await rig.node(0).stop();
      const [task] = await rig.tasks("a");
      assert.deepEqual([task?.status, task?.reason, task?.crashes], ["pending", "drain", 0]);
      assert.equal((await rig.node(1).claim()).runs.length, 1);
    },
  },
  {
    rule: "let nobody act as leader who was replaced",
    check: async (rig) => {
      await rig.node(0).submit({ id: "a" });
      await rig.node(0).claim();
      await rig.lead(1);
      await rig.depose(1);
      await rig.lose(0);
      await rig.node(1).tell({ kind: "NodesGone" });
      await rig.node(1).settle();
      assert.equal((await rig.tasks("a"))[0]?.status, "running");
    },
  },
];

export const SHARED_CASES: readonly SharedCase[] = [...NAMES, ...WORK, ...MEMBERS];
