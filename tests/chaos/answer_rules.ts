/** Rules on what clients were told. */
import {
  type HistoryRule,
  type IndexedHistory,
  isFinal,
  mayBeRevived,
  type Reading,
  runKey,
} from "./history.ts";

/** A final state that somebody has read stays, unless somebody revives the task. */
export const finalStatesStay: HistoryRule = function* (history) {
  for (const [id, readings] of Map.groupBy(allReadings(history), ({ task }) => task)) {
    for (const first of readings) {
      if (!isFinal(first.status)) continue;
      const changed = readings.find((later) => isLater(first, later) && !isSame(first, later));
      if (changed === undefined) continue;
      const span = { task: id, from: first.sentAt, until: changed.answeredAt };
      if (mayBeRevived(history, span)) continue;
      yield { rule: "final_changed", text: `${id} was ${tell(first)} and then ${tell(changed)}` };
      break;
    }
  }
};

/** Nothing starts of a task that somebody was told has ended. */
export const whatHasEndedDoesNotStart: HistoryRule = function* (history) {
  const told = new Map<string, Told>();
  const note = (task: string, { sentAt, answeredAt }: Reading | Told, rule: string) => {
    if (answeredAt < (told.get(task)?.answeredAt ?? Infinity)) {
      told.set(task, { sentAt, answeredAt, rule });
    }
  };
  for (const reading of history.readings) {
    if (isFinal(reading.status)) note(reading.task, reading, "started_after_end");
  }
  for (const cancel of history.cancels) {
    const rule = "started_after_cancel";
    if (cancel.httpStatus === 200) note(cancel.task, { ...cancel, rule }, rule);
  }
  for (const start of history.starts) {
    const end = told.get(start.task);
    if (end === undefined || start.at <= end.answeredAt) continue;
    if (mayBeRevived(history, { task: start.task, from: end.sentAt, until: start.at })) continue;
    // The code of a run that was given up can start on a node that was asleep; its outcome is refused.
    if ((history.runByKey.get(runKey(start))?.finishedAt ?? Infinity) < start.at) continue;
    const after = start.at - end.answeredAt;
    yield { rule: end.rule, text: `run ${start.run} of ${start.task} started ${after} ms after` };
  }
};

interface Told {
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly rule: string;
}

/** What was read, and last of all what the store says at the end. */
function* allReadings({ readings, tasks }: IndexedHistory): Generator<Reading> {
  yield* readings;
  for (const { id, status, run, finishedAt } of tasks) {
    yield { task: id, sentAt: Infinity, answeredAt: Infinity, status, run, finishedAt };
  }
}

function isLater(first: Reading, later: Reading): boolean {
  return later.sentAt >= first.answeredAt && later !== first;
}

function isSame(one: Reading, other: Reading): boolean {
  return one.status === other.status && one.run === other.run &&
    one.finishedAt === other.finishedAt;
}

function tell({ status, run, finishedAt }: Reading): string {
  return `${status} by run ${run} at ${finishedAt}`;
}
