import type { RetentionRule } from "../domain/retention.ts";
import type { Ended, EndedPlace } from "../storage/port/retention.ts";
import type { Commit } from "./commit.ts";

/** One step of a pass over all that has ended. */
export interface RetentionStep {
  /** In the order in which they are looked at. */
  readonly rules: readonly RetentionRule[];
  /** How far each has been looked at in this pass; a rule that is absent begins with the oldest. */
  readonly places: ReadonlyMap<RetentionRule, EndedPlace>;
}

/** What a step has done. */
export interface RetentionProgress {
  readonly places: ReadonlyMap<RetentionRule, EndedPlace>;
  /** Something was due and had to stay, because a live task depends on it. */
  readonly heldBack: boolean;
  /** There may be more that is due: the pass goes on. */
  readonly more: boolean;
  /** When the next thing is due; null: nothing is known of. Only where the pass is over. */
  readonly nextAt: number | null;
  /** How long ago the last of what was looked at became due, in ms. */
  readonly lateMs: number;
  /** What it cost, in ms of this isolate's time. */
  readonly tookMs: number;
}

/**
 * Tasks that one step looks at, which takes a millisecond or two. Half as many would write a third more
 * pages for each task, since a step leaves both its ends in pages that the next ones change again. A
 * workflow is removed whole, so that nobody sees half of it, and one with more tasks takes a step of
 * its own.
 */
const STEP_TASKS = 500;
const STEP_WORKFLOWS = 20;
const STEP_KEYS = 200;

/** Removes what is due, up to the size of a step, and what else only waits to be forgotten. */
export async function removeEnded(
  commit: Commit,
  work: readonly RetentionStep[],
): Promise<readonly RetentionProgress[]> {
  await commit.assertLeading();
  const answers: RetentionProgress[] = [];
  for (const step of work) {
    const startedAt = performance.now();
    const removal = new Removal(commit, step.places);
    for (const rule of step.rules) await removal.take(rule);
    await removal.finish();
    const progress = await removal.progress(step.rules);
    answers.push({ ...progress, tookMs: performance.now() - startedAt });
  }
  return answers;
}

class Removal {
  readonly #commit: Commit;
  readonly #places: Map<RetentionRule, EndedPlace>;
  readonly #tasks: number[] = [];
  readonly #workflows: number[] = [];
  #room = STEP_TASKS;
  #more = false;
  #heldBack = false;
  #lateMs = 0;

  constructor(commit: Commit, places: ReadonlyMap<RetentionRule, EndedPlace>) {
    this.#commit = commit;
    this.#places = new Map(places);
  }

  /** Looks at what is due by one rule, as far as there is room. */
  async take(rule: RetentionRule): Promise<void> {
    const { tx, now } = this.#commit;
    const limit = rule.kind === "task" ? this.#room : STEP_WORKFLOWS;
    if (this.#room <= 0) {
      this.#more = true;
      return;
    }
    const found = await tx.selectEnded({
      kind: rule.kind,
      status: rule.status,
      until: now - rule.keepMs,
      after: this.#places.get(rule) ?? null,
      limit,
    });
    if (found.length === limit) this.#more = true;
    const fitting = this.#fitting(found);
    const last = fitting.at(-1);
    if (last === undefined) return;
    this.#places.set(rule, { finishedAt: last.finishedAt, num: last.num });
    this.#lateMs = Math.max(this.#lateMs, now - rule.keepMs - last.finishedAt);
    const nums = fitting.map(({ num }) => num);
    const held = rule.kind === "task"
      ? await tx.withLiveDependents(nums)
      : await tx.liveWorkflows(nums);
    if (held.size > 0) this.#heldBack = true;
    const leaving = rule.kind === "task" ? this.#tasks : this.#workflows;
    leaving.push(...nums.filter((num) => !held.has(num)));
  }

  /** Removes what was taken, and keys that have expired. */
  async finish(): Promise<void> {
    const { tx, now, effects } = this.#commit;
    for (
      const { taskNums, lastSeq } of [
        await tx.deleteTasks(this.#tasks),
        await tx.deleteWorkflows(this.#workflows),
      ]
    ) {
      effects.deleted(taskNums, lastSeq);
      effects.retired.tasks += taskNums.length;
    }
    effects.retired.workflows += this.#workflows.length;
    if (await tx.deleteExpiredKeys(now, STEP_KEYS) === STEP_KEYS) this.#more = true;
  }

  async progress(rules: readonly RetentionRule[]): Promise<Omit<RetentionProgress, "tookMs">> {
    return {
      places: this.#places,
      heldBack: this.#heldBack,
      more: this.#more,
      lateMs: this.#lateMs,
      nextAt: this.#more ? null : await this.#nextAt(rules),
    };
  }

  /** The first of `found` that fit; the very first fits always where nothing was taken yet. */
  #fitting(found: readonly Ended[]): readonly Ended[] {
    const fitting: Ended[] = [];
    for (const ended of found) {
      if (ended.tasks > this.#room && this.#room < STEP_TASKS) {
        this.#more = true;
        break;
      }
      this.#room -= Math.max(1, ended.tasks);
      fitting.push(ended);
    }
    return fitting;
  }

  async #nextAt(rules: readonly RetentionRule[]): Promise<number | null> {
    const { tx } = this.#commit;
    const times = [await tx.nextKeyExpiry()];
    for (const rule of rules) {
      const after = this.#places.get(rule) ?? null;
      const { kind, status, keepMs } = rule;
      const query = { kind, status, until: Number.MAX_SAFE_INTEGER, after, limit: 1 };
      const [next] = await tx.selectEnded(query);
      times.push(next === undefined ? null : next.finishedAt + keepMs);
    }
    const known = times.filter((time) => time !== null);
    return known.length === 0 ? null : Math.min(...known);
  }
}
