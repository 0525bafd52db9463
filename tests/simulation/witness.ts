/** Looks at the database after every commit, and says what must never be so. */
import type { RetentionPolicy } from "../../actors/domain/retention.ts";
import { RateWitness } from "./rate_witness.ts";
import {
  ENDED,
  NOTHING,
  type RunRow,
  type Snapshot,
  SnapshotReader,
  type TaskRow,
} from "./snapshot.ts";
import { TickWitness } from "./tick_witness.ts";

export interface WitnessOptions {
  readonly dataDir: string;
  /** Ids that were accepted, and whose deletion was not asked for. */
  readonly accepted: ReadonlySet<string>;
  /** Names of schedules whose ticks may have fired long after they were decided. */
  readonly backfilled: ReadonlySet<string>;
  readonly retention: RetentionPolicy;
  /** False once something that had ended was brought back to life. */
  readonly rulesHold: () => boolean;
  /** Epoch ms of the simulated wall clock. */
  readonly now: () => number;
  /** False once the wall clock was set back, after which times of before prove nothing. */
  readonly timesHold: () => boolean;
}

/** Compares each state of the database with the one before and with what was promised. */
export class Witness {
  readonly #options: WitnessOptions;
  readonly #database: SnapshotReader;
  /** Ids of tasks whose time was over when they went. */
  readonly #removed = new Set<string>();
  readonly #rates = new RateWitness();
  readonly #ticks: TickWitness;
  #before = NOTHING;

  constructor(options: WitnessOptions) {
    this.#options = options;
    this.#database = new SnapshotReader(options.dataDir);
    this.#ticks = new TickWitness(this.#database, options.backfilled);
  }

  close(): void {
    this.#database.close();
  }

