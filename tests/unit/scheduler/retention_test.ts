import assert from "node:assert/strict";
import {
  DEFAULT_RETENTION,
  KEEP_ALL,
  type RetentionPolicy,
} from "../../../actors/domain/retention.ts";
import { Effects } from "../../../actors/scheduler/effects.ts";
import type { RetentionProgress, RetentionStep } from "../../../actors/scheduler/remove_ended.ts";
import { Retention } from "../../../actors/scheduler/retention.ts";

const DAY_MS = 86_400_000;
const OVER: RetentionProgress = {
  places: new Map(),
  heldBack: false,
  more: false,
  nextAt: null,
  lateMs: 0,
  tookMs: 0,
};

/** Retention with a clock and a store that say what the test wants. */
class Rig {
  now = 1_000_000;
  readonly steps: RetentionStep[] = [];
  /** What the next steps come to; a pass that is over when there is none. */
  readonly outcomes: (RetentionProgress | Error)[] = [];
  readonly retention: Retention;
  #wakeAt = Infinity;

  constructor(policy: RetentionPolicy = DEFAULT_RETENTION) {
    this.retention = new Retention({
      policy,
      now: () => this.now,
      wake: (at) => this.#wakeAt = Math.min(this.#wakeAt, at),
      commit: (step) => {
        this.steps.push(step);
        const outcome = this.outcomes.shift() ?? OVER;
        return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
      },
    });
  }

  /** Passes the time up to the next wake-up, and answers how long that was; Infinity: none is set. */
  async untilWoken(): Promise<number> {
    const waited = this.#wakeAt - this.now;
    if (waited === Infinity) return waited;
    this.now = Math.max(this.now, this.#wakeAt);
    this.#wakeAt = Infinity;
    this.retention.onTime();
    this.retention.arm();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    return waited;
  }

  /** A commit with so many ends. */
  commit(ends: number): void {
    const effects = new Effects();
    for (let n = 0; n < ends; n++) {
      effects.endedIds.push(`task-${n}`);
      effects.countsOf({ queue: "q", method: "m" });
    }
    this.retention.noticeCommit(effects);
  }
}

Deno.test("retention looks once at the start, and is not woken where nothing will be due", async () => {
  const rig = new Rig();
  await rig.retention.start();
  assert.equal(rig.steps.length, 1);
  assert.equal(await rig.untilWoken(), Infinity);
});

Deno.test("retention wakes when what ended can first be due", async () => {
  const rig = new Rig({ ...DEFAULT_RETENTION, failedMs: 5 * 3_600_000 });
  rig.commit(1);
  rig.now += 60_000;
  rig.commit(2);
  assert.equal(await rig.untilWoken(), 5 * 3_600_000 - 60_000);
});

Deno.test("retention that keeps all for ever still looks after idempotency keys", async () => {
  const rig = new Rig(KEEP_ALL);
  rig.commit(1);
  assert.equal(await rig.untilWoken(), DAY_MS);
  assert.deepEqual(rig.steps[0]?.rules, []);
});

Deno.test("retention goes on with a pass after a pause, longer while the node is busy", async () => {
  const rig = new Rig();
  const more = { ...OVER, more: true, tookMs: 10 };
  rig.outcomes.push(more, more, more);
  await rig.retention.start();
  const idle = await rig.untilWoken();
  rig.outcomes.unshift(more);
  rig.commit(1);
  await rig.untilWoken();
  const busy = await rig.untilWoken();
  assert.ok(idle > 0 && busy > 3 * idle, `${idle} ms, ${busy} ms`);
});

Deno.test("retention of a busy node hurries where it has come to be an hour late", async () => {
  const HOUR_MS = 3_600_000;
  const pauses: number[] = [];
  for (const lateMs of [0, HOUR_MS, HOUR_MS + 1]) {
    const rig = new Rig();
    const more = { ...OVER, more: true, lateMs, tookMs: 10 };
    rig.outcomes.push(more);
    rig.commit(1);
    await rig.retention.start();
    pauses.push(await rig.untilWoken());
  }
  const [punctual = 0, borderline = 0, late = 0] = pauses;
  assert.equal(borderline, punctual);
  assert.ok(late < punctual / 3, `${late} ms instead of ${punctual} ms`);
});

Deno.test("retention begins no two passes within a second", async () => {
  const rig = new Rig();
  rig.outcomes.push({ ...OVER, nextAt: rig.now + 5 });
  await rig.retention.start();
  rig.commit(1);
  assert.equal(await rig.untilWoken(), 1_000);
});

Deno.test("retention begins each step with another rule", async () => {
  const rig = new Rig();
  for (let n = 0; n < 7; n++) rig.outcomes.push({ ...OVER, more: true });
  await rig.retention.start();
  for (let n = 0; n < 7; n++) await rig.untilWoken();
  const firsts = rig.steps.map(({ rules }) => `${rules[0]?.kind} ${rules[0]?.status}`);
  assert.equal(new Set(firsts).size, 7);
  assert.equal(firsts[7], firsts[0]);
  assert.deepEqual(new Set(rig.steps.map(({ rules }) => rules.length)), new Set([7]));
});

Deno.test("retention looks again at what was held back after a minute, and goes on from there until then", async () => {
  const rig = new Rig();
  const places = new Map([[rig.retention.rules[0] ?? assert.fail(), { finishedAt: 1, num: 1 }]]);
  rig.outcomes.push(
    { ...OVER, places, heldBack: true, nextAt: rig.now + 30_000 },
    { ...OVER, places, nextAt: rig.now + DAY_MS },
  );
  await rig.retention.start();
  assert.equal(await rig.untilWoken(), 30_000);
  assert.equal(await rig.untilWoken(), 30_000);
  assert.deepEqual(rig.steps.map((step) => step.places.size), [0, 1, 0]);
  assert.equal(await rig.untilWoken(), Infinity);
});

Deno.test("retention tries again later after a commit that failed", async () => {
  const rig = new Rig();
  rig.outcomes.push(new Error("disk full"));
  await rig.retention.start();
  assert.equal(await rig.untilWoken(), 10_000);
  assert.equal(rig.steps.length, 2);
});

Deno.test("retention that is woken too early for it has itself woken again", async () => {
  const rig = new Rig({ ...DEFAULT_RETENTION, skippedMs: 9_000 });
  rig.commit(1);
  rig.now += 1_000;
  rig.retention.onTime();
  assert.equal(rig.steps.length, 0);
  rig.retention.arm();
  assert.equal(await rig.untilWoken(), 8_000);
  assert.equal(rig.steps.length, 1);
});
