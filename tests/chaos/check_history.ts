/** Judges a history by all rules. */
import { finalStatesStay, whatHasEndedDoesNotStart } from "./answer_rules.ts";
import { termsGrow, termsHaveOneLeader, ticksFireOnce } from "./cluster_rules.ts";
import { codeDoesNotOverlap, codeRunsAreRecorded, outcomesHaveCode } from "./code_rules.ts";
import {
  type History,
  type HistoryRule,
  indexHistory,
  type Tolerances,
  type Violation,
} from "./history.ts";
import { limitsHold } from "./limit_rules.ts";
import {
  dependenciesComeFirst,
  membersAloneStartRuns,
  nothingIsLost,
  outcomesAreRecordedOnce,
  resultsAreRight,
  runsFollowEachOther,
} from "./task_rules.ts";

const RULES: readonly HistoryRule[] = [
  nothingIsLost,
  outcomesAreRecordedOnce,
  resultsAreRight,
  runsFollowEachOther,
  dependenciesComeFirst,
  membersAloneStartRuns,
  finalStatesStay,
  whatHasEndedDoesNotStart,
  codeRunsAreRecorded,
  codeDoesNotOverlap,
  outcomesHaveCode,
  limitsHold,
  ticksFireOnce,
  termsHaveOneLeader,
  termsGrow,
];

/** Every rule that the history breaks; none for one that is as it should be. */
export function checkHistory(
  history: History,
  { toleranceMs = 0, handoverMs = 0 }: Partial<Tolerances> = {},
): readonly Violation[] {
  const indexed = indexHistory(history, { toleranceMs, handoverMs });
  return RULES.flatMap((rule) => [...rule(indexed)]);
}
