import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../support/eventually.ts";
import {
  assertLimits,
  configure,
  drawSettings,
  drawTasks,
  liftRates,
  type LimitSettings,
} from "../support/limited_work.ts";
import { startNode } from "../support/node_process.ts";
import { announceSeed, seededRandom } from "../support/random.ts";
import { type PastRun, readRuns } from "../support/run_history.ts";
import { allEnded, submitTasks } from "../support/task_client.ts";

/** More for a longer run. */
const KILLS = Number(Deno.env.get("DTASK_TEST_KILLS") ?? 4);
const ARGS = ["--no-grpc", "--log-level", "warning"];
/** Between the claim that a limit counts and the start of the code, which is what is recorded. */
const HANDOVER_MS = 1_000;

Deno.test("limits hold at every moment, under load and kill -9", async () => {
  const random = seededRandom(announceSeed(`limits under ${KILLS} kills`));
  const settings = drawSettings(random);
  console.log(JSON.stringify(settings));
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  for (let round = 0; round < KILLS; round++) {
    const node = await startNode({ dataDir, args: ARGS });
    await configure(node, settings);
    await submitTasks(node, drawTasks(settings, random));
    await delay(500 + random() * 1_500);
    node.kill("SIGKILL");
    await node.status;
  }
  const limitedUntil = await runToTheEnd(dataDir, settings);
  const runs = readRuns(dataDir);
  console.log(`${runs.length} runs, ${runs.filter(isCrash).length} of them crashed`);
  assert.ok(runs.some(isCrash), "no run was cut off: nothing of interest was tested");
  for (const [queue, limits] of Object.entries(settings)) {
    assertLimits(runs.filter((run) => run.queue === queue), {
      queue,
      ...limits,
      limitedUntil,
      handoverMs: HANDOVER_MS,
    });
  }
  await Deno.remove(dataDir, { recursive: true });
});

const isCrash = ({ outcome }: PastRun) => outcome === "crashed";

/** Lets all tasks end, without limits of the rate; answers until when those held. */
async function runToTheEnd(dataDir: string, settings: LimitSettings): Promise<number> {
  await using node = await startNode({ dataDir, args: ARGS });
  await configure(node, settings);
  await delay(500);
  const limitedUntil = Date.now();
  await liftRates(node, settings);
  await eventually(() => allEnded(node), {
    what: "every task has ended",
    deadlineMs: 120_000,
    everyMs: 200,
  });
  assert.equal(await node.stop(), 0);
  return limitedUntil;
}
