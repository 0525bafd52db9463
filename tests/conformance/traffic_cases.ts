/** How much came, began and ended, by stretches of time. */
import assert from "node:assert/strict";
import { noTraffic, TRAFFIC, type Traffic } from "../../actors/domain/traffic.ts";
import { type ConformanceCase, type StoreUnderTest, T0 } from "./store_fixture.ts";

/** `T0` is a whole minute, and so a whole period. */
const MINUTE = TRAFFIC.foldedMs;
const PERIOD = TRAFFIC.periodMs;

/** Traffic that differs in every number. */
function traffic(scale: number): Traffic {
  const { waits, runs } = noTraffic();
  return {
    submitted: scale,
    started: 2 * scale,
    finished: { completed: 3 * scale, failed: 4 * scale, cancelled: 5 * scale, skipped: 0 },
    waits: waits.map((_, bucket) => bucket * scale),
    runs: runs.map((_, bucket) => (100 + bucket) * scale),
  };
}

async function count(under: StoreUnderTest, at: number, scale: number): Promise<void> {
  await under.store.write((tx) => tx.countTraffic(at, traffic(scale)));
}

/** The sums of a span as times since `T0` with the scale of what was counted. */
async function read(
  { reader }: StoreUnderTest,
  span: { readonly from: number; readonly until: number; readonly stepMs: number },
): Promise<readonly (readonly [number, number])[]> {
  const found = await reader.readTraffic(span);
  for (const one of found) assert.deepEqual(one.traffic, traffic(one.traffic.submitted));
  return found.map(({ at, traffic: { submitted } }) => [at - T0, submitted]);
}

export const TRAFFIC_CASES: readonly ConformanceCase[] = [
  {
    rule: "traffic adds up in the period in which it was counted, over restarts",
    check: async (under) => {
      await count(under, T0, 1);
      await count(under, T0 + PERIOD - 1, 10);
      await under.reopen();
      await count(under, T0 + 1, 100);
      await count(under, T0 + PERIOD, 1_000);
      const span = { from: T0, until: T0 + MINUTE, stepMs: PERIOD };
      assert.deepEqual(await read(under, span), [[0, 111], [PERIOD, 1_000]]);
    },
  },
  {
    rule: "traffic is undone with its transaction",
    check: async (under) => {
      await count(under, T0, 1);
      const undone = under.store.write(async (tx) => {
        await tx.countTraffic(T0, traffic(10));
        throw new Error("undone");
      });
      await assert.rejects(undone, /undone/);
      const span = { from: T0, until: T0 + MINUTE, stepMs: MINUTE };
      assert.deepEqual(await read(under, span), [[0, 1]]);
    },
  },
  {
    rule: "traffic is read in steps, from where the span begins to before its end",
    check: async (under) => {
      for (const [step, scale] of [[-1, 1], [0, 2], [1, 4], [2, 8], [3, 16], [4, 32]] as const) {
        await count(under, T0 + step * PERIOD, scale);
      }
      const until = T0 + 4 * PERIOD;
      const steps = await read(under, { from: T0, until, stepMs: 2 * PERIOD });
      assert.deepEqual(steps, [[0, 6], [2 * PERIOD, 24]]);
      const whole = await read(under, { from: T0, until, stepMs: 4 * PERIOD });
      assert.deepEqual(whole, [[0, 30]]);
      const none = { from: T0 + 5 * PERIOD, until: T0 + 9 * PERIOD, stepMs: PERIOD };
      assert.deepEqual(await read(under, none), []);
    },
  },
  {
    rule: "traffic of minutes that are over becomes one row each, and what is too old goes",
    check: async (under) => {
      for (let period = 0; period < 36; period++) await count(under, T0 + period * PERIOD, 1);
      const span = { from: T0 - MINUTE, until: T0 + 3 * MINUTE, stepMs: PERIOD };
      const fold = (from: number, until: number) =>
        under.store.write((tx) => tx.foldTraffic({ from, until }));
      await fold(T0 - MINUTE, T0 + MINUTE);
      await fold(T0 - MINUTE, T0 + 2 * MINUTE);
      await fold(T0 - MINUTE, T0 + 2 * MINUTE);
      const folded = await read(under, span);
      assert.deepEqual(folded.slice(0, 3), [[0, 12], [MINUTE, 12], [2 * MINUTE, 1]]);
      assert.equal(folded.length, 2 + 12);
      // A node whose clock is behind still counts there.
      await count(under, T0 + PERIOD, 5);
      await fold(T0 + MINUTE, T0 + 2 * MINUTE);
      assert.deepEqual((await read(under, span))[0], [MINUTE, 12]);
      const minutes = await read(under, { ...span, stepMs: MINUTE });
      assert.deepEqual(minutes, [[MINUTE, 12], [2 * MINUTE, 12]]);
    },
  },
];
