import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { FinalReports } from "../../../actors/dispatcher/final_reports.ts";
import { givenBack } from "../../../actors/dispatcher/verdicts.ts";
import type { SchedulerProtocol } from "../../../actors/protocol.ts";
import type { ActorRef, AskFailureCode } from "../../../actors/runtime/mod.ts";

/** A scheduler that fails every report in the order given, then takes one. */
function failing(...codes: readonly AskFailureCode[]) {
  const left = [...codes];
  const { promise: taken, resolve } = Promise.withResolvers<void>();
  const reports: (readonly [kind: string, nums: readonly number[]])[] = [];
  const scheduler = {
    name: "scheduler",
    tell: () => true,
    ask: (message: SchedulerProtocol["message"]) => {
      const isLoss = message.kind === "ExecutorLost";
      if (!isLoss && message.kind !== "ReportOutcomes") throw new Error(message.kind);
      const outcomes = isLoss ? message.verdicts : message.outcomes;
      reports.push([message.kind, outcomes.map(({ num }) => num)]);
      const code = left.shift();
      if (code !== undefined) return Promise.resolve({ ok: false, error: { code, message: code } });
      resolve();
      return Promise.resolve({ ok: true, value: null });
    },
  } as unknown as ActorRef<SchedulerProtocol>;
  return { scheduler, reports, taken };
}

const EXECUTOR = { name: "executor-1", incarnation: "i-1" };
const RUNS = [{ num: 7, run: 1 }, { num: 8, run: 2 }];
const VERDICTS = RUNS.map((run) => givenBack(run, { now: 1, alone: false }));

Deno.test("final_reports say again what was given back and could not be committed", async () => {
  const { scheduler, reports, taken } = failing("threw", "timeout");
  const final = new FinalReports({ scheduler, now: () => 1, retryMs: 1 });
  final.giveBack(EXECUTOR, RUNS);
  await taken;
  assert.deepEqual(reports, Array(3).fill(["ReportOutcomes", [7, 8]]));
});

Deno.test("final_reports say again what became of a lost executor's runs", async () => {
  const { scheduler, reports, taken } = failing("threw", "overloaded");
  const final = new FinalReports({ scheduler, now: () => 1, retryMs: 1 });
  final.lost(EXECUTOR, VERDICTS);
  await taken;
  assert.deepEqual(reports, Array(3).fill(["ExecutorLost", [7, 8]]));
});

Deno.test({
  name: "final_reports end with the scheduler, and with their own actor",
  // Complains of a timer that is left.
  sanitizeOps: true,
  async fn() {
    const dead = failing("died");
    new FinalReports({ scheduler: dead.scheduler, now: () => 1, retryMs: 1 })
      .giveBack(EXECUTOR, RUNS);
    const stopped = failing("threw");
    const final = new FinalReports({ scheduler: stopped.scheduler, now: () => 1 });
    final.lost(EXECUTOR, VERDICTS);
    await new Promise<void>((resolve) => setImmediate(resolve));
    final.stop();
    assert.deepEqual([dead.reports.length, stopped.reports.length], [1, 1]);
  },
});
