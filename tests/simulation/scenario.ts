/** What happens in one simulation, drawn from a seed beforehand, so that a failing one can be made shorter. */
import type { OverlapPolicy } from "../../actors/domain/schedule.ts";
import { KEEP_ALL, type RetentionPolicy } from "../../actors/domain/retention.ts";
import type { TriggerRule } from "../../actors/domain/task.ts";
import { seededRandom } from "../support/random.ts";
import { type ChangeMany, planChangeMany } from "./change_many.ts";
import { Dice } from "./dice.ts";
import { STORE_FAULTS, type StoreFault } from "./faulty_store.ts";
import type { SimulatedRun } from "./sim_tasks.ts";

/** A task as a client of the simulation submits it. */
export interface PlannedTask {
  readonly id: string;
  readonly deps: readonly string[];
  readonly rule: TriggerRule;
  readonly queue: string;
  readonly priority: number;
  readonly key: string | null;
  readonly delayMs: number | null;
  readonly expiresInMs: number | null;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly blocking: boolean;
  readonly run: SimulatedRun;
  /** Key of the work that it is to be the only one of. */
  readonly unique?: string;
  /** Whether another task is to follow its failure. */
  readonly onFailure?: boolean;
}

/** One thing that a client does. */
export type UserAction =
  | { readonly kind: "submit"; readonly tasks: readonly PlannedTask[] }
  | { readonly kind: "workflow"; readonly id: string; readonly tasks: readonly PlannedTask[] }
  | { readonly kind: "cancel" | "retry" | "delete"; readonly id: string }
  | { readonly kind: "cancel_workflow" | "retry_workflow"; readonly id: string }
  | { readonly kind: "redrive_all" | "discard_all" }
  | ChangeMany
  | {
    readonly kind: "schedule";
    readonly name: string;
    readonly everySeconds: number;
    readonly overlap: OverlapPolicy;
    readonly catchUpWindowMs: number;
    readonly jitterMs: number;
    readonly run: SimulatedRun;
  }
  | { readonly kind: "pause_schedule"; readonly name: string; readonly paused: boolean }
  | { readonly kind: "trigger" | "delete_schedule"; readonly name: string }
  | {
    readonly kind: "backfill";
    readonly name: string;
    /** How long before now the range begins, and how long it is; not beyond now. */
    readonly agoMs: number;
    readonly forMs: number;
  }
  | { readonly kind: "pause"; readonly queue: string; readonly paused: boolean }
  | {
    readonly kind: "limit";
    readonly queue: string;
    readonly concurrency: number | null;
    readonly keyConcurrency: number | null;
    readonly rateLimit: { readonly limit: number; readonly perMs: number } | null;
  };

/** True for what asks that something which has ended be run again. */
export function isReviving(action: UserAction): boolean {
  if (action.kind === "change_many") return action.change === "retry" && !action.dryRun;
  return ["retry", "retry_workflow", "redrive_all"].includes(action.kind);
}

/** An outcome that nobody has to report: once more, of a run before, or of no task at all. */
export type Lie = "lie_again" | "lie_stale" | "lie_foreign";

/** One thing that befalls the system. */
export type Trouble =
  | { readonly kind: "kill" | "kill_core" | "drain" | Lie }
  | { readonly kind: "kill_executor"; readonly index: number }
  | { readonly kind: "store_fault"; readonly fault: StoreFault }
  /** A transaction of another node holds every so many-th task for so long. */
  | { readonly kind: "hold"; readonly every: number; readonly ms: number }
  | { readonly kind: "step_clock"; readonly ms: number };

export type Action = UserAction | Trouble;

/** An action and its simulated time, in ms from the start. */
export type Planned = Action & { readonly at: number };

/** How long things go wrong; after that everything heals. */
export const TROUBLE_MS = 10_000;
export const QUEUES = ["default", "mail", "bulk"] as const;

const RULES: readonly TriggerRule[] = [
  "all_success",
  "all_success",
  "all_success",
  "all_done",
  "all_failed",
  "one_success",
  "one_failed",
  "none_failed",
  "none_failed_min_one_success",
  "always",
];

