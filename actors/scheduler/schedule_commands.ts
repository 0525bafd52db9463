import { planGraph } from "../domain/dependency_graph.ts";
import { ok, refuse, type Result } from "../domain/error.ts";
import type { ScheduleRecord, ScheduleSpec, TickRecord } from "../domain/schedule.ts";
import { nextFireTimes } from "../domain/schedule_decision.ts";
import { LIMITS } from "../domain/task.ts";
import { Timetable } from "../domain/timetable.ts";
import type { ScheduleCommand, ScheduleCommandReplies, ScheduleView } from "../protocol.ts";
import type { Commit } from "./commit.ts";
import { ScheduleTable, specBytes } from "./schedule_table.ts";
import { startWork, triggerId } from "./start_work.ts";

/** Ticks are at whole seconds. */
const SECOND_MS = 1_000;

type CommandOf<K extends string> = Extract<ScheduleCommand, { readonly kind: K }>;

/** Sets schedules up, or anew: what has happened to one so far, and a pause, stay. */
export async function putSchedules(
  commit: Commit,
  work: readonly CommandOf<"PutSchedule">[],
): Promise<readonly ScheduleCommandReplies["PutSchedule"][]> {
  const answers = [];
  for (const { name, spec } of work) answers.push(await putSchedule(commit, name, spec));
  return answers;
}

/** Removes schedules with what is known of their ticks; what they have started goes on. */
export async function deleteSchedules(
  commit: Commit,
  work: readonly CommandOf<"DeleteSchedule">[],
): Promise<readonly Result<null>[]> {
  const answers: Result<null>[] = [];
  for (const { name } of work) {
    const existed = await commit.tx.deleteSchedule(name);
    if (existed) commit.effects.schedules.set(name, null);
    answers.push(existed ? ok(null) : unknownSchedule(name));
  }
  return answers;
}

/** Pauses schedules or lets them go on. Nothing is decided in a pause; afterwards the window judges. */
export function pauseSchedules(
  commit: Commit,
  work: readonly CommandOf<"PauseSchedule">[],
): Promise<readonly Result<ScheduleView>[]> {
  const { tx, now, effects } = commit;
  return forEachSchedule(commit, work, async (before, { paused }) => {
    const updatedAt = touched(before, now);
    const record = before.paused === paused ? before : { ...before, paused, updatedAt };
    if (record !== before) {
      await tx.advanceSchedule(record);
      effects.schedules.set(record.name, record);
    }
    return ok(viewOf(record, now));
  });
}

/** Starts the work of schedules by hand. */
export function triggerSchedules(
  commit: Commit,
  work: readonly CommandOf<"TriggerSchedule">[],
): Promise<readonly Result<TickRecord>[]> {
  return forEachSchedule(commit, work, (record) => trigger(commit, record));
}

/** Does each piece of work with the schedule that it names, one after the other; refuses unknown names. */
export async function forEachSchedule<W extends { readonly name: string }, T>(
  commit: Commit,
  work: readonly W[],
  act: (record: ScheduleRecord, one: W) => Promise<Result<T>>,
): Promise<readonly Result<T>[]> {
  const answers: Result<T>[] = [];
  for (const one of work) {
    const record = await findSchedule(commit, one.name);
    answers.push(record === null ? unknownSchedule(one.name) : await act(record, one));
  }
  return answers;
}

/** The refusal of a name that no schedule has. */
function unknownSchedule(name: string): Result<never> {
  return refuse("not_found", "unknown_schedule", `Schedule "${name}" does not exist`, {
    subject: name,
  });
}

/** A schedule as it stands in this transaction. */
async function findSchedule(
  { tx }: Commit,
  name: string,
): Promise<ScheduleRecord | null> {
  return (await tx.findSchedules([name])).get(name) ?? null;
}

async function putSchedule(
  commit: Commit,
  name: string,
  spec: ScheduleSpec,
): Promise<ScheduleCommandReplies["PutSchedule"]> {
  const { tx, now, effects } = commit;
  const timetable = Timetable.of(spec);
  if (!timetable.ok) return timetable;
  const fault = numbersFault(name, spec) ?? methodFault(commit, name, spec) ??
    await graphFault(commit, name, spec);
  if (fault !== null) return fault;
  const before = await findSchedule(commit, name);
  const tooMuch = await roomFault(commit, { name, spec, isNew: before === null });
  if (tooMuch !== null) return tooMuch;
  const record = before === null ? newSchedule(name, spec, now) : changed(before, spec, now);
  await tx.saveSchedule(record);
  effects.schedules.set(name, record);
  return ok({ created: before === null, view: viewOf(record, now) });
}

