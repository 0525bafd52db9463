/** What the store says at the end, read through the API alone. */
import assert from "node:assert/strict";
import type { ClusterNode } from "../support/cluster.ts";
import { encodeRequest, HttpConnection } from "../support/http_connection.ts";
import type { StoredRun, StoredSchedule, StoredTask } from "./history.ts";

const LANES = 8;
const PAGE = 500;

/** All tasks with all their runs, asked of all nodes side by side. */
export async function readTasks(nodes: readonly ClusterNode[]): Promise<readonly StoredTask[]> {
  const rest = [...await listTasks(nodes)];
  const tasks: StoredTask[] = [];
  await Promise.all(Array.from({ length: LANES }, async (_, lane) => {
    const node = nodes[lane % nodes.length];
    assert.ok(node !== undefined);
    using connection = await HttpConnection.open(new URL(node.process.url).host);
    const get = getterOf(connection, node, await node.process.token());
    for (let task = rest.pop(); task !== undefined; task = rest.pop()) {
      const { items } = await get<Page<RunAnswer>>(`/api/tasks/${task.id}/attempts`);
      tasks.push(storedTask(task, items));
    }
  }));
  return tasks;
}

export interface ReadScheduleOptions {
  readonly node: ClusterNode;
  /** Its name. */
  readonly name: string;
  /** Ids of all tasks. */
  readonly ids: readonly string[];
}

/** A paused schedule, whose ticks come at even distances. */
export async function readSchedule(
  { node, name, ids }: ReadScheduleOptions,
): Promise<StoredSchedule> {
  using connection = await HttpConnection.open(new URL(node.process.url).host);
  const get = getterOf(connection, node, await node.process.token());
  const { counts } = await get<{ counts: { fired: number } }>(`/api/schedules/${name}`);
  const ticks = (await listTicks(get, name)).filter(({ outcome }) => outcome === "fired")
    .map(({ nominalAt }) => Date.parse(nominalAt));
  const tasks = ids.filter((id) => id.startsWith(`${name}:`));
  return { name, fired: counts.fired, ticks, tasks, expected: evenlySpaced(ticks) };
}

/** From the first to the last of the times, at the smallest distance that occurs. */
function evenlySpaced(times: readonly number[]): readonly number[] {
  const sorted = [...new Set(times)].sort((a, b) => a - b);
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)];
  const gaps = sorted.slice(1).map((at, index) => at - (sorted[index] ?? at));
  const everyMs = Math.min(...gaps);
  if (!Number.isFinite(everyMs)) return sorted;
  return Array.from(
    { length: (last - first) / everyMs + 1 },
    (_, index) => first + index * everyMs,
  );
}

type Get = <T>(path: string) => Promise<T>;

/** Reads answers in JSON on one connection. */
function getterOf(connection: HttpConnection, node: ClusterNode, token: string): Get {
  const { host } = new URL(node.process.url);
  const headers = { authorization: `Bearer ${token}` };
  return async (path) => {
    const request = encodeRequest({ method: "GET", path, host, headers });
    const { status, body } = await connection.send(request);
    const text = new TextDecoder().decode(body);
    assert.equal(status, 200, `GET ${path}: ${text}`);
    return JSON.parse(text);
  };
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string | null;
}

interface TaskAnswer {
  readonly id: string;
  readonly status: string;
  readonly run: number;
  readonly finishedAt: string | null;
  readonly result: unknown;
  readonly queue: string;
  readonly concurrencyKey: string | null;
  readonly deps: readonly string[];
}

interface RunAnswer {
  readonly run: number;
  readonly node: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: string | null;
}

async function listTasks([node]: readonly ClusterNode[]): Promise<readonly TaskAnswer[]> {
  assert.ok(node !== undefined);
  using connection = await HttpConnection.open(new URL(node.process.url).host);
  const get = getterOf(connection, node, await node.process.token());
  return await listAll(get, `/api/tasks?limit=${PAGE}`);
}

interface TickAnswer {
  readonly nominalAt: string;
  readonly outcome: string;
}

async function listTicks(get: Get, name: string): Promise<readonly TickAnswer[]> {
  return await listAll(get, `/api/schedules/${name}/ticks?limit=${PAGE}`);
}

async function listAll<Item>(get: Get, path: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let from = "";;) {
    const page = await get<Page<Item>>(path + from);
    items.push(...page.items);
    if (page.nextCursor === null || page.nextCursor === undefined) return items;
    from = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}

function storedTask(task: TaskAnswer, runs: readonly RunAnswer[]): StoredTask {
  const { id, status, run, result, queue, concurrencyKey, deps } = task;
  return {
    ...{ id, status, run, result, queue, concurrencyKey, deps },
    finishedAt: timeOf(task.finishedAt),
    runs: runs.map(storedRun),
  };
}

function storedRun({ run, node, startedAt, finishedAt, outcome }: RunAnswer): StoredRun {
  return {
    ...{ run, node, outcome },
    startedAt: Date.parse(startedAt),
    finishedAt: timeOf(finishedAt),
  };
}

function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
