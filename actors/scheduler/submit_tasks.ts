import { ok, refuse, type Result } from "../domain/error.ts";
import { initialState } from "../domain/task_state.ts";
import { recount } from "../domain/trigger_rule.ts";
import { LIMITS, type TaskRecord } from "../domain/task.ts";
import { howToOffer } from "../domain/withheld_method.ts";
import type { Submission, SubmittedTask } from "../protocol.ts";
import type { IdempotencyEntry, NewTask } from "../storage/port.ts";
import type { Commit } from "./commit.ts";
import type { Method } from "./method_table.ts";
import { tooManyQueues } from "./queue_names.ts";
import { resolveSpec } from "./resolve_spec.ts";
import { UniqueTasks } from "./unique_tasks.ts";

/** How long an idempotency key is remembered. */
export const IDEMPOTENCY_MS = 86_400_000;

type Answer = Result<SubmittedTask>;

/** Takes every submission of a commit, each accepted or refused on its own, in order. */
export async function submitTasks(
  commit: Commit,
  work: readonly (readonly Submission[])[],
): Promise<readonly (readonly Answer[])[]> {
  const intake = await Intake.open(commit, work.flat());
  const answers = work.map((items) => items.map((item) => intake.take(item)));
  await intake.store();
  return answers.map((some) => some.map((answer) => intake.completed(answer)));
}

/** The submissions of one commit: what they refer to, and the tasks that they make. */
class Intake {
  readonly #commit: Commit;
  /** Tasks by id: those that existed, and those that this intake makes. */
  readonly #known: Map<string, TaskRecord>;
  readonly #keys: Map<string, Pick<IdempotencyEntry, "contentHash" | "id">>;
  readonly #newKeys: IdempotencyEntry[] = [];
  readonly #unique: UniqueTasks;
  readonly #made: (NewTask & TaskRecord)[] = [];
  /** Existing tasks that answer a repeated submission, with their texts. */
  #texts: ReadonlyMap<number, TaskRecord> = new Map();
  readonly #repeated = new Set<number>();
  #nextNum: number;

  private constructor(
    commit: Commit,
    { known, keys, unique, firstNum }: {
      readonly known: ReadonlyMap<string, TaskRecord>;
      readonly keys: ReadonlyMap<string, IdempotencyEntry>;
      readonly unique: UniqueTasks;
      readonly firstNum: number;
    },
  ) {
    this.#commit = commit;
    this.#known = new Map(known);
    this.#keys = new Map(keys);
    this.#unique = unique;
    this.#nextNum = firstNum;
  }

  static async open(commit: Commit, items: readonly Submission[]): Promise<Intake> {
    const { tx, now } = commit;
    await commit.context.queueNames.makeRoom(commit);
    const keys = items.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
    const entries = keys.length > 0 ? await tx.findIdempotencyKeys(keys, now) : new Map();
    const ids = new Set<string>();
    for (const { id, deps } of items) {
      ids.add(id);
      for (const dep of deps) ids.add(dep);
    }
    for (const { id } of entries.values()) ids.add(id);
    const known = await tx.findTasks([...ids]);
    const unique = await UniqueTasks.find(commit, items);
    const firstNum = await tx.allocateNums("task", items.length);
    return new Intake(commit, { known, keys: entries, unique, firstNum });
  }

  /** Decides on one submission. */
  take(item: Submission): Answer {
    const repeated = this.#repeatOf(item);
    if (repeated) return repeated;
    const { methods } = this.#commit.context;
    const method = methods.findAnywhere(item.method, item.mode);
    if (method === null) return unknownMethod(item);
    if (methods.missingHandler(item) !== null) return unknownHandler(item);
    const deps = this.#dependencies(item);
    if (!deps.ok) return deps;
    const holder = this.#unique.holderOf(item, this.#commit.now);
    if (holder !== null) return this.#duplicate(item, holder);
    return this.#make(item, method, deps.value);
  }

  /** Writes what was made. */
  async store(): Promise<void> {
    const { tx } = this.#commit;
    if (this.#made.length > 0) {
      const seqs = await tx.insertTasks(this.#made);
      this.#made.forEach((task, index) => {
        this.#known.set(task.id, { ...task, seq: seqs[index] ?? 0 });
      });
      this.#commit.inserted(this.#made.map(({ id }) => this.#record(id)));
    }
    if (this.#newKeys.length > 0) await tx.insertIdempotencyKeys(this.#newKeys);
    if (this.#repeated.size > 0) {
      this.#texts = await tx.loadTasks([...this.#repeated], { texts: true });
    }
  }

  /** The answer with the task as it was stored, texts included. */
  completed(answer: Answer): Answer {
    if (!answer.ok) return answer;
    const { task } = answer.value;
    return ok({ ...answer.value, task: this.#texts.get(task.num) ?? this.#record(task.id) });
  }

  #record(id: string): TaskRecord {
    const task = this.#known.get(id);
    if (task === undefined) throw new Error(`submitted task ${id} is unknown`);
    return task;
  }

  #repeatOf(item: Submission): Answer | null {
    const existing = this.#known.get(item.id);
    if (existing) {
      if (existing.contentHash !== item.contentHash) return takenId(item.id);
      return this.#repeat(existing);
    }
    const entry = item.idempotencyKey === null ? null : this.#keys.get(item.idempotencyKey);
    if (!entry) return null;
    if (entry.contentHash !== item.contentHash) return takenKey();
    const first = this.#known.get(entry.id);
    // The task was deleted since: the key has nothing left to protect.
    return first ? this.#repeat(first) : null;
  }

