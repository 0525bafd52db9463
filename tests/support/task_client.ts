/** What tests do with tasks again and again, over REST. */
import assert from "node:assert/strict";
import type { NodeProcess } from "./node_process.ts";

/** A task as answers show it, as far as tests look. */
export interface TaskAnswer {
  readonly id: string;
  readonly key: string | null;
  readonly method: string;
  readonly status: string;
  readonly reason: string | null;
  readonly run: number;
  readonly attempt: number;
  readonly crashes: number;
  readonly result: unknown;
  readonly error: { readonly name: string; readonly message: string } | null;
  readonly createdAt: string;
  readonly runAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly node: string | null;
  readonly executor: string | null;
}

/** A run as `GET /api/tasks/{id}/attempts` shows it. */
export interface AttemptAnswer {
  readonly run: number;
  readonly attempt: number;
  readonly executor: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: string | null;
  readonly error: { readonly name: string; readonly message: string } | null;
}

const PAGE = 500;
const BATCH = 5_000;
/** Longer than any task of the tests takes. */
const END_MS = 120_000;

/** Submits one task that has to be accepted. */
export async function submitTask(
  node: NodeProcess,
  submission: Readonly<Record<string, unknown>>,
): Promise<TaskAnswer> {
  const { status, body } = await node.fetchApi("POST", "/api/tasks", submission);
  assert.ok(status === 201 || status === 200, `${status} ${JSON.stringify(body)}`);
  return body;
}

/** Submits many tasks that all have to be accepted. */
export async function submitTasks(
  node: NodeProcess,
  submissions: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  for (let from = 0; from < submissions.length; from += BATCH) {
    const tasks = submissions.slice(from, from + BATCH);
    const { status, body } = await node.fetchApi("POST", "/api/tasks/batch", { tasks });
    assert.equal(status, 200, JSON.stringify(body));
    for (const result of body.results) assert.ok(result.status < 300, JSON.stringify(result));
  }
}

/** The task as it is now. */
export async function getTask(node: NodeProcess, id: string): Promise<TaskAnswer> {
  const { status, body } = await node.fetchApi("GET", `/api/tasks/${id}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** Waits until the task has ended, whatever way, and gives it. */
export async function awaitEnd(node: NodeProcess, id: string): Promise<TaskAnswer> {
  const deadline = performance.now() + END_MS;
  for (;;) {
    const path = `/api/tasks/${id}/result?waitMs=30000`;
    const { status, body } = await node.fetchApi("GET", path);
    if (status === 200 || status === 409) return await getTask(node, id);
    assert.equal(status, 202, JSON.stringify(body));
    assert.ok(performance.now() < deadline, `${id} does not end: ${JSON.stringify(body)}`);
  }
}

/** The runs of a task, oldest first. */
export async function getAttempts(
  node: NodeProcess,
  id: string,
): Promise<readonly AttemptAnswer[]> {
  const { status, body } = await node.fetchApi("GET", `/api/tasks/${id}/attempts`);
  assert.equal(status, 200, JSON.stringify(body));
  return Array.isArray(body) ? body : body.items;
}

/** All tasks that match `query`, page by page. */
export async function listTasks(node: NodeProcess, query = ""): Promise<TaskAnswer[]> {
  return (await Array.fromAsync(taskPages(node, query))).flat();
}

/** True when no task waits or runs any more. */
export async function allEnded(node: NodeProcess): Promise<boolean> {
  for (const status of ["running", "pending", "blocked", "scheduled"]) {
    for await (const page of taskPages(node, `&status=${status}`, 1)) {
      if (page.length > 0) return false;
    }
  }
  return true;
}

async function* taskPages(
  node: NodeProcess,
  query: string,
  limit = PAGE,
): AsyncGenerator<TaskAnswer[]> {
  for (let from = "", more = true; more;) {
    const { status, body } = await node.fetchApi("GET", `/api/tasks?limit=${limit}${query}${from}`);
    assert.equal(status, 200, JSON.stringify(body));
    yield body.items;
    more = body.nextCursor !== null;
    from = `&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
}
