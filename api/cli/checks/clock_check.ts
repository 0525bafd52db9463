/** This machine's clock beside everything that has a time of its own. */
import { durationText } from "../time_text.ts";
import { type Verdict, worstOf } from "./finding.ts";
import type { NodeReport } from "./node_check.ts";

/** A difference that is worth a word, and one with which times can't be trusted. */
const ODD_MS = 2_000;
const WRONG_MS = 60_000;

const REMEDY = "check its time synchronisation (timedatectl, chronyc tracking)";

export interface ClockReadings {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The newest time on record in the database; null where there is none. */
  readonly newestAt: number | null;
  /** What a running node says of its clock. */
  readonly report: NodeReport | null;
}

/** Whether the clock jumped: records from the future, a node with another time, steps that it saw. */
export function checkClock({ now, newestAt, report }: ClockReadings): Verdict {
  const verdicts: Verdict[] = [];
  const futureMs = newestAt === null ? 0 : newestAt - now;
  if (futureMs > ODD_MS) {
    verdicts.push({
      level: levelOf(futureMs),
      detail: `the database has a record of ${new Date(newestAt ?? 0).toISOString()}, ` +
        `${durationText(futureMs)} ahead of this clock, which was set back (or is wrong now): ` +
        `${REMEDY}; what was to start by then waits`,
    });
  }
  const aheadMs = report?.aheadMs ?? 0;
  if (Math.abs(aheadMs) > ODD_MS) {
    verdicts.push({
      level: levelOf(Math.abs(aheadMs)),
      detail: `the node's clock is ${durationText(Math.abs(aheadMs))} ` +
        `${aheadMs > 0 ? "ahead of" : "behind"} this one: ${REMEDY}, on both machines`,
    });
  }
  if (report !== null && report.clockSteps > 0) verdicts.push(stepVerdict(report));
  return worstOf(verdicts, okText(newestAt, report));
}

function stepVerdict({ clockSteps, lastStepAt, lastStepMs }: NodeReport): Verdict {
  const last = lastStepAt === null
    ? ""
    : `, last by ${lastStepMs > 0 ? "+" : "-"}${
      durationText(Math.abs(lastStepMs))
    } at ${lastStepAt}`;
  const times = clockSteps === 1 ? "once" : `${clockSteps} times`;
  return {
    level: "warn",
    detail:
      `the node saw the clock jump ${times} since its start${last}, or its machine slept: ${REMEDY}`,
  };
}

function okText(newestAt: number | null, report: NodeReport | null): string {
  const agreeing = [
    ...(newestAt === null ? [] : ["the newest record of the database"]),
    ...(report?.aheadMs === undefined || report.aheadMs === null ? [] : ["the node's clock"]),
  ];
  return agreeing.length === 0
    ? "nothing to compare it with yet"
    : `agrees with ${agreeing.join(" and ")}`;
}

function levelOf(ms: number): Verdict["level"] {
  return ms > WRONG_MS ? "FAIL" : "warn";
}