  #repeat(task: TaskRecord): Answer {
    this.#repeated.add(task.num);
    return ok({ created: false, task });
  }

  /** Answers with the task that is there; a repetition with the same idempotency key gets it again. */
  #duplicate(item: Submission, holder: TaskRecord): Answer {
    this.#repeated.add(holder.num);
    if (item.idempotencyKey !== null) {
      if (!this.#known.has(holder.id)) this.#known.set(holder.id, holder);
      this.#rememberKey(item.idempotencyKey, { id: holder.id, contentHash: item.contentHash });
    }
    return ok({ created: false, duplicate: true, task: holder });
  }

  #dependencies(item: Submission): Result<readonly TaskRecord[]> {
    const tasks: TaskRecord[] = [];
    for (const [index, id] of item.deps.entries()) {
      if (item.deps.indexOf(id) < index) continue;
      const task = this.#known.get(id);
      if (id === item.id) return selfDependency(id, index);
      if (task === undefined) return unknownDependency(item.id, id, index);
      tasks.push(task);
    }
    return ok(tasks);
  }

  #make(item: Submission, method: Method, deps: readonly TaskRecord[]): Answer {
    const { now, context: { queueNames } } = this.#commit;
    const wave = deps.reduce((most, dep) => Math.max(most, dep.wave + 1), 0);
    const num = this.#nextNum++;
    const ids = deps.map(({ id }) => id);
    const spec = resolveSpec(item, method, { num, workflow: null, deps: ids, wave, now });
    if (!queueNames.admits(spec.queue, this.#commit)) return tooManyQueues(spec.id, spec.queue);
    const state = initialState(spec, recount(deps), now);
    const depNums = deps.map((dep) => dep.num);
    const task = { ...spec, ...state, depNums, seq: 0, ...this.#unique.hashOf(item) };
    this.#made.push(task);
    this.#unique.made(item, task);
    this.#known.set(task.id, task);
    if (item.idempotencyKey !== null) this.#rememberKey(item.idempotencyKey, item);
    return ok({ created: true, task });
  }

  #rememberKey(key: string, { id, contentHash }: Pick<Submission, "id" | "contentHash">): void {
    const entry = { key, contentHash, id, expiresAt: this.#commit.now + IDEMPOTENCY_MS };
    this.#keys.set(key, entry);
    this.#newKeys.push(entry);
  }
}

/** Refuses a method that no definition is registered for. */
export function unknownMethod(item: Submission, pointer = "/method"): Answer & { ok: false } {
  const message =
    `Cannot submit task "${item.key ?? item.id}": method "${
      clip(item.method)
    }" is not registered; ` +
    (howToOffer(item.method) ?? "GET /api/methods lists those that are");
  return refuse("invalid_argument", "unknown_method", message, {
    subject: item.method,
    errors: [{ pointer, message: "is not a registered method" }],
  });
}

/** Refuses an `onFailure` whose method no definition is registered for. */
export function unknownHandler(
  { key, id, onFailure }: Submission,
  pointer = "/onFailure/method",
): Answer & { ok: false } {
  const method = clip(onFailure?.method ?? "");
  const message = `Cannot submit task "${key ?? id}": method "${method}" of its onFailure is not ` +
    "registered; GET /api/methods lists those that are";
  return refuse("invalid_argument", "unknown_method", message, {
    subject: method,
    errors: [{ pointer, message: "is not a registered method" }],
  });
}

/** Refuses an id that stands for something else already. */
export function takenId(id: string): Answer & { ok: false } {
  return refuse(
    "already_exists",
    "id_conflict",
    `Cannot submit "${id}": the id is taken by a submission with other content; choose another id`,
    { subject: id },
  );
}

/** Refuses an idempotency key that came with other content before. */
export function takenKey(): Answer & { ok: false } {
  return refuse(
    "invalid_argument",
    "idempotency_key_reused",
    "Cannot submit: the Idempotency-Key was used with other content within 24 h; use a new key",
  );
}

function unknownDependency(id: string, dep: string, index: number): Result<never> {
  return refuse(
    "invalid_argument",
    "unknown_dependency",
    `Cannot submit task "${id}": dependency "${clip(dep)}" does not exist`,
    { subject: dep, errors: [{ pointer: `/deps/${index}`, message: "does not exist" }] },
  );
}

function selfDependency(id: string, index: number): Result<never> {
  return refuse(
    "invalid_argument",
    "self_dependency",
    `Cannot submit task "${id}": it depends on itself`,
    { subject: id, errors: [{ pointer: `/deps/${index}`, message: "is the task itself" }] },
  );
}

function clip(text: string): string {
  return text.length > LIMITS.nameLength ? `${text.slice(0, LIMITS.nameLength)}…` : text;
}
