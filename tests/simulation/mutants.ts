/**
 * Small, wrong changes of the engine, each of which the simulation has to notice: they tell whether
 * it looks where it has to.
 */

/** A change of one place in one file. */
export interface Mutant {
  /** What is wrong with it. */
  readonly what: string;
  readonly file: string;
  /** Stands in the file once. */
  readonly text: string;
  readonly becomes: string;
}

const SCHEDULER = "actors/scheduler";
const DISPATCHER = "actors/dispatcher";
const SQLITE = "actors/storage/sqlite";

export const MUTANTS: readonly Mutant[] = [
  {
    what: "the run number of a report is not checked",
    file: `${SCHEDULER}/record_outcomes.ts`,
    text: ` || task.run !== outcome.run) continue;`,
    becomes: `) continue;`,
  },
  {
    what: "callers are answered before the commit",
    file: `${SCHEDULER}/commit_loop.ts`,
    text: `        together: (commit) => handleTogether(commit, items),\n`,
    becomes: `        together: async (commit) => {
          const answers = await handleTogether(commit, items);
          for (const [item, answer] of answers) answer(item);
          return answers;
        },
`,
  },
  {
    what: "work that another node holds up is dropped where it can't be halved",
    file: `${SCHEDULER}/commit_loop.ts`,
    text: `      this.#putOff.add(part);`,
    becomes: `      if (part !== batch) this.#putOff.add(part);`,
  },
  {
    what: "a commit is done again whose answer was lost",
    file: `${SCHEDULER}/attempts.ts`,
    text: `error instanceof StoreUncertainError && await this.#stands(error)`,
    becomes: `error instanceof StoreUncertainError && this.#options.store.shared`,
  },
  {
    what: "a cancel of many passes over what is running",
    file: `${SCHEDULER}/change_many.ts`,
    text: `    await cancelLive(commit, meant);`,
    becomes: `    await cancelLive(commit, meant.filter(({ status }) => status !== "running"));`,
  },
  {
    what: "a change of many counts what it has asked for before",
    file: `${SCHEDULER}/change_many.ts`,
    text: `changed: meant.length`,
    becomes: `changed: live.length`,
  },
  {
    what: "a change of many ends with its first page",
    file: "api/task_change_service.ts",
    text: `      if (walk === null) return ok({ ...done, more: false });`,
    becomes: `      if (done.matched >= 0) return ok({ ...done, more: false });`,
  },
  {
    what: "a search of a queue finds tasks of others",
    file: `${SQLITE}/task_filter.ts`,
    text: `  if (query.queue !== null) add(`,
    becomes: `  if (query.queue === "nothing") add(`,
  },
  {
    what: "a search by status finds all that can be changed",
    file: "actors/reader/task_walks.ts",
    text: `    status: status === null ? statuses :`,
    becomes: `    status: status !== undefined ? statuses :`,
  },
  {
    what: "a backfill leaves out the end of its range",
    file: `${SCHEDULER}/backfill.ts`,
    text: `timetable.value.between(Math.max(0, from), until);`,
    becomes: `timetable.value.between(Math.max(0, from), until - 1_000);`,
  },
  {
    what: "a backfill can't fire what was skipped",
    file: `${SCHEDULER}/backfill.ts`,
    text: `{ replace: true }`,
    becomes: `{ replace: false }`,
  },
  {
    what: "depths are not kept when a task changes",
    file: `${SQLITE}/tasks.ts`,
    text: `  counters.count(before, before.status, after.status);\n`,
    becomes: ``,
  },
  {
    what: "a skip is not passed on to those behind it",
    file: `${SCHEDULER}/commit.ts`,
    text: `      wave = changed.filter((task) => isEnded(task.status));`,
    becomes: `      wave = changed.filter((task) => task.status === "completed");`,
  },
  {
    what: "dependents do not hear of an end",
    file: `${SCHEDULER}/commit.ts`,
    text: `      if (dependents.length === 0) return;`,
    becomes: `      if (dependents.length !== 2) return;`,
  },
  {
    what: "one more task than the limit of its queue runs",
    file: `${SCHEDULER}/claim_runs.ts`,
    text: `concurrency - await commit.tx.countRunning(name, concurrency)`,
    becomes: `1 + concurrency - await commit.tx.countRunning(name, concurrency)`,
  },
  {
    what: "tasks of a paused queue are claimed",
    file: `${SCHEDULER}/claim_runs.ts`,
    text: `  if (paused) return 0;\n`,
    becomes: ``,
  },
  {
    what: "the limit of a concurrency key is not looked at",
    file: `${SCHEDULER}/claim_runs.ts`,
    text: `keyConcurrency: commit.queueNamed(queue).keyConcurrency,`,
    becomes: `keyConcurrency: null,`,
  },
  {
    what: "expired tasks are claimed",
    file: `${SCHEDULER}/claim_runs.ts`,
    text: `expiresAt !== null && expiresAt <= commit.now`,
    becomes: `expiresAt !== null && expiresAt <= commit.now - 60_000`,
  },
  {
    what: "what was running at a crash is left as it is",
    file: `${SCHEDULER}/executors.ts`,
    text: `      node !== commit.context.node || incarnation === null || !alive.has(incarnation)`,
    becomes: `      node === "nobody" || incarnation === null || alive.has(node ?? "")`,
  },
  {
    what: "runs that an executor never got are not put back when it announces itself",
    file: `${SCHEDULER}/executors.ts`,
    text: `    const lost = mine.filter((task) => !held.has(keyOf(task)));`,
    becomes: `    const lost = mine.filter((task) => held.size < 0);`,
  },
  {
    what: "the clock is not set for what is due",
    file: `${SQLITE}/due.ts`,
    text: `  const times = [due, expiry].flatMap(`,
    becomes: `  const times = [expiry].flatMap(`,
  },
  {
    what: "a retry does not bring back what was skipped",
    file: `${SCHEDULER}/revive.ts`,
    text: `  while (wave.length > 0) wave = await reconsider(commit, wave);`,
    becomes: `  if (wave.length > 1) wave = await reconsider(commit, wave);`,
  },
  {
    what: "workflows are not closed",
    file: `${SCHEDULER}/commit.ts`,
    text: `      if (status === workflow.status && finishedAt === workflow.finishedAt) continue;`,
    becomes: `      if (status !== "running") continue;`,
  },
  {
    what: "a dependency of a live task can be deleted",
    file: `${SCHEDULER}/commands.ts`,
    text: `(await commit.tx.withLiveDependents([task.num])).size > 0`,
    becomes: `(await commit.tx.withLiveDependents([task.num])).size > 1_000`,
  },
  {
    what: "a repeated submission is not recognised",
    file: `${SCHEDULER}/submit_tasks.ts`,
    text: `    const repeated = this.#repeatOf(item);`,
    becomes: `    const repeated = item.deps.length > 0 ? null : this.#repeatOf(item);`,
  },
  {
    what: "slots of ended runs are not freed",
    file: `${DISPATCHER}/executor_slots.ts`,
    text: `      this.#held.delete(keyOf(ref));\n`,
    becomes: ``,
  },
  {
    what: "an end in a queue with limits lets nobody know that there is room",
    file: `${SCHEDULER}/record_outcomes.ts`,
    text: `  if (context.queues.isLimited(task.queue)) effects.freedQueues.add(task.queue);`,
    becomes: `  if (context.queues.isLimited("nothing")) effects.freedQueues.add(task.queue);`,
  },
  {
    what: "one failed dependency is enough to go on",
    file: "actors/domain/trigger_rule.ts",
    text:
      `      if (failed > 0) return SKIP.upstream_failed;\n      if (skipped > 0) return SKIP.upstream_skipped;`,
    becomes:
      `      if (failed > 1) return SKIP.upstream_failed;\n      if (skipped > 1) return SKIP.upstream_skipped;`,
  },
  {
    what: "the end of a run is written over by a later report",
    file: `${SCHEDULER}/record_outcomes.ts`,
    text: `    if (task?.status !== "running"`,
    becomes: `    if (task === undefined`,
  },
  {
    what: "a rolled back transaction leaves its counters in memory",
    file: `${SQLITE}/store.ts`,
    text: `    this.#counters.rolledBack();\n`,
    becomes: ``,
  },
  {
    what: "tasks of a key start in the order of their submission, whatever their place",
    file: `${SQLITE}/key_lines.ts`,
    text: `"ORDER BY ready_order, num LIMIT +?"`,
    becomes: `"ORDER BY num LIMIT +?"`,
  },
  {
    what: "who comes before the first of a key is put behind it",
    file: `${SQLITE}/key_lines.ts`,
    text: `  if (isBefore(head, first)) return`,
    becomes: `  if (head.num > 0) return`,
  },
  {
    what: "what a key's line has moved past is behind whoever comes before its first",
    file: `${SQLITE}/key_lines.ts`,
    text: `  if (head.passed > 0) connection.run(`,
    becomes: `  if (head.passed > 99) connection.run(`,
  },
  {
    what: "a task that leaves from behind the first of its key stays in line",
    file: `${SQLITE}/key_lines.ts`,
    text: `    if (connection.run(DROP_BEHIND, ...line, order, num) === 1) continue;`,
    becomes: `    if (order * num !== null) continue;`,
  },
  {
    what: "rows stay behind a key's line that has ended",
    file: `${SQLITE}/key_lines.ts`,
    text: `  if (rowsBehind > 0) connection.run(`,
    becomes: `  if (rowsBehind > 2) connection.run(`,
  },
  {
    what: "ticks that are left out because of an overlap are not counted",
    file: `${SCHEDULER}/tick_writer.ts`,
    text: `skipped: this.#record.skipped + 1`,
    becomes: `skipped: this.#record.skipped`,
  },
  {
    what: "retention removes what a live task depends on",
    file: `${SCHEDULER}/remove_ended.ts`,
    text: `leaving.push(...nums.filter((num) => !held.has(num)));`,
    becomes: `leaving.push(...nums);`,
  },
  {
    what: "nobody looks whether there is a task of the same work",
    file: `${SCHEDULER}/unique_tasks.ts`,
    text: `    return findHolder(this.#holders.get(hash) ?? [], item.unique, now);`,
    becomes: `    return findHolder([], item.unique, now);`,
  },
  {
    what: "what a rate limit has left is not kept",
    file: `${SCHEDULER}/rate_budgets.ts`,
    text: `    budget.changed = true;\n`,
    becomes: ``,
  },
  {
    what: "nothing follows a failure where something was to",
    file: `${SCHEDULER}/commit.ts`,
    text: `    if (failed.length > 0) await handleFailures(this, failed);\n`,
    becomes: `    if (failed.length > 1) await handleFailures(this, failed);\n`,
  },
  {
    what: "one_success does not wait for a success",
    file: "actors/domain/trigger_rule.ts",
    text: `      if (succeeded > 0) return START;\n      if (!allEnded) return WAIT;`,
    becomes: `      if (succeeded + failed > 0) return START;\n      if (!allEnded) return WAIT;`,
  },
];
