import assert from "node:assert/strict";
import { GiveBacks } from "../../../actors/dispatcher/give_backs.ts";
import type { SchedulerProtocol } from "../../../actors/protocol.ts";
import type { ActorRef, AskFailureCode } from "../../../actors/runtime/mod.ts";

/** A scheduler that fails every report in the order given, then takes one. */
function failing(...codes: readonly AskFailureCode[]) {
  const left = [...codes];
  const { promise: taken, resolve } = Promise.withResolvers<void>();
  const reports: (readonly number[])[] = [];
  const scheduler = {
    name: "scheduler",
    tell: () => true,
    ask: (message: SchedulerProtocol["message"]) => {
      assert.equal(message.kind, "ReportOutcomes");
      if (message.kind === "ReportOutcomes") reports.push(message.outcomes.map(({ num }) => num));
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

Deno.test("give_backs report again what could not be committed, until it is", async () => {
  const { scheduler, reports, taken } = failing("threw", "timeout");
  const giveBacks = new GiveBacks({ scheduler, now: () => 1, retryMs: 1 });
  await giveBacks.report(EXECUTOR, RUNS);
  await taken;
  assert.deepEqual(reports, [[7, 8], [7, 8], [7, 8]]);
});

Deno.test("give_backs end with the scheduler, and with their own actor", async () => {
  const dead = failing("died");
  await new GiveBacks({ scheduler: dead.scheduler, now: () => 1, retryMs: 1 })
    .report(EXECUTOR, RUNS);
  const stopped = failing("threw");
  const giveBacks = new GiveBacks({ scheduler: stopped.scheduler, now: () => 1, retryMs: 1 });
  await giveBacks.report(EXECUTOR, RUNS);
  // The test would complain of a timer that is left.
  giveBacks.stop();
  assert.deepEqual([dead.reports.length, stopped.reports.length], [1, 1]);
});