  /** What is wrong with the state that was just committed; null where nothing is. */
  look(): string | null {
    const { snapshot: now, tasksChanged } = this.#database.read();
    const before = this.#before;
    this.#before = now;
    // Every change of a task has a stamp. Ticks can be decided without.
    if (!tasksChanged) return this.#ticks.look();
    return this.#lost(before, now) ?? this.#ticks.look() ?? this.#runs(before, now) ??
      this.#starts(before, now) ??
      this.#tooMany(before, now) ?? secondOfItsWork(before, now) ??
      wrongHandlers(before, now, { rulesHold: this.#options.rulesHold() }) ??
      this.#dependencies(now) ?? wronglySkipped(now) ?? this.#depths(now) ?? this.#workflows(now);
  }

  /** The database as it was at the last look. */
  get snapshot(): Snapshot {
    return this.#before;
  }

  /** What is known of the ticks of schedules. */
  get ticks(): TickWitness {
    return this.#ticks;
  }

  /** Tasks that have not ended. */
  live(): readonly string[] {
    return [...this.#before.tasks.values()].filter(({ status }) => !ENDED.includes(status))
      .map(({ id, status, queue }) => `${id} ${status} in ${queue}`);
  }

  /** Nothing goes but what was asked to, or has ended long enough ago. */
  #lost(before: Snapshot, now: Snapshot): string | null {
    const ids = new Set([...now.tasks.values()].map(({ id }) => id));
    // Who depends on a task that goes is told by the edges of before. What came to life since was dead then.
    const needing = [...now.tasks.values()].filter(({ num, status }) =>
      !ENDED.includes(status) && before.tasks.get(num)?.status === status
    );
    const needed = new Set(needing.flatMap(({ num }) => before.parents.get(num) ?? []));
    for (const task of before.tasks.values()) {
      if (ids.has(task.id)) continue;
      if (needed.has(task.num)) return `${task.id} is gone although a live task depends on it`;
      if (this.#isOver(task)) this.#removed.add(task.id);
    }
    for (const id of this.#options.accepted) {
      if (!ids.has(id) && !this.#removed.has(id)) return `${id} is lost`;
    }
    return null;
  }

  /** True when retention may remove an ended task; its workflow may have to be kept for longer. */
  #isOver({ status, finished_at }: TaskRow): boolean {
    const { completedMs, failedMs, cancelledMs, skippedMs } = this.#options.retention;
    const keepMs = {
      completed: completedMs,
      failed: failedMs,
      cancelled: cancelledMs,
      skipped: skippedMs,
    };
    const least = Math.min(...Object.values(keepMs).map((ms) => ms ?? Infinity));
    if (finished_at === null || !ENDED.includes(status)) return false;
    return !this.#options.timesHold() || finished_at + least <= this.#options.now();
  }

  /** What was recorded of a run stays; the one run without an end is the current one of a running task. */
  #runs(before: Snapshot, now: Snapshot): string | null {
    for (const [key, run] of now.runs) {
      const task = now.tasks.get(run.num);
      if (task === undefined) return `run ${key} belongs to no task`;
      const known = before.runs.get(key);
      if (known?.outcome != null && known.outcome !== run.outcome) {
        return `run ${key} of ${task.id} was ${known.outcome} and is ${run.outcome}`;
      }
      const isCurrent = task.status === "running" && task.run === run.run;
      if ((run.outcome === null) !== isCurrent) {
        return `run ${key} of ${task.id} is ${run.outcome} while the task is ${task.status} in ${task.run}`;
      }
    }
    for (const { num, id, status, run } of now.tasks.values()) {
      const known = before.tasks.get(num);
      if (known !== undefined && known.run > run) return `the run of ${id} goes back`;
      if (status === "running" && !now.runs.has(`${num} ${run}`)) return `${id} runs without a run`;
    }
    return null;
  }

  #starts(before: Snapshot, now: Snapshot): string | null {
    for (const [key, run] of now.runs) {
      if (before.runs.has(key)) continue;
      const task = now.tasks.get(run.num);
      if (task === undefined) continue;
      const wrong = this.#tooEarly(task, run, now) ?? overLimit(task, before, now) ??
        outOfTurn(task, before, now);
      if (wrong !== null) return `run ${run.run} of ${task.id} started ${wrong}`;
    }
    return null;
  }

  #tooMany(before: Snapshot, now: Snapshot): string | null {
    // Buckets are filled by the wall clock.
    return this.#options.timesHold() ? this.#rates.look(before, now, this.#options.now()) : null;
  }

  #tooEarly(task: TaskRow, run: RunRow, now: Snapshot): string | null {
    if (this.#options.timesHold()) {
      if (task.run_at !== null && run.started_at < task.run_at) return "before its time";
      if (task.expires_at !== null && run.started_at >= task.expires_at) return "after its expiry";
    }
    const parents = parentsOf(task, now);
    for (const parent of task.rule === "all_success" ? parents : []) {
      if (parent.status !== "completed") return `while ${parent.id} is ${parent.status}`;
    }
    // A dependency that was sent round again may have met the rule before, and one that is gone too.
    const isKnown = this.#options.rulesHold() && parents.length === task.dep_total &&
      parents.length > 0;
    return isKnown && !isRuleMet(task.rule, parents.map(kindOf)) ? `against ${task.rule}` : null;
  }

  /** The counters of what is blocked are what its dependencies have come to. */
  #dependencies(now: Snapshot): string | null {
    const { tasks, parents: edges } = now;
    for (const child of edges.keys()) if (!tasks.has(child)) return "an edge leads to no task";
    for (const task of tasks.values()) {
      if (task.status !== "blocked") continue;
      const parents = parentsOf(task, now);
      const kinds = parents.map(kindOf);
      const count = (kind: string) => kinds.filter((one) => one === kind).length;
      const counted = [count("succeeded"), count("failed"), count("skipped")];
      const kept = [task.dep_succeeded, task.dep_failed, task.dep_skipped];
      // What is gone had ended, one way or the other.
      const gone = task.dep_total - parents.length;
      const surplus = kept.map((value, index) => value - (counted[index] ?? 0));
      const total = surplus.reduce((sum, value) => sum + value, 0);
      if (total === gone && surplus.every((value) => value >= 0)) continue;
      return `${task.id} counts its dependencies as ${kept}, not ${counted}, with ${gone} gone`;
    }
    return null;
  }

  #depths({ tasks }: Snapshot): string | null {
    const counted = tally([...tasks.values()].map(({ queue, status }) => `${queue} ${status}`));
    const rows = this.#database.rows("SELECT queue || ' ' || status AS name, count FROM depths");
    return differ("depth", counted, rows);
  }

  #workflows({ tasks }: Snapshot): string | null {
    const members = [...tasks.values()].filter(({ workflow_num }) => workflow_num !== null);
    const counted = tally(members.map(({ workflow_num, status }) => `${workflow_num} ${status}`));
    const rows = this.#database.rows(
      "SELECT num || ' ' || status AS name, count FROM workflow_counts",
    );
    const wrong = differ("count of workflow", counted, rows);
    if (wrong !== null) return wrong;
    for (const row of this.#database.rows("SELECT num, id, status FROM workflows")) {
      const statuses = members.filter(({ workflow_num }) => workflow_num === row["num"])
        .map(({ status }) => status);
      const expected = workflowStatus(statuses);
      if (row["status"] !== expected) return `${row["id"]} is ${row["status"]}, not ${expected}`;
    }
    return null;
  }
}

