import type {
  ScheduleRecord,
  ScheduleSpec,
  TaskTemplate,
  TickRecord,
} from "../../actors/domain/schedule.ts";
import type { ScheduleView } from "../../actors/protocol.ts";
import type { SchedulerRig } from "./scheduler_rig.ts";
import { openSqliteReader } from "../../actors/storage/sqlite/mod.ts";
import { query } from "../conformance/store_fixture.ts";
import { submission } from "./submission.ts";

/** A task of a schedule with everything unsaid. */
export function template(more: Partial<TaskTemplate> = {}): TaskTemplate {
  const { key, method, mode, args, deps, triggerRule, queue, priority, delayMs } = submission(more);
  const { timeoutMs, heartbeatTimeoutMs, concurrencyKey, retry, labels, unique } = submission(more);
  return {
    ...{ key, method, mode, args, deps, triggerRule, queue, priority, delayMs },
    ...{ timeoutMs, heartbeatTimeoutMs, concurrencyKey, retry, labels },
    ...(unique && { unique }),
  };
}

/** Every minute in UTC, one task a tick, overlaps allowed, unless `more` says otherwise. */
export function scheduleSpec(more: Partial<ScheduleSpec> = {}): ScheduleSpec {
  return {
    cron: "* * * * *",
    timezone: "UTC",
    overlap: "allow_all",
    catchUpWindowMs: 600_000,
    jitterMs: 0,
    target: { kind: "task", task: template() },
    ...more,
  };
}

/** A schedule that was set up and has done nothing yet. */
export function scheduleRecord(
  more: Partial<ScheduleRecord> & { readonly spec?: ScheduleSpec } = {},
): ScheduleRecord {
  return {
    name: "s",
    spec: scheduleSpec(),
    paused: false,
    decidedUntil: 0,
    bufferedAt: null,
    fired: 0,
    missed: 0,
    skipped: 0,
    refused: 0,
    lastFiredAt: null,
    lastStarted: null,
    createdAt: 0,
    updatedAt: 0,
    ...more,
  };
}

/** Sets a schedule up and expects acceptance. */
export async function putSchedule(
  rig: SchedulerRig,
  name: string,
  more: Partial<ScheduleSpec> = {},
): Promise<ScheduleView> {
  const answer = await rig.ask({ kind: "PutSchedule", name, spec: scheduleSpec(more) });
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value.view;
}

/** A schedule as it is stored, with its ticks, oldest first. */
export async function storedSchedule(
  rig: SchedulerRig,
  name: string,
): Promise<ScheduleRecord & { readonly ticks: readonly TickRecord[] }> {
  const reader = await openSqliteReader({ dataDir: rig.dataDir });
  try {
    const schedule = await reader.getSchedule(name);
    const ticks = await reader.listTicks(name, 10_000);
    if (schedule === null || ticks === null) throw new Error(`no schedule ${name}`);
    return { ...schedule, ticks: ticks.toReversed() };
  } finally {
    await reader.close();
  }
}

/** Ids of all tasks that a schedule has started, with the times at which they were made. */
export async function startedTasks(
  rig: SchedulerRig,
  name: string,
): Promise<ReadonlyMap<string, number>> {
  const reader = await openSqliteReader({ dataDir: rig.dataDir });
  try {
    const page = { limit: 100_000, beforeNum: null, scanRows: 1_000_000, textBytes: 0 };
    const { tasks } = await reader.listTasks(query({ idPrefix: `${name}:` }), page);
    return new Map(tasks.map(({ id, createdAt }) => [id, createdAt]));
  } finally {
    await reader.close();
  }
}
