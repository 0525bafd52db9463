/** What one commit takes on, how it is done together or item by item, and how it is halved. */
import { ConstraintError } from "../storage/port.ts";
import type { QueueLockPurpose } from "../storage/port/queue_locks.ts";
import type { Commit } from "./commit.ts";
import { isItemError } from "./item_error.ts";

/** Stages of a commit, in the order in which their work is done: ends free what claims then take. */
export const STAGES = ["outcomes", "control", "submissions", "claims"] as const;
export type Stage = (typeof STAGES)[number];

/** Does all the work of one kind that a commit has, and answers it item by item. */
export type Handler<W, R> = (commit: Commit, work: readonly W[]) => Promise<readonly R[]>;

/** Work of any kind; `submit` is the only maker, and pairs each handler with work and answers of its own. */
export interface Item {
  readonly stage: Stage;
  /** Items with one handler are handled together. */
  readonly handler: Handler<unknown, unknown>;
  readonly work: unknown;
  /** How many tasks it may touch, to bound a commit. */
  readonly weight: number;
  /** Waits for a store that is away, since nobody would ask again. */
  readonly held: boolean;
  readonly queues: LockedQueues | null;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Queues that work has to do with, and what for. */
export interface LockedQueues {
  readonly names: readonly string[];
  readonly purpose: QueueLockPurpose;
}

export type Answer = (item: Item) => void;

export function stagesOf(items: readonly Item[]): Readonly<Record<Stage, number>> {
  const stages = { outcomes: 0, control: 0, submissions: 0, claims: 0 };
  for (const { stage } of items) stages[stage]++;
  return stages;
}

/** Two parts with about half of the work each, in order; none where it is one. Submissions stay together. */
export function halves(items: readonly Item[]): readonly (readonly Item[])[] {
  const first = items.findIndex(({ stage }) => stage === "submissions");
  const after = items.findLastIndex(({ stage }) => stage === "submissions") + 1;
  const middle = items.length >> 1;
  const isInside = first < middle && middle < after;
  const cut = !isInside ? middle : first > 0 ? first : after;
  return cut === 0 || cut === items.length ? [] : [items.slice(0, cut), items.slice(cut)];
}

/** Locks what is to be changed, then what is claimed from: the same order in every commit of every node. */
async function lockQueues(commit: Commit, items: readonly Item[]): Promise<void> {
  for (const purpose of ["toChange", "toClaim"] as const) {
    const names = items.flatMap(({ queues }) => queues?.purpose === purpose ? queues.names : []);
    if (names.length > 0) await commit.lockQueues([...new Set(names)].sort(), purpose);
  }
}

export async function handleTogether(
  commit: Commit,
  items: readonly Item[],
): Promise<readonly (readonly [Item, Answer])[]> {
  await lockQueues(commit, items);
  const groups = Map.groupBy(items, ({ handler }) => handler);
  const answers: [Item, Answer][] = [];
  for (const [handler, group] of groups) {
    const replies = await handler(commit, group.map(({ work }) => work));
    group.forEach((item, index) => answers.push([item, ({ resolve }) => resolve(replies[index])]));
  }
  return answers;
}

export async function handleOneByOne(
  commit: Commit,
  items: readonly Item[],
  options: { readonly again: boolean },
): Promise<readonly (readonly [Item, Answer])[]> {
  await lockQueues(commit, items);
  const answers: [Item, Answer][] = [];
  for (const item of items) {
    try {
      const reply = await handleAlone(commit, item, options);
      answers.push([item, ({ resolve }) => resolve(reply)]);
    } catch (error) {
      if (!isItemError(error)) throw error;
      answers.push([item, ({ reject }) => reject(error)]);
    }
  }
  return answers;
}

/** `again`: another node may have been a moment earlier with the same name, and is met at the next try. */
async function handleAlone(
  commit: Commit,
  { handler, work }: Item,
  { again }: { readonly again: boolean },
): Promise<unknown> {
  try {
    const [reply] = await commit.isolated(() => handler(commit, [work]));
    return reply;
  } catch (error) {
    if (!again || !(error instanceof ConstraintError)) throw error;
    const [reply] = await commit.isolated(() => handler(commit, [work]));
    return reply;
  }
}