/** The tasks that one depends on, as far as they are there. */
function parentsOf({ num }: TaskRow, { tasks, parents }: Snapshot): readonly TaskRow[] {
  return (parents.get(num) ?? []).flatMap((parent) => tasks.get(parent) ?? []);
}

/** What failed, or was skipped itself, is why a task is skipped; when it lives again, so does that task. */
function wronglySkipped(now: Snapshot): string | null {
  for (const task of now.tasks.values()) {
    if (task.status !== "skipped" || task.rule !== "all_success") continue;
    const kinds = parentsOf(task, now).map(kindOf);
    if (kinds.length < task.dep_total) continue;
    if (kinds.some((kind) => kind === "failed" || kind === "skipped")) continue;
    return `${task.id} is skipped although nothing that it depends on has failed`;
  }
  return null;
}

/** A limit that held before the commit and after it held for what started in it. */
function overLimit(task: TaskRow, before: Snapshot, now: Snapshot): string | null {
  const [old, current] = [before.queues.get(task.queue), now.queues.get(task.queue)];
  if (old === undefined || current === undefined) return null;
  if (old.paused === 1 && current.paused === 1) return `while ${task.queue} is paused`;
  const running = [...now.tasks.values()]
    .filter(({ status, queue }) => status === "running" && queue === task.queue);
  const limit = larger(old.concurrency, current.concurrency);
  if (running.length > limit) return `as number ${running.length} in ${task.queue} of ${limit}`;
  if (task.concurrency_key === null) return null;
  const sameKey = running.filter((one) => one.concurrency_key === task.concurrency_key);
  const keyLimit = larger(old.key_concurrency, current.key_concurrency);
  if (sameKey.length <= keyLimit) return null;
  return `as number ${sameKey.length} of key ${task.concurrency_key}, limit ${keyLimit}`;
}

/** Of one key in one queue, who is ready first starts first. */
function outOfTurn(task: TaskRow, before: Snapshot, now: Snapshot): string | null {
  const then = before.tasks.get(task.num);
  if (then?.ready_order == null) return null;
  for (const other of now.tasks.values()) {
    const earlier = before.tasks.get(other.num);
    if (other.status !== "pending" || earlier?.ready_order == null) continue;
    if (other.queue !== task.queue || other.concurrency_key !== task.concurrency_key) continue;
    if (earlier.ready_pool !== then.ready_pool || other.run !== earlier.run) continue;
    const isBefore = earlier.ready_order - then.ready_order || other.num - task.num;
    if (isBefore < 0) return `before ${other.id}, whose turn it was`;
  }
  return null;
}

