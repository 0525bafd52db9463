import { readyPoolOf } from "../domain/crash_policy.ts";
import { modeOf } from "../domain/pool.ts";
import { LIMITS, type TaskRecord } from "../domain/task.ts";
import type {
  Assignment,
  ClaimedRun,
  ClaimedRuns,
  ClaimRequest,
  DependencyResult,
  SchedulerMessage,
} from "../protocol.ts";
import type { DependencyState } from "../storage/port.ts";
import type { Commit } from "./commit.ts";
import { Deal } from "./deal.ts";
import { withoutMoved } from "./moved_tasks.ts";
import { RateBudgets } from "./rate_budgets.ts";
import { withoutUnregistered } from "./unregistered_tasks.ts";

const NOTHING: ClaimedRuns = { runs: [], drained: true };
/** When a queue is looked at again that another node held: at the earliest, and at twice that at the latest. */
const BUSY_QUEUE_MS = 20;

type Claim = Extract<SchedulerMessage, { readonly kind: "ClaimRuns" }>;

/** What the requests of a commit share. */
interface Claiming {
  readonly commit: Commit;
  readonly deal: Deal;
  readonly rates: RateBudgets;
}

/** Makes the handler that claims ready tasks for executors with free slots. */
export function claimRuns(isDraining: () => boolean) {
  return async (
    commit: Commit,
    work: readonly Claim[],
  ): Promise<readonly (readonly ClaimedRuns[])[]> => {
    if (isDraining()) return work.map(({ requests }) => requests.map(() => NOTHING));
    const queues = work.flatMap(({ requests }) => requests.map(({ queue }) => queue))
      .filter((queue) => !commit.isBusy(queue));
    const rates = await RateBudgets.load(commit, queues);
    const answers: ClaimedRuns[][] = [];
    for (const { executors, requests } of work) {
      const deal = new Deal(executors);
      const claimed: ClaimedRuns[] = [];
      for (const request of requests) claimed.push(await claim({ commit, deal, rates }, request));
      answers.push(claimed);
    }
    await rates.save();
    return answers;
  };
}

async function claim(
  claiming: Claiming,
  { queue, pool, max }: ClaimRequest,
): Promise<ClaimedRuns> {
  const { commit, deal, rates } = claiming;
  if (commit.isBusy(queue)) return awaitFree(commit, queue);
  const wanted = Math.min(max, deal.creditsOf(pool));
  const room = Math.min(wanted, await roomIn(commit, queue));
  const allowed = Math.min(room, rates.left(queue));
  if (allowed <= 0) {
    if (room > 0) rates.awaitNext(queue);
    return { runs: [], drained: wanted > 0 };
  }
  const { runs, drained } = await claimAll(claiming, { queue, pool, max: allowed });
  rates.take(queue, runs.length);
  // Full up to a limit is drained too: an end in the queue, or the clock, says when there is room again.
  const full = allowed < wanted && runs.length === allowed;
  if (full && !drained && allowed < room) rates.awaitNext(queue);
  return { runs, drained: drained || full };
}

/** Has a queue looked at again soon in which another node counts. */
function awaitFree({ now, context: { random }, effects }: Commit, queue: string): ClaimedRuns {
  effects.wake(now + Math.ceil(BUSY_QUEUE_MS * (1 + random())));
  effects.throttled.add(queue);
  return NOTHING;
}

/** Claims from wherever tasks wait for executors of the pool; what strayed has waited longest. */
async function claimAll(claiming: Claiming, request: ClaimRequest): Promise<ClaimedRuns> {
  const strays = claiming.commit.context.strays.of(request);
  if (strays.length === 0) return await claimFrom(claiming, request, request.pool);
  const runs: ClaimedRun[] = [];
  let drained = true;
  for (const waitsIn of [...strays, request.pool]) {
    const left = { ...request, max: request.max - runs.length };
    if (left.max <= 0) return { runs, drained: false };
    const claimed = await claimFrom(claiming, left, waitsIn);
    runs.push(...claimed.runs);
    if (!claimed.drained) drained = false;
    else if (waitsIn !== request.pool) {
      claiming.commit.effects.straysGone.push({ ...request, waitsIn });
    }
  }
  return { runs, drained };
}

async function claimFrom(
  { commit, deal }: Claiming,
  { queue, pool, max }: ClaimRequest,
  waitsIn: string,
): Promise<ClaimedRuns> {
  const place = `${queue}\n${waitsIn}`;
  const { tasks, lastKey, drained } = await commit.tx.selectReady({
    queue,
    pool: waitsIn,
    max,
    keyConcurrency: commit.queueNamed(queue).keyConcurrency,
    afterKey: commit.cursorOf(place),
  });
  commit.effects.cursors.set(place, lastKey);
  const known = await withoutUnregistered(commit, await withoutExpired(commit, tasks));
  const fitting = waitsIn === pool
    ? await withoutMoved(commit, known)
    : await onlyFor(pool, commit, known);
  return { runs: await start(commit, fitting, { deal, pool }), drained };
}

