/** Histories as they should be, drawn at random, for tests of the rules. */
import type {
  CodeMoment,
  History,
  QueueLimits,
  Reading,
  StoredRun,
  StoredSchedule,
  StoredTask,
} from "./history.ts";
import { seededRandom } from "../support/random.ts";

/** The queue of every other task. */
export const LIMITED: QueueLimits = {
  queue: "limited",
  concurrency: 2,
  keyConcurrency: 1,
  rateLimit: { limit: 2, perMs: 100 },
};

const EPOCH = 1_000_000;
const TASKS = 12;
/** The task that somebody cancels while it runs. */
const CANCELLED = 3;
/** Between the first runs of two tasks; long enough for all runs of one. */
const TASK_MS = 1_000;
/** Between two runs of a task. */
const RETRY_MS = 60;

/** A history in which everything is right. The same for the same seed. */
export function sampleHistory(seed: number): History {
  const random = seededRandom(seed);
  const tasks: StoredTask[] = [];
  for (let index = 0; index < TASKS; index++) tasks.push(drawTask(index, tasks.at(-1), random));
  const ids = tasks.map(({ id }) => id);
  return {
    accepted: new Set(ids),
    echoing: new Set(ids),
    readings: tasks.flatMap((task) => readingsOf(task, random)),
    cancels: tasks.filter(({ status }) => status === "cancelled").map(({ id, finishedAt }) => {
      const at = finishedAt ?? 0;
      return { task: id, sentAt: at + 1, answeredAt: at + 2, httpStatus: 200 };
    }),
    revivals: [],
    starts: momentsOf(tasks, ({ startedAt }) => startedAt + 1),
    ends: momentsOf(tasks, ({ finishedAt }) => (finishedAt ?? 0) - 1),
    views: [
      { observer: 1, sentAt: EPOCH, answeredAt: EPOCH + 1, term: 1, leader: "n-1", gone: [] },
      {
        observer: 1,
        sentAt: EPOCH + 5_000,
        answeredAt: EPOCH + 5_001,
        term: 2,
        leader: "n-2",
        gone: ["n-0"],
      },
    ],
    tasks,
    schedules: [sampleSchedule()],
    limits: [LIMITED],
  };
}

/** A task of some runs, of which the first may have been given up; half depend on the one before. */
function drawTask(index: number, before: StoredTask | undefined, random: () => number): StoredTask {
  const id = `task-${index}`;
  const isLimited = index % 2 === 0;
  const dependency = before !== undefined && random() < 0.5 ? before : undefined;
  const runs: StoredRun[] = [];
  const count = 1 + Math.floor(random() * 3);
  for (let run = 1, at = EPOCH + index * TASK_MS; run <= count; run++) {
    const startedAt = at;
    const finishedAt = startedAt + 5 + Math.floor(random() * 15);
    const outcome = random() < 0.5 ? "crashed" : "threw";
    runs.push({ run, node: "n-1", startedAt, finishedAt, outcome });
    at = finishedAt + RETRY_MS;
  }
  const cancelled = index === CANCELLED;
  const last = runs.pop();
  if (last !== undefined) runs.push({ ...last, outcome: cancelled ? "cancelled" : "completed" });
  return {
    id,
    status: cancelled ? "cancelled" : "completed",
    run: count,
    finishedAt: last?.finishedAt ?? null,
    result: cancelled ? null : id,
    queue: isLimited ? LIMITED.queue : "default",
    concurrencyKey: isLimited ? `key-${index}` : null,
    deps: dependency === undefined ? [] : [dependency.id],
    runs,
  };
}

function readingsOf({ id, status, run, finishedAt }: StoredTask, random: () => number) {
  const at = finishedAt ?? 0;
  const early = at - 20 - Math.floor(random() * 20);
  const readings: Reading[] = [
    { task: id, sentAt: early, answeredAt: early + 2, status: "running", run, finishedAt: null },
    { task: id, sentAt: at + 3, answeredAt: at + 5, status, run, finishedAt },
    { task: id, sentAt: at + 6, answeredAt: at + 9, status, run, finishedAt },
  ];
  return readings;
}

function momentsOf(tasks: readonly StoredTask[], at: (run: StoredRun) => number): CodeMoment[] {
  return tasks.flatMap(({ id, runs }) =>
    runs.map((run) => ({ task: id, run: run.run, pid: 1, at: at(run) }))
  );
}

function sampleSchedule(): StoredSchedule {
  const ticks = [EPOCH, EPOCH + 1_000, EPOCH + 2_000];
  const tasks = ticks.map((at) => `every-second:${at}`);
  return { name: "every-second", fired: ticks.length, ticks, tasks, expected: ticks };
}
