/** What users ask to become of tasks, held against what does. */
import { ENDED, type Snapshot, type TaskRow } from "./snapshot.ts";

/** What somebody asks for. */
export interface Wish {
  /** What is `other` changes tasks as well, and is judged elsewhere. */
  readonly change: "cancel" | "retry" | "other";
  /** Whether it is for this task, as it stands. */
  readonly means: (task: TaskRow) => boolean;
  /** The tasks are looked for first, and only counted where it is `count`. */
  readonly search?: "change" | "count";
}

/** What a change of many has answered. */
export interface SearchAnswer {
  readonly matched: number;
  readonly changed: number;
  readonly more: boolean;
}

export interface WishesOptions {
  /** The database as it was after the last commit. */
  readonly snapshot: () => Snapshot;
  /** Simulated ms since the start. */
  readonly elapsed: () => number;
  /** How long after a question the search begins, at most. */
  readonly searchBeginsMs: number;
}

/** From the question until the answer. */
interface OpenWish extends Wish {
  readonly askedAt: number;
  /** Whether nobody else asked for anything at the same time. */
  isAlone: boolean;
  /** Tasks that it was for when it was asked, with their stamps. */
  readonly first: ReadonlyMap<number, number>;
  /** The same of every moment at which the search may have met them, with their last stamps. */
  readonly met: Map<number, number>;
  /** Tasks that were changed as it asks. */
  readonly done: Set<number>;
  /** How many went that it was for. */
  gone: number;
}

/** All that is asked for, and not answered yet. */
export class Wishes {
  readonly #options: WishesOptions;
  readonly #open = new Set<OpenWish>();

  constructor(options: WishesOptions) {
    this.#options = options;
  }

  /** Somebody asks. The answer says what is wrong with the answer that he gets; null: nothing. */
  ask(wish: Wish): (answer: SearchAnswer | null) => string | null {
    const tasks = [...this.#options.snapshot().tasks.values()].filter(wish.means);
    const first = new Map(tasks.map(({ num, seq }) => [num, seq]));
    const open: OpenWish = {
      ...wish,
      askedAt: this.#options.elapsed(),
      isAlone: this.#open.size === 0,
      first,
      met: new Map(first),
      done: new Set(),
      gone: 0,
    };
    for (const other of this.#open) other.isAlone = false;
    this.#open.add(open);
    return (answer) => {
      this.#open.delete(open);
      return answer === null ? null : this.#judge(open, answer);
    };
  }

  /** What a commit has changed that nobody asked for; null: nothing. */
  look(before: Snapshot, now: Snapshot): string | null {
    for (const task of now.tasks.values()) {
      const then = before.tasks.get(task.num);
      if (then?.seq === task.seq) continue;
      const wrong = this.#cancelled(then, task) ?? this.#revived(then, task);
      if (wrong !== null) return wrong;
    }
    for (const open of this.#open) this.#goOn(open, now);
    return null;
  }

  #cancelled(then: TaskRow | undefined, task: TaskRow): string | null {
    if (task.cancel_requested_at === null || then?.cancel_requested_at != null) return null;
    return this.#credit("cancel", then, task) ? null : `${task.id} is cancelled; nobody asked`;
  }

  #revived(then: TaskRow | undefined, task: TaskRow): string | null {
    if (then === undefined || !ENDED.includes(then.status) || then.status === task.status) {
      return null;
    }
    const found = `${task.id} was ${then.status} and is ${task.status}`;
    if (then.status === "completed") return found;
    const isAsked = then.status === "skipped"
      ? [...this.#open].some(({ change, search }) => change === "retry" && search !== "count")
      : this.#credit("retry", then, task);
    return isAsked ? null : `${found}; nobody asked`;
  }

  /** Whether somebody asks for this change; it is put down to all who do. */
  #credit(change: Wish["change"], then: TaskRow | undefined, task: TaskRow): boolean {
    const asking = [...this.#open].filter((open) =>
      open.change === change && open.search !== "count" && mayChange(open, then, task)
    );
    for (const { done } of asking) done.add(task.num);
    return asking.length > 0;
  }

  #goOn(open: OpenWish, { tasks }: Snapshot): void {
    for (const num of open.met.keys()) {
      if (tasks.has(num)) continue;
      open.met.delete(num);
      open.gone++;
    }
    const { elapsed, searchBeginsMs } = this.#options;
    // What fails only later is not run again.
    if (open.change === "retry" && elapsed() > open.askedAt + searchBeginsMs) return;
    for (const task of tasks.values()) if (open.means(task)) open.met.set(task.num, task.seq);
  }

  #judge(open: OpenWish, { matched, changed, more }: SearchAnswer): string | null {
    const { first, met, done, gone } = open;
    const { tasks } = this.#options.snapshot();
    const untouched = [...first].flatMap(([num, seq]) => {
      const task = tasks.get(num);
      return task?.seq === seq ? [task] : [];
    });
    const said = `a ${open.change} of many, ${JSON.stringify({ matched, changed, more })}, `;
    if (more) return `${said}has not seen all`;
    if (matched < untouched.length || matched > met.size + gone) {
      return `${said}was for ${untouched.length} to ${met.size + gone}`;
    }
    if (open.search === "count") return changed === 0 ? null : `${said}was to count`;
    const missed = untouched.find((task) =>
      open.change === "retry" || task.cancel_requested_at === null
    );
    if (missed !== undefined) return `${said}has passed over ${missed.id}`;
    const isExact = changed >= done.size && changed <= done.size + gone;
    return isExact || !open.isAlone ? null : `${said}has changed ${done.size}`;
  }
}

/** A search finds tasks before it changes them; what is to be run again must not have changed since. */
function mayChange(open: OpenWish, then: TaskRow | undefined, task: TaskRow): boolean {
  if (open.search === undefined) return open.means(then ?? task);
  const stamp = open.met.get(task.num);
  return stamp !== undefined && (open.change === "cancel" || stamp === then?.seq);
}
