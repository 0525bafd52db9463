/** A schedule as clients set it up, and as the API answers it. */
import { z } from "zod";
import { type FieldError, ok, type Result } from "../../actors/domain/error.ts";
import {
  type OverlapPolicy,
  type ScheduleSpec,
  type ScheduleTarget,
  TICK_OUTCOMES,
} from "../../actors/domain/schedule.ts";
import { LIMITS } from "../../actors/domain/task.ts";
import { invalid, parse, pointerTo } from "./field_errors.ts";
import { readTexts, taskInput, toTemplate, workflowTaskInput } from "./submission.ts";
import { instant, nameText, timeText } from "./text.ts";
import { explainUnique } from "./unique.ts";

const OVERLAP_POLICIES = [
  "skip",
  "buffer_one",
  "allow_all",
] as const satisfies readonly OverlapPolicy[];

const CATCH_UP_DEFAULT_MS = 600_000;
/** No tick is noticed in the very millisecond of its time: with less, ticks in time would be missed. */
const CATCH_UP_MIN_MS = 1_000;
/** Longer than any expression that says something. */
const CRON_LENGTH_MAX = 500;

/** What belongs to one time, so that it cannot be said for all of them; and why. */
const OF_ONE_TIME = { id: true, runAt: true, expiresAt: true } as const;
const OF_ONE_TIME_TEXT: Readonly<Record<string, string>> = {
  id: "cannot be given: what a tick starts gets an id of its own",
  runAt: "cannot be given: cron says when, and delayMs how much later",
  expiresAt: "cannot be given: it is one point in time, and ticks recur",
};
const OF_ONE_TIME_POINTER = /^(?:\/workflow(?:\/tasks\/\d+)?)?\/(id|runAt|expiresAt)$/;

/** A task without what belongs to one time. */
const scheduledTask = taskInput.omit(OF_ONE_TIME);
const scheduledWorkflow = z.strictObject({
  name: nameText.nullish(),
  tasks: z.array(workflowTaskInput.omit(OF_ONE_TIME)).min(1).max(LIMITS.workflowTasks),
}).meta({ id: "ScheduledWorkflow" });

const settings = {
  cron: z.string().min(1).max(CRON_LENGTH_MAX).meta({
    description: "Five fields, or six with the seconds first. Where both day fields are set, " +
      "either matches.",
    example: "0 3 * * 1-5",
  }),
  timezone: z.string().min(1).max(LIMITS.nameLength)
    .meta({ description: "An IANA name. Default: UTC.", example: "Europe/Berlin" }),
  overlap: z.enum(OVERLAP_POLICIES).meta({
    description: "What a tick does while the work of an earlier one has not ended: nothing, wait " +
      "for its end (one tick at most), or start beside it. Default: skip.",
  }),
  catchUpWindowMs: z.int().min(CATCH_UP_MIN_MS).max(LIMITS.catchUpWindowMs).meta({
    description: "A tick noticed later than this after its time, be it because the node was down " +
      "or the schedule paused, is counted as missed instead of run. Default: 600,000.",
  }),
  jitterMs: z.int().min(0).max(LIMITS.jitterMs)
    .meta({ description: "Each tick starts later by a share of this, its own. Default: 0." }),
};

/** A schedule as `PUT /api/schedules/{name}` takes it. */
export const scheduleInput = z.strictObject({
  cron: settings.cron,
  timezone: settings.timezone.optional(),
  overlap: settings.overlap.optional(),
  catchUpWindowMs: settings.catchUpWindowMs.optional(),
  jitterMs: settings.jitterMs.optional(),
  ...scheduledTask.shape,
  method: nameText.nullish(),
  args: z.array(z.unknown()).nullish().meta({ description: "Default: none." }),
  workflow: scheduledWorkflow.nullish(),
}).meta({
  id: "ScheduleSettings",
  description: "Either `method`, with what a task's submission has beside it, or `workflow`. " +
    "What is absent is set to its default. Tasks that it starts have its name in the label " +
    "`dtask.schedule`, and the tick's time in `dtask.tick` unless they were triggered.",
  example: { cron: "0 3 * * *", timezone: "Europe/Berlin", method: "report.build", args: ["all"] },
});

type ScheduleInput = z.infer<typeof scheduleInput>;
type ScheduledTaskInput = z.infer<typeof scheduledTask>;

const TASK_FIELDS: readonly string[] = Object.keys(scheduledTask.shape);

/** Validates a schedule as sent. Whether its cron and time zone mean something is the scheduler's to say. */
export function readSchedule(body: unknown, now: number): Result<ScheduleSpec> {
  const parsed = parse(scheduleInput, body);
  if (!parsed.ok) return invalid((parsed.error.errors ?? []).map(explainOneTime));
  const input = parsed.value;
  const target = readTarget(input, now);
  if (!target.ok) return target;
  return ok({
    cron: input.cron,
    timezone: input.timezone ?? "UTC",
    overlap: input.overlap ?? "skip",
    catchUpWindowMs: input.catchUpWindowMs ?? CATCH_UP_DEFAULT_MS,
    jitterMs: input.jitterMs ?? 0,
    target: target.value,
  });
}

function explainOneTime(error: FieldError): FieldError {
  const field = OF_ONE_TIME_POINTER.exec(error.pointer)?.[1];
  return explainUnique({ ...error, message: OF_ONE_TIME_TEXT[field ?? ""] ?? error.message });
}