/** How many more may run in a queue at a time: none while it is paused. */
async function roomIn(commit: Commit, name: string): Promise<number> {
  const { paused, concurrency } = commit.queueNamed(name);
  if (paused) return 0;
  if (concurrency === null) return Infinity;
  return concurrency - await commit.tx.countRunning(name, concurrency);
}

/** Fails tasks that have expired, where the clock has not come to them yet: late is late. */
async function withoutExpired(
  commit: Commit,
  tasks: readonly TaskRecord[],
): Promise<readonly TaskRecord[]> {
  const isExpired = ({ expiresAt }: TaskRecord) => expiresAt !== null && expiresAt <= commit.now;
  const expired = tasks.filter(isExpired);
  if (expired.length === 0) return tasks;
  await commit.apply(expired.map((before) => ({ before, event: { kind: "expired" } })));
  return tasks.filter((task) => !isExpired(task));
}

/** Sends strayed tasks that are not for executors of `pool` to those that they are for. */
async function onlyFor(
  pool: string,
  { tx, effects, context: { methods } }: Commit,
  tasks: readonly TaskRecord[],
): Promise<readonly TaskRecord[]> {
  const places = tasks.map((task) => {
    const own = methods.find(task.method, modeOf(task.pool))?.pool ?? task.pool;
    return { task, readyPool: readyPoolOf(own, task) };
  });
  const others = places.filter(({ readyPool }) => readyPool !== pool);
  if (others.length === 0) return tasks;
  await tx.setReadyPools(others.map(({ task: { num }, readyPool }) => ({ num, readyPool })));
  for (const { task: { queue }, readyPool } of others) effects.hint({ queue, pool: readyPool });
  return places.filter(({ readyPool }) => readyPool === pool).map(({ task }) => task);
}

async function start(
  commit: Commit,
  tasks: readonly TaskRecord[],
  { deal, pool }: { readonly deal: Deal; readonly pool: string },
): Promise<readonly ClaimedRun[]> {
  if (tasks.length === 0) return [];
  const { tx, now, effects, context: { node } } = commit;
  const running = await commit.apply(tasks.map((before) => {
    const { executor, incarnation } = deal.next(pool);
    return { before, event: { kind: "claimed", node, executor, incarnation } };
  }));
  await tx.insertRuns(running.map(({ num, run, attempt, executor }) => ({
    num,
    run,
    attempt,
    node,
    executor: executor ?? "",
    startedAt: now,
  })));
  for (const task of running) {
    const counts = effects.countsOf(task);
    counts.attempts++;
    if (task.readyAt !== null) counts.waitSeconds.push(Math.max(0, now - task.readyAt) / 1_000);
  }
  const deps = await dependencyResults(commit, running);
  return running.map((task) => ({
    executor: task.executor ?? "",
    assignment: assignment(task, deps.get(task.num) ?? []),
  }));
}

function assignment(task: TaskRecord, deps: readonly DependencyResult[]): Assignment {
  return {
    num: task.num,
    run: task.run,
    id: task.id,
    workflowId: task.workflowId,
    attempt: task.attempt,
    method: task.method,
    mode: modeOf(task.pool),
    args: task.args,
    deps,
    timeoutMs: task.timeoutMs,
    heartbeatTimeoutMs: task.heartbeatTimeoutMs,
    traceparent: task.traceparent,
  };
}

/** What each task's dependencies came to, with their results from the cache or, where it lacks them, the store. */
async function dependencyResults(
  commit: Commit,
  tasks: readonly TaskRecord[],
): Promise<ReadonlyMap<number, readonly DependencyResult[]>> {
  const dependents = tasks.filter((task) => task.deps.length > 0).map(({ num }) => num);
  if (dependents.length === 0) return new Map();
  const states = await commit.tx.dependenciesOf(dependents);
  const texts = await resultTexts(commit, [...states.values()].flat());
  const results = new Map<number, readonly DependencyResult[]>();
  for (const [num, deps] of states) {
    let bytes = 0;
    results.set(
      num,
      deps.map(({ num, id, key, status }) => {
        const text = texts.get(num) ?? null;
        bytes += text?.length ?? 0;
        // Over the limit a result stays away and is marked: code that asks for it gets an error, not null.
        const omitted = bytes > LIMITS.dependencyResultBytes;
        return { id, key, status, result: omitted ? null : text, ...(omitted && { omitted }) };
      }),
    );
  }
  return results;
}

async function resultTexts(
  { tx, effects, context: { results } }: Commit,
  deps: readonly DependencyState[],
): Promise<ReadonlyMap<number, string>> {
  const texts = new Map<number, string>();
  const missing = new Set<number>();
  for (const { num, status } of deps) {
    if (status !== "completed") continue;
    const text = results.get(num);
    if (text === undefined) missing.add(num);
    else texts.set(num, text);
  }
  effects.cacheHits += texts.size;
  effects.cacheMisses += missing.size;
  if (missing.size === 0) return texts;
  for (const [num, text] of await tx.loadResults([...missing])) {
    texts.set(num, text);
    effects.results.push({ num, text });
  }
  return texts;
}
