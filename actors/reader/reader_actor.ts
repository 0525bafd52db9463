/**
 * The reader: serves everything that only looks, from a connection that cannot write, so that a long
 * listing never delays a commit. Takes queries, sends nothing, owns its connection.
 */
import { ok, refuse } from "../domain/error.ts";
import { unreachable } from "../domain/exhaustive.ts";
import { nextFireTimes } from "../domain/schedule_decision.ts";
import { LIMITS } from "../domain/task.ts";
import { taskJson, workflowJson } from "../domain/task_json.ts";
import type {
  Changes,
  ReaderMessage,
  ReaderProtocol,
  ReaderReplies,
  TaskFilter,
} from "../protocol.ts";
import type { Behaviour } from "../runtime/mod.ts";
import type { StoreReader, TaskQuery } from "../storage/port.ts";
import { decodeCursor, decodeRunCursor, encodeCursor, encodeRunCursor } from "./cursor.ts";
import { gatherStoreFacts } from "./store_facts.ts";
import { walkTasks } from "./task_walks.ts";

/** How many lines are looked at for who is first. */
const LINES = { limit: 200, keys: 500 };

export class Reader implements Behaviour<ReaderProtocol> {
  readonly #store: StoreReader;
  readonly #now: () => number;

  constructor(store: StoreReader, { now = Date.now }: { readonly now?: () => number } = {}) {
    this.#store = store;
    this.#now = now;
  }