function readTarget(input: ScheduleInput, now: number): Result<ScheduleTarget> {
  const { method, args: list, workflow, ...fields } = input;
  if (workflow !== undefined && workflow !== null) {
    const beside = Object.entries(input)
      .filter(([name, value]) =>
        TASK_FIELDS.includes(name) && (value !== null || name === "payload")
      )
      .map(([name]) => ({
        pointer: pointerTo([name]),
        message: "cannot stand together with workflow: its tasks say what they are",
      }));
    return beside.length > 0 ? invalid(beside) : readWorkflowTarget(workflow, now);
  }
  if (method === undefined || method === null) {
    return invalid([{ pointer: "/method", message: "method or workflow has to be given" }]);
  }
  const texts = readTexts({ ...fields, args: list ?? undefined }, { now, at: "" });
  if (!texts.ok) return texts;
  const of = { key: null, ...texts.value };
  return ok({ kind: "task", task: toTemplate({ ...fields, method }, of) });
}

function readWorkflowTarget(
  { name, tasks }: z.infer<typeof scheduledWorkflow>,
  now: number,
): Result<ScheduleTarget> {
  const read = tasks.map((task, i) => {
    const texts = readTexts(task, { now, at: `/workflow/tasks/${i}` });
    return texts.ok ? ok(toTemplate(task, { key: task.key, ...texts.value })) : texts;
  });
  const errors = read.flatMap((task) => task.ok ? [] : task.error.errors ?? []);
  if (errors.length > 0) return invalid(errors);
  const templates = read.flatMap((task) => task.ok ? [task.value] : []);
  return ok({ kind: "workflow", name: name ?? null, tasks: templates });
}

/** `POST /api/schedules/{name}/backfill`. */
export const backfillInput = z.strictObject({
  from: timeText.meta({ description: "Of the first tick at the earliest." }),
  until: timeText.meta({ description: "The ticks end before." }),
  dryRun: z.boolean().optional().meta({
    description: "Starts nothing, and says how many ticks would start work, and which.",
  }),
}).refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
  path: ["until"],
  error: "must be later than from",
}).meta({
  id: "Backfill",
  example: { from: "2026-11-01T00:00:00Z", until: "2026-11-02T00:00:00Z" },
});

const count = z.int().min(0);
const startedAnswer = z.strictObject({ kind: z.enum(["task", "workflow"]), id: z.string() })
  .meta({ id: "StartedWork" });
const { method: _method, args: _args, payload: _payload, ...asGiven } = scheduledTask.shape;
const { unique: _unique, ...asGivenInWorkflow } = asGiven;

/** A schedule with what follows from it and the time. */
export const scheduleAnswer = z.strictObject({
  name: z.string(),
  ...settings,
  paused: z.boolean(),
  method: z.string().nullable(),
  args: z.array(z.unknown()).nullable(),
  argsOmitted: z.literal(true).optional()
    .meta({
      description: "The arguments are left out here; `GET /api/schedules/{name}` has them.",
    }),
  ...asGiven,
  workflow: z.strictObject({
    name: z.string().nullable(),
    tasks: z.array(z.strictObject({
      key: z.string(),
      method: z.string(),
      args: z.array(z.unknown()),
      ...asGivenInWorkflow,
    })).nullable(),
    tasksOmitted: z.literal(true).optional()
      .meta({ description: "The tasks are left out here; `GET /api/schedules/{name}` has them." }),
  }).nullable(),
  nextFireTimes: z.array(instant).meta({
    description: "The next five nominal times; those of a paused schedule if it were resumed now.",
  }),
  bufferedAt: instant.nullable()
    .meta({ description: "Time of the tick that waits for the work before it to end." }),
  counts: z.strictObject({ fired: count, missed: count, skipped: count, refused: count }).meta({
    description:
      "Ticks that started work, came too late, were left out because of an overlap, or " +
      "could start nothing.",
  }),
  lastFiredAt: instant.nullable(),
  lastStarted: startedAnswer.nullable(),
  createdAt: instant,
  updatedAt: instant,
}).meta({
  id: "Schedule",
  description: "A task's fields are there as far as they were given. What PUT takes, it takes as " +
    "it is answered here.",
});

/** The same with a word on the ticks of a pause. */
export const pausedScheduleAnswer = scheduleAnswer.extend({
  note: z.string().meta({
    description: "What becomes of the ticks of the pause.",
    example: "While paused no tick fires. At resume, ticks of the last 600 s (the catch-up " +
      "window) run as the overlap policy allows; older ones are counted as missed.",
  }),
}).meta({ id: "PausedSchedule" });

/** A decided tick. */
export const tickAnswer = z.strictObject({
  schedule: z.string(),
  nominalAt: instant.meta({
    description: "The time for which the expression stands, or that of a start by hand.",
  }),
  outcome: z.enum(TICK_OUTCOMES),
  decidedAt: instant,
  started: startedAnswer.nullable(),
  error: z.string().nullable().meta({ description: "Why nothing could be started." }),
}).meta({ id: "Tick" });

/** What a backfill did. */
export const backfillAnswer = z.strictObject({
  matched: count.meta({ description: "Ticks of the range." }),
  changed: count.meta({ description: "Those of them that started work; 0 with `dryRun`." }),
  unfired: z.strictObject({
    count,
    first: instant.nullable().meta({ description: "The nominal time of the first; null: none." }),
    last: instant.nullable(),
  }).optional().meta({
    id: "UnfiredTicks",
    description: "With `dryRun`: those of them that have started nothing, and would.",
  }),
}).meta({ id: "BackfillResult" });

/** What a backfill did, as JSON. */
export type BackfillView = z.infer<typeof backfillAnswer>;
/** A schedule as JSON. */
export type ScheduleAnswer = z.infer<typeof scheduleAnswer>;
/** The task fields of a schedule or of its workflow's tasks, as far as they were given. */
export type GivenTaskFields = Partial<Omit<ScheduledTaskInput, "method" | "args" | "payload">>;
/** A decided tick as JSON. */
export type TickAnswer = z.infer<typeof tickAnswer>;
