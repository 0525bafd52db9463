/** The tasks of a run under faults: single ones of every kind, and real graphs among them. */
import { GRAPHS, readGraph } from "../support/graphs.ts";
import type { QueueLimits } from "./history.ts";

/** A task as it is submitted. */
export interface Submission {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** A workflow as it is submitted. */
export interface WorkflowSubmission {
  readonly id: string;
  readonly tasks: readonly Submission[];
}

/** Queues with a limit each. */
export const LIMITS: readonly QueueLimits[] = [
  { queue: "crowd", concurrency: 4, keyConcurrency: null, rateLimit: null },
  { queue: "keys", concurrency: null, keyConcurrency: 1, rateLimit: null },
  {
    queue: "rate",
    concurrency: null,
    keyConcurrency: null,
    rateLimit: { limit: 10, perMs: 2_000 },
  },
];

/** What schedules have in common: every tick that is due has to fire. */
const ALL_TICKS = {
  ...{ timezone: "UTC", overlap: "allow_all", catchUpWindowMs: 3_600_000 },
  ...{ method: "chaos.step", args: [5] },
};

/** Schedules by name, as they are set up. */
export const SCHEDULES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "every-5-s": { ...ALL_TICKS, cron: "*/5 * * * * *" },
  "every-10-s": { ...ALL_TICKS, cron: "*/10 * * * * *" },
};

/** Task ids that begin with it are never anybody's dependency: they may be cancelled and revived. */
export const CANCELLABLE = "cancel-";

type Random = () => number;
type Draw = (random: Random) => Readonly<Record<string, unknown>>;

/** Kinds of tasks with their shares; those of the last kind are the rest. */
const KINDS: readonly (readonly [share: number, prefix: string, draw: Draw])[] = [
  [0.1, "flaky-", (random) => ({ method: "chaos.flaky", args: [ms(random, 1, 20)] })],
  [0.05, "block-", (random) => ({ method: "chaos.block", args: [ms(random, 1, 20)] })],
  [0.03, "long-", (random) => ({ method: "chaos.step", args: [ms(random, 2_000, 8_000)] })],
  [0.05, "crowd-", crowd],
  [0.03, "keys-", keys],
  [0.04, CANCELLABLE, (random) => step(random, 1, 4_000)],
  [1, "step-", (random) => step(random, 1, 30)],
];

const DEPENDENT_SHARE = 0.1;
const KEY_COUNT = 5;
/** Graphs to draw from; the small one four times as often. */
const GRAPH_NAMES = [GRAPHS[0], GRAPHS[0], GRAPHS[0], GRAPHS[0], GRAPHS[1]];

/** Draws what to submit; the same for the same numbers. */
export class Workload {
  readonly #random: Random;
  /** Ids that later tasks may depend on. */
  readonly #dependable: string[] = [];
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** One task; some depend on one that `accepted` before. */
  task(): Submission {
    const random = this.#random;
    let rest = random();
    const found = KINDS.find(([share]) => (rest -= share) < 0);
    const [, prefix, draw] = found ?? [0, "step-", (random: Random) => step(random, 1, 30)];
    const before = this.#dependable[Math.floor(random() * this.#dependable.length)];
    const depends = before !== undefined && random() < DEPENDENT_SHARE;
    const deps = depends ? { deps: [before] } : {};
    return { id: `${prefix}${++this.#count}`, ...draw(random), ...deps };
  }

  /** As many tasks of each queue with a limit: only what waits is limited. */
  burst(count: number): readonly Submission[] {
    const draws: readonly (readonly [string, Draw])[] = [
      ["crowd-", crowd],
      ["keys-", keys],
      ["rate-", (random) => ({ ...step(random, 1, 20), queue: "rate" })],
    ];
    return Array.from({ length: count }, () => draws).flat()
      .map(([prefix, draw]) => ({ id: `${prefix}${++this.#count}`, ...draw(this.#random) }));
  }

  /** A recorded graph, whose tasks take a little time each. */
  graph(): WorkflowSubmission {
    const name = GRAPH_NAMES[Math.floor(this.#random() * GRAPH_NAMES.length)] ?? GRAPHS[0];
    const id = `graph-${++this.#count}`;
    const tasks = readGraph(name).tasks.map(({ key, deps }) => ({
      ...{ id: `${id}-${key}`, key, deps },
      ...step(this.#random, 1, 30),
    }));
    return { id, tasks };
  }

  /** A task that was accepted may be a dependency of later ones. */
  accepted(id: string): void {
    if (!id.startsWith(CANCELLABLE)) this.#dependable.push(id);
    if (this.#dependable.length > 1_000) this.#dependable.splice(0, 500);
  }
}

function step(random: Random, least: number, most: number) {
  return { method: "chaos.step", args: [ms(random, least, most)] };
}

function crowd(random: Random) {
  return { ...step(random, 10, 60), queue: "crowd" };
}

function keys(random: Random) {
  const concurrencyKey = `key-${Math.floor(random() * KEY_COUNT)}`;
  return { ...step(random, 10, 60), queue: "keys", concurrencyKey };
}

function ms(random: Random, least: number, most: number): number {
  return Math.round(least + random() * (most - least));
}