  receive(message: ReaderMessage): unknown {
    switch (message.kind) {
      case "GetTasks":
        return this.#store.getTasks(message.ids);
      case "ListTasks":
        return this.#onListTasks(message);
      case "GetAttempts":
        return this.#onGetAttempts(message.id);
      case "GetLogs":
        return this.#onGetLogs(message);
      case "ListDependents":
        return this.#onListDependents(message);
      case "GetWorkflow":
        return this.#onGetWorkflow(message);
      case "ListWorkflows":
        return this.#onListWorkflows(message);
      case "ListWorkflowRuns":
        return this.#onListWorkflowRuns(message);
      case "ListQueues":
        return this.#store.listQueues();
      case "GetQueueDepths":
        return this.#store.queueDepths();
      case "GetTraffic":
        return this.#store.readTraffic(message.span);
      case "GetFirstInLine":
        return this.#store.firstInLine(LINES);
      case "ListNodeRuns":
        return this.#store.listNodeRuns({ nodes: message.nodes, limit: LIMITS.nodeRuns });
      case "ListDeadLetters":
        return this.#onListDeadLetters(message);
      case "CountDeadLetters":
        return this.#store.countDeadLetters();
      case "WalkTasks":
        return walkTasks(this.#store, message);
      case "GetStoreFacts":
        return this.#onGetStoreFacts(message.id);
      case "GetChanges":
        return this.#onGetChanges(message);
      case "ListSchedules":
        return this.#onListSchedules();
      case "GetSchedule":
        return this.#onGetSchedule(message.name);
      case "ListTicks":
        return this.#onListTicks(message);
      default:
        return unreachable(message);
    }
  }

  async stop(): Promise<void> {
    await this.#store.close();
  }

  async #onListTasks(
    { filter, limit, cursor }: MessageOf<"ListTasks">,
  ): Promise<ReaderReplies["ListTasks"]> {
    const beforeNum = decodeCursor(cursor);
    if (!beforeNum.ok) return beforeNum;
    const { tasks, nextBeforeNum } = await this.#store.listTasks(queryOf(filter), {
      limit,
      beforeNum: beforeNum.value,
      scanRows: LIMITS.pageScanRows,
      textBytes: LIMITS.listTextBytes,
    });
    const items = tasks.map((task) => taskJson(task));
    return ok(JSON.stringify({ items, nextCursor: encodeCursor(nextBeforeNum) }));
  }

  async #onListDeadLetters(
    { filter, limit, cursor }: MessageOf<"ListDeadLetters">,
  ): Promise<ReaderReplies["ListDeadLetters"]> {
    const beforeNum = decodeCursor(cursor);
    if (!beforeNum.ok) return beforeNum;
    const { q, ...query } = filter;
    const { items, nextBeforeNum } = await this.#store.listDeadLetters({ ...query, idPrefix: q }, {
      limit,
      beforeNum: beforeNum.value,
      scanRows: LIMITS.pageScanRows,
      textBytes: LIMITS.listTextBytes,
      runs: LIMITS.deadLetterRuns,
      runBytes: LIMITS.deadLetterRunsBytes,
    });
    return ok({ items, nextCursor: encodeCursor(nextBeforeNum) });
  }

  async #onGetAttempts(id: string): Promise<ReaderReplies["GetAttempts"]> {
    const runs = await this.#store.listRuns(id);
    return runs === null ? unknown("Task", id) : ok(runs);
  }

  async #onGetLogs(
    { id, after, limit }: MessageOf<"GetLogs">,
  ): Promise<ReaderReplies["GetLogs"]> {
    const page = await this.#store.listLogs(id, { after, limit });
    return page === null ? unknown("Task", id) : ok(page);
  }

  async #onListDependents(
    { id, limit, cursor }: MessageOf<"ListDependents">,
  ): Promise<ReaderReplies["ListDependents"]> {
    const afterNum = decodeCursor(cursor);
    if (!afterNum.ok) return afterNum;
    const page = { limit, afterNum: afterNum.value, textBytes: LIMITS.listTextBytes };
    const found = await this.#store.listDependents(id, page);
    if (found === null) return unknown("Task", id);
    return ok({ items: found.tasks, nextCursor: encodeCursor(found.nextAfterNum) });
  }

  async #onGetWorkflow(
    { id, limit, cursor }: MessageOf<"GetWorkflow">,
  ): Promise<ReaderReplies["GetWorkflow"]> {
    const afterNum = decodeCursor(cursor);
    if (!afterNum.ok) return afterNum;
    const workflow = await this.#store.getWorkflow(id);
    if (workflow === null) return unknown("Workflow", id);
    const { items, last } = limit === 0
      ? { items: [], last: null }
      : await this.#tasksOf(workflow.num, afterNum.value, limit);
    return ok(JSON.stringify({
      ...workflowJson(workflow),
      tasks: items.map((task) => taskJson(task, true)),
      nextCursor: encodeCursor(last?.num ?? null),
    }));
  }

  async #tasksOf(workflowNum: number, afterNum: number | null, limit: number) {
    const page = { afterNum: afterNum ?? 0, limit: limit + 1 };
    return pageOf(await this.#store.listWorkflowTasks(workflowNum, page), limit);
  }

  async #onListWorkflows(
    { filter: { q, ...filter }, limit, cursor }: MessageOf<"ListWorkflows">,
  ): Promise<ReaderReplies["ListWorkflows"]> {
    const beforeNum = decodeCursor(cursor);
    if (!beforeNum.ok) return beforeNum;
    const page = { limit, beforeNum: beforeNum.value, scanRows: LIMITS.pageScanRows };
    const query = { ...filter, prefix: q };
    const { workflows, nextBeforeNum } = await this.#store.listWorkflows(query, page);
    return ok({ items: workflows, nextCursor: encodeCursor(nextBeforeNum) });
  }

  async #onListWorkflowRuns(
    { id, limit, cursor }: MessageOf<"ListWorkflowRuns">,
  ): Promise<ReaderReplies["ListWorkflowRuns"]> {
    const after = decodeRunCursor(cursor);
    if (!after.ok) return after;
    const workflow = await this.#store.getWorkflow(id);
    if (workflow === null) return unknown("Workflow", id);
    const page = { after: after.value, limit: limit + 1 };
    const { items, last } = pageOf(await this.#store.listWorkflowRuns(workflow.num, page), limit);
    return ok({
      items: items.map(({ taskNum: _, ...run }) => run),
      nextCursor: last && encodeRunCursor(last),
    });
  }

  async #onGetStoreFacts(id: string): Promise<ReaderReplies["GetStoreFacts"]> {
    const facts = await this.#store.look((view) => gatherStoreFacts(view, id));
    return facts === null ? unknown("Task", id) : ok(facts);
  }

  #onGetChanges({ afterSeq, filter, limit }: MessageOf<"GetChanges">): Promise<Changes> {
    return this.#store.listChanges(queryOf(filter), {
      afterSeq,
      limit,
      scanRows: LIMITS.pageScanRows,
      textBytes: LIMITS.listTextBytes,
    });
  }

  async #onListSchedules(): Promise<ReaderReplies["ListSchedules"]> {
    const now = this.#now();
    const schedules = await this.#store.listSchedules();
    return schedules.map((schedule) => ({
      schedule,
      nextFireTimes: nextFireTimes(schedule, now),
    }));
  }

  async #onGetSchedule(name: string): Promise<ReaderReplies["GetSchedule"]> {
    const schedule = await this.#store.getSchedule(name);
    if (schedule === null) return unknown("Schedule", name);
    return ok({ schedule, nextFireTimes: nextFireTimes(schedule, this.#now()) });
  }

  async #onListTicks({ name, limit }: MessageOf<"ListTicks">): Promise<ReaderReplies["ListTicks"]> {
    const ticks = await this.#store.listTicks(name, limit);
    return ticks === null ? unknown("Schedule", name) : ok(ticks);
  }
}

type MessageOf<K extends string> = Extract<ReaderMessage, { readonly kind: K }>;

/** Of one more than `limit`, where there are so many: the page, and what the next one comes after. */
function pageOf<T>(found: readonly T[], limit: number) {
  const items = found.slice(0, limit);
  return { items, last: found.length > limit ? items.at(-1) ?? null : null };
}

function queryOf({ q, ...filter }: TaskFilter): TaskQuery {
  return { ...filter, idPrefix: q };
}

function unknown(what: "Task" | "Workflow" | "Schedule", id: string) {
  const reason = `unknown_${what.toLowerCase()}`;
  return refuse("not_found", reason, `${what} "${id}" does not exist`, { subject: id });
}
