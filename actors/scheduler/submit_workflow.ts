import { type GraphPlan, planGraph } from "../domain/dependency_graph.ts";
import { ok, type Result } from "../domain/error.ts";
import { initialState } from "../domain/task_state.ts";
import { recount } from "../domain/trigger_rule.ts";
import type { TaskRecord, WorkflowRecord } from "../domain/task.ts";
import { workflowStatus } from "../domain/workflow.ts";
import type { SchedulerMessage, Submission, SubmittedWorkflow } from "../protocol.ts";
import type { NewTask } from "../storage/port.ts";
import type { Commit } from "./commit.ts";
import type { Method } from "./method_table.ts";
import { tooManyQueues } from "./queue_names.ts";
import { resolveSpec } from "./resolve_spec.ts";
import {
  IDEMPOTENCY_MS,
  takenId,
  takenKey,
  unknownHandler,
  unknownMethod,
} from "./submit_tasks.ts";

type SubmitWorkflow = Extract<SchedulerMessage, { readonly kind: "SubmitWorkflow" }>;
type Answer = Result<SubmittedWorkflow>;

/** Takes each workflow of a commit whole or not at all. */
export async function submitWorkflows(
  commit: Commit,
  work: readonly SubmitWorkflow[],
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const request of work) {
    answers.push(await repeatOf(commit, request) ?? await make(commit, request));
  }
  return answers;
}

async function repeatOf(commit: Commit, request: SubmitWorkflow): Promise<Answer | null> {
  const { tx, now } = commit;
  const { id, contentHash, idempotencyKey } = request;
  const existing = (await tx.findWorkflows([id])).get(id);
  if (existing) {
    return existing.contentHash === contentHash
      ? ok({ created: false, workflow: existing })
      : takenId(id);
  }
  if (idempotencyKey === null) return null;
  const entry = (await tx.findIdempotencyKeys([idempotencyKey], now)).get(idempotencyKey);
  if (!entry) return null;
  if (entry.contentHash !== contentHash) return takenKey();
  const first = (await tx.findWorkflows([entry.id])).get(entry.id);
  return first ? ok({ created: false, workflow: first }) : null;
}

async function make(commit: Commit, request: SubmitWorkflow): Promise<Answer> {
  const known = await externals(commit, request.tasks);
  const nodes = request.tasks.map((task) => ({ key: keyOf(task), deps: task.deps }));
  const plan = planGraph(nodes, (dep) => known.has(dep));
  if (!plan.ok) return plan;
  const methods = findMethods(commit, request.tasks);
  if (!methods.ok) return methods;
  const taken = request.tasks.find(({ id }) => known.has(id));
  if (taken) return takenId(taken.id);
  const num = await commit.tx.allocateNums("workflow", 1);
  const tasks = await build(commit, request, {
    num,
    plan: plan.value,
    methods: methods.value,
    known,
  });
  const refused = await refusedQueue(commit, request, tasks);
  if (refused) return refused;
  return await store(commit, request, { num, tasks });
}

async function refusedQueue(
  commit: Commit,
  request: SubmitWorkflow,
  tasks: readonly NewTask[],
): Promise<Result<never> | null> {
  const { queueNames } = commit.context;
  await queueNames.makeRoom(commit);
  const refused = tasks.find(({ queue }) => !queueNames.admits(queue, commit));
  if (!refused) return null;
  const index = request.tasks.findIndex(({ id }) => id === refused.id);
  return tooManyQueues(refused.id, refused.queue, `/tasks/${index}/queue`);
}

/** The existing tasks that a workflow refers to by id, and those that already have one of its ids. */
async function externals(
  { tx }: Commit,
  tasks: readonly Submission[],
): Promise<ReadonlyMap<string, TaskRecord>> {
  const keys = new Set(tasks.map(keyOf));
  const ids = new Set(tasks.map(({ id }) => id));
  for (const { deps } of tasks) for (const dep of deps) if (!keys.has(dep)) ids.add(dep);
  return await tx.findTasks([...ids]);
}

function findMethods(
  { context }: Commit,
  tasks: readonly Submission[],
): Result<readonly Method[]> {
  const methods: Method[] = [];
  for (const [index, task] of tasks.entries()) {
    const method = context.methods.findAnywhere(task.method, task.mode);
    if (method === null) return unknownMethod(task, `/tasks/${index}/method`);
    if (context.methods.missingHandler(task) !== null) {
      return unknownHandler(task, `/tasks/${index}/onFailure/method`);
    }
    methods.push(method);
  }
  return ok(methods);
}

interface Plan {
  readonly num: number;
  readonly plan: GraphPlan;
  readonly methods: readonly Method[];
  readonly known: ReadonlyMap<string, TaskRecord>;
}

/** Builds the tasks in the order of their waves, so that dependencies stand before what needs them. */
async function build(
  commit: Commit,
  { id, tasks }: SubmitWorkflow,
  { num, plan, methods, known }: Plan,
): Promise<readonly NewTask[]> {
  const first = await commit.tx.allocateNums("task", tasks.length);
  const order = tasks.keys().toArray().sort((a, b) => waveOf(plan, a) - waveOf(plan, b));
  const byKey = new Map<string, NewTask>();
  for (const [position, index] of order.entries()) {
    const task = tasks[index];
    const method = methods[index];
    if (!task || !method) throw new Error(`workflow ${id} has no task ${index}`);
    const deps = new Set(task.deps.map((dep) => byKey.get(dep) ?? required(known, dep)));
    const spec = resolveSpec(task, method, {
      num: first + position,
      workflow: { id, num },
      deps: [...deps].map((dep) => dep.id),
      wave: waveOf(plan, index),
      now: commit.now,
    });
    const state = initialState(spec, recount([...deps]), commit.now);
    byKey.set(keyOf(task), { ...spec, ...state, depNums: [...deps].map((dep) => dep.num) });
  }
  return [...byKey.values()];
}

async function store(
  { tx, now, effects }: Commit,
  { id, name, contentHash, idempotencyKey }: SubmitWorkflow,
  { num, tasks }: { readonly num: number; readonly tasks: readonly NewTask[] },
): Promise<Answer> {
  await tx.insertWorkflows([{
    id,
    num,
    name,
    status: "running",
    contentHash,
    createdAt: now,
    finishedAt: null,
  }]);
  const seqs = await tx.insertTasks(tasks);
  tasks.forEach((task, index) => effects.changed(null, { ...task, seq: seqs[index] ?? 0 }));
  if (idempotencyKey !== null) {
    const expiresAt = now + IDEMPOTENCY_MS;
    await tx.insertIdempotencyKeys([{ key: idempotencyKey, contentHash, id, expiresAt }]);
  }
  const workflow = required(await tx.loadWorkflows([num]), num);
  return ok({ created: true, workflow: withStatus(workflow, now) });
}

/** A workflow whose tasks were all skipped at once has ended where it began. */
function withStatus(workflow: WorkflowRecord, now: number): WorkflowRecord {
  const status = workflowStatus(workflow.counts);
  return { ...workflow, status, finishedAt: status === "running" ? null : now };
}

function keyOf({ key, id }: Submission): string {
  return key ?? id;
}

function waveOf({ waves }: GraphPlan, index: number): number {
  return waves[index] ?? 0;
}

function required<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`no entry for ${String(key)}`);
  return value;
}