/** What is to be the only one of its work does not come beside another one. */
function secondOfItsWork(before: Snapshot, now: Snapshot): string | null {
  const live = [...now.tasks.values()].filter(({ status }) => !ENDED.includes(status));
  for (const task of live) {
    if (task.unique_hash === null || before.tasks.has(task.num)) continue;
    for (const other of live) {
      if (other.num >= task.num || other.unique_hash !== task.unique_hash) continue;
      const then = before.tasks.get(other.num);
      // One that came back to life in this commit may have done so after it.
      if (then !== undefined && ENDED.includes(then.status)) continue;
      return `${task.id} came although ${other.id} is of the same work`;
    }
  }
  return null;
}

/** One task follows each failure that is to be followed, and none comes without. */
function wrongHandlers(
  before: Snapshot,
  now: Snapshot,
  { rulesHold }: { readonly rulesHold: boolean },
): string | null {
  const expected = new Map<string, number>();
  /** What came back to life in the commit in which it failed shows only that it lives. */
  const mayHaveFailed = new Set<string>();
  for (const { num, id, seq, status, on_failure, finished_at } of now.tasks.values()) {
    const then = before.tasks.get(num);
    const isNew = then?.status !== "failed" || then.finished_at !== finished_at;
    const lives = !ENDED.includes(status) && then !== undefined && then.seq !== seq;
    if (lives && !rulesHold) mayHaveFailed.add(id);
    if (status === "failed" && on_failure !== null && isNew) expected.set(id, 1);
  }
  for (const { num, id } of now.tasks.values()) {
    const [, failed] = /^(.*):on-failure:\d+/.exec(id) ?? [];
    if (failed === undefined || before.tasks.has(num)) continue;
    expected.set(failed, (expected.get(failed) ?? 0) - 1);
  }
  for (const [id, missing] of expected) {
    if (missing > 0) return `nothing follows the failure of ${id}`;
    if (missing < 0 && !mayHaveFailed.has(id)) {
      return `something follows ${id}, which has not failed`;
    }
  }
  return null;
}

function larger(one: number | null, other: number | null): number {
  return Math.max(one ?? Infinity, other ?? Infinity);
}

function kindOf({ status, reason }: TaskRow): string {
  if (status === "completed") return "succeeded";
  if (status === "failed" || status === "cancelled") return "failed";
  if (status === "skipped") return reason === "upstream_failed" ? "failed" : "skipped";
  return "open";
}

/** Airflow's rules, in their own words. */
function isRuleMet(rule: string, kinds: readonly string[]): boolean {
  const has = (kind: string) => kinds.includes(kind);
  const allEnded = !has("open");
  switch (rule) {
    case "all_success":
      return kinds.every((kind) => kind === "succeeded");
    case "all_done":
      return allEnded;
    case "all_failed":
      return kinds.every((kind) => kind === "failed");
    case "one_success":
      return has("succeeded");
    case "one_failed":
      return has("failed");
    case "none_failed":
      return allEnded && !has("failed");
    case "none_failed_min_one_success":
      return allEnded && !has("failed") && has("succeeded");
    default:
      return rule === "always";
  }
}

function workflowStatus(statuses: readonly string[]): string {
  if (statuses.some((status) => !ENDED.includes(status))) return "running";
  if (statuses.includes("failed")) return "failed";
  return statuses.includes("cancelled") ? "cancelled" : "completed";
}

function tally(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function differ(
  what: string,
  counted: ReadonlyMap<string, number>,
  rows: readonly Record<string, unknown>[],
): string | null {
  const kept = new Map(rows.map((row) => [String(row["name"]), Number(row["count"])]));
  for (const name of new Set([...counted.keys(), ...kept.keys()])) {
    const [right, is] = [counted.get(name) ?? 0, kept.get(name) ?? 0];
    if (right !== is) return `the ${what} ${name} is ${is}, not ${right}`;
  }
  return null;
}
