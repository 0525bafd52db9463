/** A data folder with at least one row of every kind that a store holds. */
import { LIVE_STATUSES } from "../../actors/domain/uniqueness.ts";
import { ManualTimer } from "./manual_timer.ts";
import { putSchedule, template } from "./schedules.ts";
import { outcome, SchedulerRig, THREW } from "./scheduler_rig.ts";
import { submission } from "./submission.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;

/** Texts that a database could take for something else. */
export const ODD_TEXT = 'tab\t line\n quote" slash\\ {brace} \\N NULL 🦕 ´';

export interface FullFolderOptions {
  /** Nothing that is left of its work starts. */
  readonly atRest?: boolean;
}

/** Makes one through a real scheduler; that is stopped then, and the folder is the caller's to remove. */
export async function makeFullFolder(
  { atRest = false }: FullFolderOptions = {},
): Promise<SchedulerRig> {
  const rig = await SchedulerRig.open({}, { timer: new ManualTimer(), now: NOON });
  await configureQueues(rig);
  await endTasks(rig);
  await startSchedules(rig);
  await startWorkflows(rig);
  await leaveWork(rig);
  if (atRest) {
    await rig.ask({ kind: "ConfigureQueue", name: "default", patch: { paused: true } });
    await rig.ask({ kind: "PauseSchedule", name: "hourly", paused: true });
  }
  await rig.stop();
  return rig;
}

async function configureQueues(rig: SchedulerRig): Promise<void> {
  const patch = { rateLimit: { limit: 3, perMs: 7_000 }, concurrency: 5, keyConcurrency: 2 };
  await rig.ask({ kind: "ConfigureQueue", name: "limited", patch });
  await rig.ask({ kind: "ConfigureQueue", name: "paused:far", patch: { paused: true, weight: 7 } });
}

/** Ends of every kind, one of them deleted, with logs, errors and odd texts. */
async function endTasks(rig: SchedulerRig): Promise<void> {
  const retry = { maxAttempts: 1, backoff: "fixed", initialMs: 1, factor: 1, maxMs: 1 } as const;
  const once = { ...retry, jitter: "none" } as const;
  const labels = { team: "a", [ODD_TEXT]: ODD_TEXT };
  await rig.submit(
    { id: "done", labels, args: JSON.stringify([ODD_TEXT]), idempotencyKey: "user key" },
    { id: "broken", retry: once },
    { id: "discarded", retry: once },
    { id: "deleted" },
    { id: "child", deps: ["done"] },
    { id: "unwanted" },
    { id: "skipped", deps: ["broken"] },
  );
  await rig.submit({ id: "limited", queue: "limited" });
  await rig.ask({ kind: "CancelTask", id: "unwanted" });
  const line = { at: NOON, level: "info", message: ODD_TEXT, fields: { n: 1 } } as const;
  for (const queue of ["default", "limited", "default"]) {
    const { runs } = await rig.claim({ queue });
    await rig.report(
      ...runs.map((run) =>
        ["broken", "discarded"].includes(run.id) ? outcome(run, THREW) : outcome(run, {
          result: JSON.stringify(ODD_TEXT),
          logs: [{ run: run.run, ...line }],
        })
      ),
    );
  }
  await rig.ask({ kind: "DiscardDeadLetters", selection: { by: "ids", ids: ["discarded"] } });
  await rig.ask({ kind: "DeleteTask", id: "deleted" });
}

async function startSchedules(rig: SchedulerRig): Promise<void> {
  await putSchedule(rig, "minutely");
  const task = template({ queue: "paused:far", labels: { of: "a schedule ´" } });
  await putSchedule(rig, "hourly", { cron: "0 * * * *", target: { kind: "task", task } });
  await rig.passTo(NOON + 2 * MINUTE);
  await rig.runAll();
  await rig.ask({ kind: "PauseSchedule", name: "minutely", paused: true });
}

/** One that has ended, and one in the midst. */
async function startWorkflows(rig: SchedulerRig): Promise<void> {
  for (const id of ["whole", "half"]) {
    const answer = await rig.ask({
      kind: "SubmitWorkflow",
      id,
      name: id === "half" ? ODD_TEXT : null,
      contentHash: "sha256-0",
      idempotencyKey: `workflow ${id}`,
      tasks: [
        { id: `${id}-root`, key: "root" },
        { id: `${id}-leaf`, key: "leaf", deps: ["root", "done"] },
      ].map(submission),
    });
    if (!answer.ok) throw new Error(answer.error.message);
    if (id === "whole") await rig.runAll("[1]");
  }
}

/** Live tasks of every status; one that runs has said how far it is. */
async function leaveWork(rig: SchedulerRig): Promise<void> {
  const { runs } = await rig.claim({ max: 1 });
  const [run] = runs;
  if (run === undefined) throw new Error("nothing was left to run");
  const progress = { fraction: 0.5, note: ODD_TEXT };
  await rig.tell({
    kind: "ReportProgress",
    items: [{ num: run.num, run: run.run, progress, logs: [] }],
  });
  const unique = { key: "one", by: "args", withinMs: null, states: LIVE_STATUSES } as const;
  await rig.submit(
    { id: "later", delayMs: 60 * MINUTE },
    { id: "keyed", concurrencyKey: "tenant ´", priority: 7 },
    { id: "expiring", expiresAt: NOON + 100 * 60 * MINUTE },
    { id: "unique", unique },
    { id: "waiting", deps: ["half-root"], triggerRule: "all_done" },
    { id: "elsewhere", queue: "paused:far" },
  );
}
