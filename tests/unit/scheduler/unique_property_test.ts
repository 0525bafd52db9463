import assert from "node:assert/strict";
import fc from "fast-check";
import { TASK_STATUSES, type TaskStatus } from "../../../actors/domain/task.ts";
import { LIVE_STATUSES, type Uniqueness } from "../../../actors/domain/uniqueness.ts";
import type { Submission } from "../../../actors/protocol.ts";
import { outcome, SchedulerRig, THREW } from "../../support/scheduler_rig.ts";
import { submission } from "../../support/submission.ts";

const ARGS = ["[]", '[{"a":1,"b":2}]', '[{"b":2,"a":1}]'] as const;
/** What equal arguments have in common, found without the code under test. */
const WORK_OF: Readonly<Record<string, string>> = {
  [ARGS[0]]: "none",
  [ARGS[1]]: "map",
  [ARGS[2]]: "map",
};

type Ask = Pick<Submission, "args" | "unique">;

type Step =
  | { readonly kind: "submit"; readonly asks: readonly Ask[] }
  | { readonly kind: "run"; readonly max: number; readonly fails: boolean }
  | { readonly kind: "claim" | "restart" }
  | { readonly kind: "cancel" | "retry" | "delete"; readonly nth: number }
  | { readonly kind: "pass"; readonly ms: number };

const unique: fc.Arbitrary<Uniqueness> = fc.record({
  key: fc.constantFrom(null, "k", "l"),
  by: fc.constantFrom("args" as const, "method" as const),
  withinMs: fc.constantFrom(null, 50, 500),
  states: fc.oneof(
    fc.constant(LIVE_STATUSES),
    fc.subarray<TaskStatus>([...TASK_STATUSES], { minLength: 1 }),
  ),
});
const args = fc.constantFrom(...ARGS);
const ask: fc.Arbitrary<Ask> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ args, unique }) },
  { weight: 1, arbitrary: fc.record({ args }) },
);
const nth = fc.nat(40);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.array(ask, { minLength: 1, maxLength: 5 }).map(submit) },
  { weight: 2, arbitrary: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()).map(run) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: "claim" }, { kind: "restart" }) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constantFrom("cancel" as const, "retry" as const, "delete" as const),
      nth,
    )
      .map(([kind, n]): Step => ({ kind, nth: n })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(1, 49, 50, 450).map((ms): Step => ({ kind: "pass", ms })),
  },
);

function submit(asks: readonly Ask[]): Step {
  return { kind: "submit", asks };
}

function run([max, fails]: readonly [number, boolean]): Step {
  return { kind: "run", max, fails };
}

interface ModelTask {
  readonly id: string;
  /** Null for a task that was submitted without `unique`. */
  readonly work: string | null;
  readonly createdAt: number;
}

/** Plays steps on a scheduler, and says beforehand what each submission has to be answered. */
class Play {
  readonly #rig: SchedulerRig;
  readonly #tasks: ModelTask[] = [];
  #made = 0;

  constructor(rig: SchedulerRig) {
    this.#rig = rig;
  }

  async take(step: Step): Promise<void> {
    const rig = this.#rig;
    switch (step.kind) {
      case "submit":
        return await this.#submit(step.asks);
      case "run": {
        const { runs } = await rig.claim({ max: step.max });
        const end = step.fails ? { ...THREW, retryable: false } : {};
        return await rig.report(...runs.map((claimed) => outcome(claimed, end)));
      }
      case "claim":
        await rig.claim({ max: 1 });
        return;
      case "restart":
        await rig.stop();
        return await rig.start();
      case "pass":
        rig.now += step.ms;
        return;
      default:
        return await this.#command(step);
    }
  }

  async #command({ kind, nth }: Extract<Step, { readonly nth: number }>): Promise<void> {
    const task = this.#tasks[nth % Math.max(1, this.#tasks.length)];
    if (task === undefined) return;
    const { id } = task;
    if (kind === "cancel") await this.#rig.ask({ kind: "CancelTask", id });
    else if (kind === "retry") await this.#rig.ask({ kind: "RetryTask", id, args: null });
    else if ((await this.#rig.ask({ kind: "DeleteTask", id })).ok) {
      this.#tasks.splice(this.#tasks.indexOf(task), 1);
    }
  }

  async #submit(asks: readonly Ask[]): Promise<void> {
    const statuses = new Map<string, TaskStatus>();
    for (const { id } of this.#tasks) statuses.set(id, (await this.#rig.task(id)).status);
    const items = asks.map((item) => submission({ ...item, id: `t${this.#made++}` }));
    const expected = items.map((item) => this.#expect(item, statuses));
    const replies = await this.#rig.ask({ kind: "SubmitTasks", items });
    const answered = replies.map((reply) => {
      assert.ok(reply.ok);
      return { id: reply.value.task.id, duplicate: reply.value.duplicate === true };
    });
    assert.deepEqual(answered, expected);
  }

  #expect({ id, args, unique }: Submission, statuses: Map<string, TaskStatus>) {
    const work = unique === undefined
      ? null
      : `${unique.key} ${unique.by === "args" ? WORK_OF[args] : "any"}`;
    const now = this.#rig.now;
    const holder = unique &&
      this.#tasks.findLast((task) =>
        task.work === work && unique.states.includes(statuses.get(task.id) ?? "pending") &&
        now - task.createdAt < (unique.withinMs ?? Infinity)
      );
    if (holder) return { id: holder.id, duplicate: true };
    this.#tasks.push({ id, work, createdAt: now });
    return { id, duplicate: false };
  }
}

Deno.test("unique agrees with a plain model over random stories", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      await using rig = await SchedulerRig.open();
      const play = new Play(rig);
      for (const each of steps) await play.take(each);
    }),
    { numRuns: 60 },
  );
});
