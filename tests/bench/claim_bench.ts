import assert from "node:assert/strict";
import { openSqliteStore } from "../../actors/storage/sqlite/mod.ts";
import { newTask, T0 } from "../conformance/store_fixture.ts";
import { percentile } from "../support/load.ts";
import { outcome, SchedulerRig } from "../support/scheduler_rig.ts";

/** What a claim costs beside many ready tasks of many keys, against one beside few: the whole commit. */
export interface ClaimBench {
  /** Ready tasks of the large backlog, and their keys; the small one has a thousandth of the tasks. */
  readonly tasks: number;
  readonly keys: number;
  readonly sizes: readonly ClaimSize[];
}

/** Claims of so many runs at a time. */
export interface ClaimSize {
  readonly runs: number;
  /** Median commit beside the small backlog. */
  readonly smallMs: number;
  /** How many times that the median is beside the large one. */
  readonly ratio: number;
}

const CHUNK = 5_000;
const SIZES = [1, 8, 64];
const ROUNDS = 60;

/** Claims in turn from a backlog of `tasks` and from one a thousand times smaller. */
export async function benchClaims(
  { tasks, keys }: { readonly tasks: number; readonly keys: number },
): Promise<ClaimBench> {
  await using small = await backlog({ tasks: Math.ceil(tasks / 1_000), keys });
  await using large = await backlog({ tasks, keys });
  const sizes: ClaimSize[] = [];
  for (const runs of SIZES) {
    const times: { readonly small: number[]; readonly large: number[] } = { small: [], large: [] };
    for (let round = 0; round < ROUNDS; round++) {
      times.small.push(await claimOnce(small, runs));
      times.large.push(await claimOnce(large, runs));
    }
    const [smallMs, largeMs] = [medianOf(times.small), medianOf(times.large)];
    sizes.push({ runs, smallMs, ratio: largeMs / smallMs });
  }
  return { tasks, keys, sizes };
}

/** A scheduler over so many ready tasks, whose keys take turns. */
async function backlog(
  { tasks, keys }: { readonly tasks: number; readonly keys: number },
): Promise<SchedulerRig> {
  const rig = await SchedulerRig.open();
  await rig.stop();
  const store = await openSqliteStore({ dataDir: rig.dataDir });
  for (let first = 1; first <= tasks; first += CHUNK) {
    const length = Math.min(CHUNK, tasks + 1 - first);
    const chunk = Array.from({ length }, (_, index) => {
      const num = first + index;
      return newTask(num, { concurrencyKey: `customer-${num % keys}`, readyOrder: T0 + num });
    });
    await store.write((tx) => tx.insertTasks(chunk));
  }
  await store.close();
  await rig.start();
  return rig;
}

/** How long a claim took; its runs go back to where they were. */
async function claimOnce(rig: SchedulerRig, max: number): Promise<number> {
  const startedAt = performance.now();
  const { runs } = await rig.claim({ max });
  const ms = performance.now() - startedAt;
  assert.equal(runs.length, max);
  const back = { outcome: "given_back", giveBack: "drain" } as const;
  await rig.report(...runs.map((run) => outcome(run, back)));
  rig.told.length = 0;
  return ms;
}

function medianOf(times: readonly number[]): number {
  return percentile([...times].sort((a, b) => a - b), 0.5);
}
