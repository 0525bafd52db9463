import { deadLetterReason, type DeadLetterState } from "../../domain/dead_letter.ts";
import { type FailureReason, TASK_STATUSES, type TaskStatus } from "../../domain/task.ts";
import type { Connection } from "./connection.ts";

/** How many more there are of each status. */
type StatusCounts = Partial<Record<TaskStatus, number>>;

/** What has gathered and is not written yet. */
interface Gathered {
  readonly depths: Map<string, StatusCounts>;
  readonly workflows: Map<number, StatusCounts>;
  /** Workflows that got tasks, whose row may be missing. */
  readonly grown: Set<number>;
  readonly deadLetters: Map<string, Map<FailureReason, number>>;
}

const COLUMNS = TASK_STATUSES.join(", ");
/** Parameters of the counts follow those before them. */
const countsFrom = (first: number) =>
  TASK_STATUSES.map((_, index) => `$${first + index}::bigint[]`).join(", ");

const ADD_DEPTHS = `INSERT INTO depths AS c (slot, queue, ${COLUMNS}) ` +
  `SELECT $1, u.* FROM unnest($2::text[], ${countsFrom(3)}) u ` +
  "ON CONFLICT (slot, queue) DO UPDATE SET " +
  TASK_STATUSES.map((status) => `${status} = c.${status} + excluded.${status}`).join(", ");

const ADD_DEAD_LETTERS = "INSERT INTO dead_letter_counts AS c (slot, queue, reason, count) " +
  "SELECT $1, u.* FROM unnest($2::text[], $3::text[], $4::bigint[]) u " +
  "ON CONFLICT (slot, queue, reason) DO UPDATE SET count = c.count + excluded.count";

/** Not an upsert: its CHECKs would see the negative change before the conflict is found. */
const MAKE_WORKFLOWS = `INSERT INTO workflow_counts (num, ${COLUMNS}) ` +
  `SELECT u.num, ${TASK_STATUSES.map(() => "0").join(", ")} FROM unnest($1::bigint[]) u (num) ` +
  "ON CONFLICT DO NOTHING";
const ADD_WORKFLOWS = "UPDATE workflow_counts c SET " +
  TASK_STATUSES.map((status) => `${status} = c.${status} + u.${status}`).join(", ") +
  ` FROM unnest($1::bigint[], ${countsFrom(2)}) u (num, ${COLUMNS}) WHERE c.num = u.num`;

/**
 * What is counted along with a transaction's writes: depths of queues, tasks of workflows and dead
 * letters. Changes gather in memory and are written late, sorted, by `flush`: rows of a workflow are
 * shared with other nodes, who wait from then until the commit.
 */
export class Counters {
  readonly #connection: Connection;
  readonly #slot: number;
  #gathered: Gathered = nothing();
  #others: (() => Promise<unknown>)[] = [];
  #claimed = 0;

  constructor(connection: Connection, slot: number) {
    this.#connection = connection;
    this.#slot = slot;
  }

  /** Counts a task that came, went or changed its status. */
  count(
    task: { readonly queue: string; readonly workflowNum: number | null },
    before: TaskStatus | null,
    after: TaskStatus | null,
  ): void {
    if (before === after) return;
    if (before === "pending") this.#claimed++;
    const { queue, workflowNum } = task;
    const { depths, workflows, grown } = this.#gathered;
    move(entry(depths, queue), before, after);
    if (workflowNum === null) return;
    move(entry(workflows, workflowNum), before, after);
    if (before === null) grown.add(workflowNum);
  }

  /** The slot in whose rows the node counts. */
  get slot(): number {
    return this.#slot;
  }

  /** How many tasks ceased to be ready. */
  get claimed(): number {
    return this.#claimed;
  }

  /** Counts a task that became a dead letter, or is none any more. */
  countDeadLetter(
    queue: string,
    before: DeadLetterState | null,
    after: DeadLetterState | null,
  ): void {
    const left = before === null ? null : deadLetterReason(before);
    const entered = after === null ? null : deadLetterReason(after);
    if (left === entered) return;
    const { deadLetters } = this.#gathered;
    let ofQueue = deadLetters.get(queue);
    if (ofQueue === undefined) deadLetters.set(queue, ofQueue = new Map());
    if (left !== null) ofQueue.set(left, (ofQueue.get(left) ?? 0) - 1);
    if (entered !== null) ofQueue.set(entered, (ofQueue.get(entered) ?? 0) + 1);
  }