/** How long ended work is kept in the story of `seed`: in one of three so short that it matters. */
export function planRetention(seed: number): RetentionPolicy {
  if (seed % 3 !== 0) return KEEP_ALL;
  return { completedMs: 3_000, cancelledMs: 5_000, skippedMs: 4_000, failedMs: 9_000 };
}

/** The story of `seed`, in order of time. */
export function planScenario(seed: number): readonly Planned[] {
  const dice = new Dice(seededRandom(seed));
  const known: Known = {
    ids: [],
    workflows: [],
    schedules: [],
    changes: [],
    isFragile: seed % 8 === 0,
    flooded: null,
  };
  const actions: Planned[] = [];
  const count = 5 + dice.below(18);
  // What is drawn later happens later, so that it can refer to what was before; and some of it within
  // the few ms that a message is on its way.
  const times = Array.from({ length: count }, () => dice.below(TROUBLE_MS)).sort((a, b) => a - b);
  for (let index = 1; index < count; index++) {
    if (dice.chance(0.4)) times[index] = (times[index - 1] ?? 0) + dice.below(12);
  }
  times.sort((a, b) => a - b);
  for (const at of times) actions.push({ at, ...planAction(dice, known) });
  return actions;
}

/** What was made so far, and can be referred to. */
interface Known {
  readonly ids: string[];
  readonly workflows: string[];
  readonly schedules: string[];
  readonly changes: ChangeMany[];
  /** Whether the process dies again and again. */
  readonly isFragile: boolean;
  /** The queue in which there is much to do. */
  flooded: string | null;
}

function planAction(dice: Dice, known: Known): Action {
  const { ids, workflows } = known;
  if (known.isFragile && dice.chance(0.2)) return { kind: "kill" };
  const roll = dice.random();
  if (roll < 0.07) return planFlood(dice, known);
  if (roll < 0.35 || ids.length === 0) {
    const tasks = Array.from({ length: 1 + dice.below(6) }, () => planTask(dice, ids));
    return { kind: "submit", tasks };
  }
  if (roll < 0.45) return planWorkflow(dice, ids, workflows);
  if (roll < 0.63) return planCommand(dice, known);
  if (roll < 0.70) return planSchedule(dice, known);
  if (roll < 0.79) return planSetting(dice, known);
  return planFault(dice);
}

/** More at once in one queue than there are slots. */
function planFlood(dice: Dice, known: Known): Action {
  const queue = dice.pick(QUEUES);
  known.flooded = queue;
  const tasks = Array.from({ length: 12 + dice.below(14) }, () => {
    const task = planTask(dice, known.ids, []);
    return { ...task, queue, blocking: false, run: { ...task.run, ms: 50 + dice.below(1_500) } };
  });
  return { kind: "submit", tasks };
}

function planTask(dice: Dice, ids: string[], inside?: readonly string[]): PlannedTask {
  const known = inside ?? ids.slice(-12);
  const deps = new Set<string>();
  if (known.length > 0 && dice.chance(0.5)) {
    for (let left = 1 + dice.below(3); left > 0; left--) deps.add(dice.pick(known));
  }
  const id = `t${ids.length}`;
  ids.push(id);
  return {
    id,
    deps: [...deps],
    rule: deps.size > 0 ? dice.pick(RULES) : "all_success",
    queue: dice.pick(QUEUES),
    priority: dice.chance(0.2) ? dice.below(201) - 100 : 0,
    key: dice.chance(0.3) ? `k${dice.below(3)}` : null,
    delayMs: dice.chance(0.2) ? dice.below(8_000) : null,
    expiresInMs: dice.chance(0.1) ? 1 + dice.below(10_000) : null,
    timeoutMs: dice.chance(0.1) ? 1 + dice.below(2_000) : 60_000,
    maxAttempts: 1 + dice.below(4),
    blocking: dice.chance(0.15),
    ...(inside === undefined && dice.chance(0.1) && { unique: `u${dice.below(3)}` }),
    ...(dice.chance(0.15) && { onFailure: true }),
    run: {
      ms: dice.chance(0.7) ? dice.below(200) : dice.below(5_000),
      end: dice.chance(0.75) ? "return" : dice.chance(0.7) ? "throw" : "throw_for_good",
      deaf: dice.chance(0.1),
      returnsAt: dice.chance(0.5) ? 2 : null,
    },
  };
}

