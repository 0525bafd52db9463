/** Looks at the database after every commit, and says what must never be so. */
import { DatabaseSync } from "node:sqlite";
import { databaseFile } from "../../actors/storage/sqlite/store.ts";

interface TaskRow {
  readonly num: number;
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly run: number;
  readonly queue: string;
  readonly concurrency_key: string | null;
  readonly workflow_num: number | null;
  readonly dep_succeeded: number;
  readonly dep_failed: number;
  readonly dep_skipped: number;
  readonly expires_at: number | null;
  readonly rule: string;
  readonly run_at: number | null;
}

interface RunRow {
  readonly num: number;
  readonly run: number;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly outcome: string | null;
}

interface QueueRow {
  readonly name: string;
  readonly concurrency: number | null;
  readonly key_concurrency: number | null;
  readonly paused: number;
}

interface Snapshot {
  readonly tasks: ReadonlyMap<number, TaskRow>;
  readonly runs: ReadonlyMap<string, RunRow>;
  readonly queues: ReadonlyMap<string, QueueRow>;
}

export interface WitnessOptions {
  readonly dataDir: string;
  /** Ids that were accepted, and whose deletion was not asked for. */
  readonly accepted: ReadonlySet<string>;
  /** False once the wall clock was set back, after which times of before prove nothing. */
  readonly timesHold: () => boolean;
}

const TASKS = "SELECT t.num, t.id, t.status, t.reason, t.run, t.queue, t.concurrency_key, " +
  "t.workflow_num, t.dep_succeeded, t.dep_failed, t.dep_skipped, t.expires_at, " +
  "i.spec ->> '$.triggerRule' AS rule, i.spec ->> '$.runAt' AS run_at " +
  "FROM tasks t JOIN task_inputs i USING (num)";
const RUNS = "SELECT num, run, started_at, finished_at, outcome FROM runs";
const QUEUES = "SELECT name, concurrency, key_concurrency, paused FROM queues";
const ENDED: readonly string[] = ["completed", "failed", "cancelled", "skipped"];

/** Compares each state of the database with the one before and with what was promised. */
export class Witness {
  readonly #options: WitnessOptions;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  /** Most members that each workflow has had: one that lost some keeps the status that it ended with. */
  readonly #members = new Map<number, number>();
  #before: Snapshot = { tasks: new Map(), runs: new Map(), queues: new Map() };

  constructor(options: WitnessOptions) {
    this.#options = options;
    this.#database = new DatabaseSync(databaseFile(options.dataDir), { readOnly: true });
  }

  close(): void {
    this.#database.close();
  }

  /** What is wrong with the state that was just committed; null where nothing is. */
  look(): string | null {
    const now = this.#read();
    const before = this.#before;
    this.#before = now;
    return this.#lost(now) ?? this.#runs(before, now) ?? this.#starts(before, now) ??
      this.#dependencies(now) ?? this.#depths(now) ?? this.#workflows(now);
  }

  /** Tasks that have not ended. */
  live(): readonly string[] {
    return [...this.#before.tasks.values()].filter(({ status }) => !ENDED.includes(status))
      .map(({ id, status, queue }) => `${id} ${status} in ${queue}`);
  }

  #read(): Snapshot {
    const tasks = this.#all(TASKS) as unknown as TaskRow[];
    const runs = this.#all(RUNS) as unknown as RunRow[];
    const queues = this.#all(QUEUES) as unknown as QueueRow[];
    return {
      tasks: new Map(tasks.map((task) => [task.num, task])),
      runs: new Map(runs.map((run) => [`${run.num} ${run.run}`, run])),
      queues: new Map(queues.map((queue) => [queue.name, queue])),
    };
  }

  #lost({ tasks }: Snapshot): string | null {
    const ids = new Set([...tasks.values()].map(({ id }) => id));
    for (const id of this.#options.accepted) if (!ids.has(id)) return `${id} is lost`;
    return null;
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
      const wrong = this.#tooEarly(task, run, now) ?? overLimit(task, before, now);
      if (wrong !== null) return `run ${run.run} of ${task.id} started ${wrong}`;
    }
    return null;
  }

  #tooEarly(task: TaskRow, run: RunRow, now: Snapshot): string | null {
    if (this.#options.timesHold()) {
      if (task.run_at !== null && run.started_at < task.run_at) return "before its time";
      if (task.expires_at !== null && run.started_at >= task.expires_at) return "after its expiry";
    }
    if (task.rule !== "all_success") return null;
    for (const parent of this.#parents(task.num, now)) {
      if (parent.status !== "completed") return `while ${parent.id} is ${parent.status}`;
    }
    return null;
  }

  #parents(child: number, { tasks }: Snapshot): readonly TaskRow[] {
    const rows = this.#all("SELECT parent FROM edges WHERE child = ?", child);
    return rows.flatMap((row) => tasks.get(Number(row["parent"])) ?? []);
  }

  /** The counters of what is blocked are what its dependencies have come to. */
  #dependencies({ tasks }: Snapshot): string | null {
    for (const row of this.#all("SELECT parent, child FROM edges")) {
      if (!tasks.has(Number(row["child"]))) return `an edge leads to no task`;
    }
    for (const task of tasks.values()) {
      if (task.status !== "blocked") continue;
      const kinds = this.#parents(task.num, { tasks, runs: new Map(), queues: new Map() })
        .map(kindOf);
      const count = (kind: string) => kinds.filter((one) => one === kind).length;
      const counted = [count("succeeded"), count("failed"), count("skipped")].join();
      const kept = [task.dep_succeeded, task.dep_failed, task.dep_skipped].join();
      if (counted !== kept) return `${task.id} counts its dependencies as ${kept}, not ${counted}`;
    }
    return null;
  }

  #depths({ tasks }: Snapshot): string | null {
    const counted = tally([...tasks.values()].map(({ queue, status }) => `${queue} ${status}`));
    const rows = this.#all("SELECT queue || ' ' || status AS name, count FROM depths");
    return differ("depth", counted, rows);
  }

  #workflows({ tasks }: Snapshot): string | null {
    const members = [...tasks.values()].filter(({ workflow_num }) => workflow_num !== null);
    const counted = tally(members.map(({ workflow_num, status }) => `${workflow_num} ${status}`));
    const rows = this.#all("SELECT num || ' ' || status AS name, count FROM workflow_counts");
    const wrong = differ("count of workflow", counted, rows);
    if (wrong !== null) return wrong;
    for (const row of this.#all("SELECT num, id, status FROM workflows")) {
      const statuses = members.filter(({ workflow_num }) => workflow_num === row["num"])
        .map(({ status }) => status);
      const num = Number(row["num"]);
      const most = Math.max(this.#members.get(num) ?? 0, statuses.length);
      this.#members.set(num, most);
      if (statuses.length < most) continue;
      const expected = workflowStatus(statuses);
      if (row["status"] !== expected) return `${row["id"]} is ${row["status"]}, not ${expected}`;
    }
    return null;
  }

  #all(sql: string, ...values: readonly number[]) {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement.all(...values);
  }
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

function larger(one: number | null, other: number | null): number {
  return Math.max(one ?? Infinity, other ?? Infinity);
}

function kindOf({ status, reason }: TaskRow): string {
  if (status === "completed") return "succeeded";
  if (status === "failed" || status === "cancelled") return "failed";
  if (status === "skipped") return reason === "upstream_failed" ? "failed" : "skipped";
  return "open";
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
