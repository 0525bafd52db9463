/** A data folder as a node in the midst of work leaves it. */
import { DatabaseSync } from "node:sqlite";
import { outcome, SchedulerRig } from "./scheduler_rig.ts";
import { submission } from "./submission.ts";

/** Tasks of the folder, and those that have not ended. */
export const LIVELY = { tasks: 8, live: 4 } as const;

/** Makes one with tasks in every status; the rig's scheduler is stopped, its folder is the caller's. */
export async function makeLivelyFolder(): Promise<SchedulerRig> {
  const rig = await SchedulerRig.open();
  const retry = { maxAttempts: 1, backoff: "fixed", initialMs: 1, factor: 1, maxMs: 1 } as const;
  await rig.submit({ id: "done" }, { id: "broken", retry: { ...retry, jitter: "none" } });
  const { runs } = await rig.claim();
  await rig.report(...runs.map((run) => outcome(run, END_OF[run.id])));
  await rig.ask({
    kind: "SubmitWorkflow",
    id: "flow",
    name: null,
    contentHash: "sha256-0",
    idempotencyKey: null,
    tasks: [
      { id: "root", key: "root" },
      {
        id: "leaf",
        key: "leaf",
        deps: ["root", "done", "broken"],
        triggerRule: "all_done" as const,
      },
    ].map(submission),
  });
  await rig.claim({ max: 1 });
  await rig.submit(
    { id: "later", delayMs: 60_000 },
    { id: "waiting" },
    { id: "unwanted" },
    { id: "skipped", deps: ["broken"] },
  );
  await rig.ask({ kind: "CancelTask", id: "unwanted" });
  await rig.stop();
  return rig;
}

const END_OF: Readonly<Record<string, Parameters<typeof outcome>[1]>> = {
  broken: { outcome: "threw", error: { name: "Error", message: "no", stack: null } },
};

/** Changes a database past the store, as a bug or a bad disk would. */
export function tamper(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}