function planWorkflow(dice: Dice, ids: string[], workflows: string[]): Action {
  const tasks: PlannedTask[] = [];
  for (let left = 2 + dice.below(8); left > 0; left--) {
    tasks.push(planTask(dice, ids, tasks.map(({ id }) => id)));
  }
  const id = `w${workflows.length}`;
  workflows.push(id);
  return { kind: "workflow", id, tasks };
}

function planCommand(dice: Dice, { ids, workflows, changes }: Known): Action {
  if (workflows.length > 0 && dice.chance(0.2)) {
    const kind = dice.chance(0.5) ? "cancel_workflow" : "retry_workflow";
    return { kind, id: dice.pick(workflows) };
  }
  if (dice.chance(0.2)) return { kind: dice.chance(0.7) ? "redrive_all" : "discard_all" };
  if (dice.chance(0.45)) {
    // Who is not sure of an answer asks once more.
    if (changes.length > 0 && dice.chance(0.4)) return dice.pick(changes.slice(-2));
    const change = planChangeMany(dice, { ids, queues: QUEUES });
    changes.push(change);
    return change;
  }
  const kind = dice.pick(["cancel", "retry", "retry", "delete"] as const);
  return { kind, id: dice.pick(ids) };
}

function planSchedule(dice: Dice, { schedules }: Known): Action {
  if (schedules.length > 0 && dice.chance(0.6)) {
    const name = dice.pick(schedules);
    if (dice.chance(0.25)) return { kind: "trigger", name };
    if (dice.chance(0.4)) {
      return { kind: "backfill", name, agoMs: dice.below(9_000), forMs: 1 + dice.below(9_000) };
    }
    if (dice.chance(0.15)) return { kind: "delete_schedule", name };
    return { kind: "pause_schedule", name, paused: dice.chance(0.5) };
  }
  const name = `s${schedules.length}`;
  schedules.push(name);
  return {
    kind: "schedule",
    name,
    everySeconds: dice.pick([1, 2, 3]),
    overlap: dice.pick(["skip", "buffer_one", "allow_all"] as const),
    catchUpWindowMs: dice.below(5_000),
    jitterMs: dice.chance(0.3) ? dice.below(1_500) : 0,
    run: { ms: dice.below(3_000), end: "return", deaf: false, returnsAt: null },
  };
}

function planSetting(dice: Dice, { flooded }: Known): Action {
  const queue = flooded !== null && dice.chance(0.6) ? flooded : dice.pick(QUEUES);
  if (dice.chance(0.4)) return { kind: "pause", queue, paused: dice.chance(0.6) };
  return {
    kind: "limit",
    queue,
    concurrency: dice.chance(0.6) ? 1 + dice.below(4) : null,
    keyConcurrency: dice.chance(0.4) ? 1 + dice.below(2) : null,
    rateLimit: dice.chance(0.3) ? { limit: 1 + dice.below(5), perMs: 1_000 } : null,
  };
}

function planFault(dice: Dice): Action {
  const roll = dice.random();
  if (roll < 0.10) return { kind: "kill" };
  if (roll < 0.15) return { kind: "drain" };
  if (roll < 0.30) return { kind: "kill_core" };
  if (roll < 0.45) return { kind: "kill_executor", index: dice.below(5) };
  if (roll < 0.67) return { kind: "store_fault", fault: dice.pick(STORE_FAULTS) };
  if (roll < 0.75) {
    const ms = dice.chance(0.7) ? dice.below(400) : dice.below(4_000);
    return { kind: "hold", every: 1 + dice.below(4), ms };
  }
  if (roll < 0.85) return { kind: "step_clock", ms: dice.below(20_000) - 10_000 };
  return { kind: dice.pick(["lie_again", "lie_stale", "lie_foreign"] as const) };
}