  /** What is to be added to the stored counts of a workflow. */
  unwritten(workflowNum: number): Readonly<StatusCounts> {
    return this.#gathered.workflows.get(workflowNum) ?? {};
  }

  /** What has gathered so far, to be given to `restore` when what follows is undone. */
  save(): Gathered {
    const { depths, workflows, grown, deadLetters } = this.#gathered;
    return {
      depths: copy(depths),
      workflows: copy(workflows),
      grown: new Set(grown),
      deadLetters: new Map([...deadLetters].map(([queue, counts]) => [queue, new Map(counts)])),
    };
  }

  restore(saved: Gathered): void {
    this.#gathered = saved;
  }

  /** Has other counts written at the next `flush`: on their own they would cost a round trip. */
  along(write: () => Promise<unknown>): void {
    this.#others.push(write);
  }

  /** Writes what has gathered. */
  async flush(): Promise<void> {
    const { depths, deadLetters } = this.#gathered;
    const writing: Promise<unknown>[] = [
      this.flushWorkflows(),
      ...this.#others.splice(0).map((write) => write()),
    ];
    if (depths.size > 0) {
      const sorted = byKey(depths);
      const queues = sorted.map(([queue]) => queue);
      const counts = columnsOf(sorted);
      writing.push(this.#run(ADD_DEPTHS, this.#slot, queues, ...counts));
    }
    const letters = byKey(deadLetters).flatMap(([queue, counts]) =>
      byKey(counts).map(([reason, count]) => ({ queue, reason, count }))
    );
    if (letters.length > 0) {
      writing.push(this.#run(
        ADD_DEAD_LETTERS,
        this.#slot,
        letters.map(({ queue }) => queue),
        letters.map(({ reason }) => reason),
        letters.map(({ count }) => count),
      ));
    }
    depths.clear();
    deadLetters.clear();
    await Promise.all(writing);
  }

  /** Writes the counts of workflows, whose rows are this transaction's from now on. */
  async flushWorkflows(): Promise<void> {
    const { workflows, grown } = this.#gathered;
    if (workflows.size === 0) return;
    const sorted = byKey(workflows);
    const writing = [];
    if (grown.size > 0) writing.push(this.#run(MAKE_WORKFLOWS, [...grown].sort((a, b) => a - b)));
    const nums = sorted.map(([num]) => num);
    writing.push(this.#run(ADD_WORKFLOWS, nums, ...columnsOf(sorted)));
    workflows.clear();
    grown.clear();
    await Promise.all(writing);
  }

  async #run(...statement: Parameters<Connection["run"]>): Promise<void> {
    await this.#connection.run(...statement);
  }
}

function nothing(): Gathered {
  return { depths: new Map(), workflows: new Map(), grown: new Set(), deadLetters: new Map() };
}

function entry<Key>(counts: Map<Key, StatusCounts>, key: Key): StatusCounts {
  let found = counts.get(key);
  if (found === undefined) counts.set(key, found = {});
  return found;
}

function move(counts: StatusCounts, before: TaskStatus | null, after: TaskStatus | null): void {
  if (before !== null) counts[before] = (counts[before] ?? 0) - 1;
  if (after !== null) counts[after] = (counts[after] ?? 0) + 1;
}

function copy<Key>(counts: Map<Key, StatusCounts>): Map<Key, StatusCounts> {
  return new Map([...counts].map(([key, ofKey]) => [key, { ...ofKey }]));
}

/** Entries in the order in which all transactions lock them. */
function byKey<Key extends string | number, Value>(
  map: ReadonlyMap<Key, Value>,
): readonly (readonly [Key, Value])[] {
  return [...map].sort(([a], [b]) => a < b ? -1 : 1);
}

/** The counts by status, in the order of the columns. */
function columnsOf(
  entries: readonly (readonly [unknown, StatusCounts])[],
): readonly (readonly number[])[] {
  return TASK_STATUSES.map((status) => entries.map(([, counts]) => counts[status] ?? 0));
}
