/** Rules on what task code saw, held against what is recorded. */
import { type HistoryRule, runKey } from "./history.ts";

/** Code runs only for runs that are recorded, and once for each. */
export const codeRunsAreRecorded: HistoryRule = function* ({ starts, runByKey }) {
  const seen = new Set<string>();
  for (const start of starts) {
    const key = runKey(start);
    if (!runByKey.has(key)) {
      yield { rule: "run_unrecorded", text: `run ${start.run} of ${start.task} is not recorded` };
    }
    if (seen.has(key)) {
      yield { rule: "run_started_twice", text: `run ${start.run} of ${start.task} started twice` };
    }
    seen.add(key);
  }
};

/** The outcomes of code. Whoever was given up may still run for a moment beside its replacement. */
const SPOKEN = new Set(["completed", "threw"]);

/** No code of a task starts while that of a run goes on whose outcome was taken. */
export const codeDoesNotOverlap: HistoryRule = function* ({ starts, ends, runByKey }) {
  const endedAt = new Map(ends.map((end) => [runKey(end), end.at]));
  for (const start of starts) {
    const before = runKey({ task: start.task, run: start.run - 1 });
    if (!SPOKEN.has(runByKey.get(before)?.outcome ?? "")) continue;
    if ((endedAt.get(before) ?? -Infinity) <= start.at) continue;
    yield { rule: "code_overlap", text: `run ${start.run} of ${start.task} met the one before` };
  }
};

/** Whether an outcome is recorded only for code that has ended. */
export const outcomesHaveCode: HistoryRule = function* ({ starts, ends, runByKey }) {
  const ended = new Set(ends.map(runKey));
  for (const start of starts) {
    const key = runKey(start);
    if (!SPOKEN.has(runByKey.get(key)?.outcome ?? "") || ended.has(key)) continue;
    yield { rule: "outcome_invented", text: `run ${start.run} of ${start.task} never ended` };
  }
};