function newSchedule(name: string, spec: ScheduleSpec, now: number): ScheduleRecord {
  return {
    name,
    spec,
    paused: false,
    decidedUntil: now,
    bufferedAt: null,
    fired: 0,
    missed: 0,
    skipped: 0,
    refused: 0,
    lastFiredAt: null,
    lastStarted: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** Other times are not applied to the past; whatever else is new also holds for ticks still to decide. */
function changed(before: ScheduleRecord, spec: ScheduleSpec, now: number): ScheduleRecord {
  const sameTimes = before.spec.cron === spec.cron && before.spec.timezone === spec.timezone;
  const decidedUntil = sameTimes ? before.decidedUntil : now;
  return { ...before, spec, decidedUntil, updatedAt: touched(before, now) };
}

/** The time of a change: never that of the one before, so that the table notices each. */
function touched({ updatedAt }: ScheduleRecord, now: number): number {
  return Math.max(now, updatedAt + 1);
}

function numbersFault(name: string, spec: ScheduleSpec): Result<never> | null {
  const limits = { catchUpWindowMs: LIMITS.catchUpWindowMs, jitterMs: LIMITS.jitterMs } as const;
  for (const field of ["catchUpWindowMs", "jitterMs"] as const) {
    if (Number.isInteger(spec[field]) && spec[field] >= 0 && spec[field] <= limits[field]) continue;
    const message = `must be a whole number from 0 to ${limits[field]}`;
    return refuse(
      "invalid_argument",
      "invalid_schedule",
      `Cannot set up schedule "${name}": ${field} ${message}`,
      { subject: name, errors: [{ pointer: `/${field}`, message }] },
    );
  }
  if (name.length <= LIMITS.scheduleNameLength) return null;
  const message = `Cannot set up a schedule: its name has ${name.length} characters, ` +
    `${LIMITS.scheduleNameLength} is the limit`;
  return refuse("invalid_argument", "invalid_schedule", message);
}

function methodFault(
  { context: { methods } }: Commit,
  name: string,
  { target }: ScheduleSpec,
): Result<never> | null {
  const tasks = target.kind === "task" ? [target.task] : target.tasks;
  for (const [index, task] of tasks.entries()) {
    const isKnown = methods.findAnywhere(task.method, task.mode) !== null;
    const method = isKnown ? methods.missingHandler(task) : task.method;
    if (method === null) continue;
    const field = isKnown ? "/onFailure/method" : "/method";
    const pointer = target.kind === "task" ? field : `/workflow/tasks/${index}${field}`;
    return refuse(
      "invalid_argument",
      "unknown_method",
      `Cannot set up schedule "${name}": method "${method.slice(0, LIMITS.nameLength)}" is not ` +
        "registered; GET /api/methods lists those that are",
      { subject: method, errors: [{ pointer, message: "is not a registered method" }] },
    );
  }
  return null;
}

/** Checks the graph as it would be at a submission now. */
async function graphFault(
  { tx }: Commit,
  name: string,
  { target }: ScheduleSpec,
): Promise<Result<never> | null> {
  const tasks = target.kind === "task" ? [target.task] : target.tasks;
  const deps = [...new Set(tasks.flatMap((task) => task.deps))];
  const known = deps.length > 0 ? await tx.findTasks(deps) : new Map();
  // A task alone has no key. No dependency can have one with a blank.
  const nodes = tasks.map((task) => ({ key: task.key ?? `schedule ${name}`, deps: task.deps }));
  const plan = planGraph(nodes, (dep) => known.has(dep));
  if (plan.ok) return null;
  const errors = (plan.error.errors ?? []).map(({ pointer, message }) => ({
    pointer: target.kind === "task" ? pointer.replace("/tasks/0", "") : `/workflow${pointer}`,
    message,
  }));
  return { ok: false, error: { ...plan.error, errors } };
}

async function roomFault(
  { tx, context, effects }: Commit,
  { name, spec, isNew }: {
    readonly name: string;
    readonly spec: ScheduleSpec;
    readonly isNew: boolean;
  },
): Promise<Result<never> | null> {
  const bytes = specBytes({ spec });
  if (bytes > LIMITS.scheduleBytes) return tooLarge(name, bytes);
  // Memory follows the schedules of other nodes only where this one leads.
  const schedules = context.shared
    ? new ScheduleTable(await tx.loadSchedules())
    : context.schedules;
  // Those that this commit adds are not in the table yet.
  const added = [...effects.schedules.keys()].filter((other) => !schedules.has(other)).length;
  const isFull = isNew && schedules.size + added >= LIMITS.schedules;
  const total = schedules.bytes - schedules.bytesOf(name) + bytes;
  if (!isFull && total <= LIMITS.schedulesBytes) return null;
  const limit = isFull
    ? `there are ${LIMITS.schedules} schedules already`
    : `all schedules together would take more than ${LIMITS.schedulesBytes} bytes`;
  const message = `Cannot set up schedule "${name}": ${limit}, which is the limit; delete others`;
  return refuse("resource_exhausted", "too_many_schedules", message, { subject: name });
}

function tooLarge(name: string, bytes: number): Result<never> {
  const message = `Cannot set up schedule "${name}": it takes ${bytes} bytes, ` +
    `${LIMITS.scheduleBytes} is the limit; let its tasks fetch their input`;
  return refuse("payload_too_large", "schedule_too_large", message, { subject: name });
}

async function trigger(commit: Commit, record: ScheduleRecord): Promise<Result<TickRecord>> {
  const { tx, now, effects } = commit;
  const { name, spec: { target } } = record;
  for (let at = now;; at++) {
    at = await freeInstant(commit, name, at);
    const id = triggerId(name, at);
    const start = await startWork(commit, { schedule: name, tickAt: null, target, id });
    if (!start.ok) return start;
    // A schedule of this name may have been triggered at this very time, and deleted since.
    if (!start.value.created) continue;
    const decided = { outcome: "triggered", decidedAt: now, error: null } as const;
    const tick = { schedule: name, nominalAt: at, ...decided, started: start.value.work };
    await tx.insertTicks([tick]);
    effects.ticked(decided.outcome);
    return ok(tick);
  }
}

/** The first ms from `from` on that stands for no tick and no other start by hand. */
async function freeInstant({ tx }: Commit, schedule: string, from: number): Promise<number> {
  const range = { after: from - 1, until: from + LIMITS.ticksKept + 1 };
  const taken = await tx.decidedTicks(schedule, range);
  let at = from;
  while (at % SECOND_MS === 0 || taken.has(at)) at++;
  return at;
}

function viewOf(schedule: ScheduleRecord, now: number): ScheduleView {
  return { schedule, nextFireTimes: nextFireTimes(schedule, now) };
}
