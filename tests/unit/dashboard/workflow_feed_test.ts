import assert from "node:assert/strict";
import { type FeedQuery, WorkflowFeed } from "../../../api/dashboard/data/workflow_feed.ts";
import type { TaskView, WorkflowRunView } from "../../../api/schema.ts";
import { at, runView, taskView } from "./workflow_samples.ts";

/** A server with one workflow; each request waits for `answer` where it is held. */
class FakeServer {
  tasks: TaskView[] = [];
  runs: WorkflowRunView[] = [];
  readonly asked: string[] = [];
  held: PromiseWithResolvers<void> | null = null;
  #calls: (() => void)[] = [];

  feed(): WorkflowFeed {
    const later = (call: () => void) => this.#calls.push(call);
    return new WorkflowFeed({
      id: "w",
      get: (path, query) => this.#get(path, query),
      later,
    });
  }

  /** Makes all the time pass that was waited for, and what came of it. */
  async pass(): Promise<void> {
    while (this.#calls.length > 0) {
      for (const call of this.#calls.splice(0)) await call();
      await settled();
    }
  }

  async #get<T>(path: string, { limit, cursor }: FeedQuery): Promise<T> {
    this.asked.push(`${path} ${cursor}`);
    const first = Number(cursor);
    const page = <I>(items: readonly I[]) => ({
      items: items.slice(first, first + Number(limit)),
      nextCursor: items.length > first + Number(limit) ? String(first + Number(limit)) : null,
    });
    // As they were when they were asked for.
    const { items: tasks, nextCursor } = page(this.tasks);
    const head = {
      id: "w",
      name: null,
      status: "running",
      counts: {},
      createdAt: at(0),
    };
    const answer = path.endsWith("/runs")
      ? page(this.runs)
      : { ...head, finishedAt: null, tasks, nextCursor };
    await this.held?.promise;
    return answer as T;
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

const RUNNING = {
  status: "running",
  run: 1,
  attempt: 1,
  node: "n-1",
  startedAt: at(10),
} as const;

Deno.test("workflow_feed reads a workflow to its end, page by page", async () => {
  const server = new FakeServer();
  server.tasks = Array.from(
    { length: 1_100 },
    (_, index) => taskView(`t${index}`),
  );
  server.runs = server.tasks.map(({ id }) => runView(id, [1, 2]));
  const feed = server.feed();
  const read: number[] = [];
  feed.subscribe(() => read.push(feed.snapshot().tasksRead));
  await feed.load();
  const { graph, state, head, problem } = feed.snapshot();
  assert.deepEqual([graph?.tasks.length, state.tasks.size, state.runs.size], [
    1_100,
    1_100,
    1_100,
  ]);
  assert.deepEqual([head?.id, problem, read], ["w", null, [
    500,
    1_000,
    1_100,
    1_100,
  ]]);
  assert.equal(server.asked.length, 5);
});

Deno.test("workflow_feed makes changes that came while it read, once and in order", async () => {
  const server = new FakeServer();
  server.tasks = [taskView("a", { seq: "5" }), taskView("b", { seq: "6" })];
  server.held = Promise.withResolvers();
  const feed = server.feed();
  const loaded = feed.load();
  feed.take({ kind: "task", task: taskView("a", { ...RUNNING, seq: "7" }) });
  feed.take({
    kind: "task",
    task: taskView("b", { status: "blocked", seq: "4" }),
  });
  server.held.resolve();
  await loaded;
  const { state } = feed.snapshot();
  assert.deepEqual([...state.tasks.values()].map(({ status }) => status), [
    "running",
    "pending",
  ]);
  assert.deepEqual(state.runs.get("a"), [runView("a", [10, null])]);
});

Deno.test("workflow_feed gathers changes, and reads runs again whose end it did not see", async () => {
  const server = new FakeServer();
  server.tasks = [taskView("a", RUNNING)];
  server.runs = [runView("a", [10, null])];
  const feed = server.feed();
  await feed.load();
  let told = 0;
  feed.subscribe(() => told++);
  server.runs = [runView("a", [10, 20], { outcome: "threw" })];
  feed.take({
    kind: "task",
    task: taskView("a", { status: "scheduled", run: 1, seq: "2" }),
  });
  feed.take({
    kind: "task",
    task: taskView("a", { status: "pending", run: 1, seq: "3" }),
  });
  assert.equal(told, 0);
  await server.pass();
  assert.deepEqual([feed.snapshot().state.tasks.get("a")?.status, told], [
    "pending",
    2,
  ]);
  assert.equal(feed.snapshot().state.runs.get("a")?.[0]?.finishedAt, at(20));
});

Deno.test("workflow_feed reads anew after a reset, and takes the last reading", async () => {
  const server = new FakeServer();
  server.tasks = [taskView("a")];
  server.held = Promise.withResolvers();
  const feed = server.feed();
  const first = feed.load();
  server.tasks = [taskView("a"), taskView("b")];
  feed.take({ kind: "reset" });
  server.held.resolve();
  await first;
  await settled();
  assert.equal(feed.snapshot().graph?.tasks.length, 2);
  feed.take({ kind: "deleted", id: "elsewhere" });
  const asked = server.asked.length;
  feed.take({ kind: "deleted", id: "b" });
  await settled();
  assert.equal(server.asked.length, asked + 2);
});

Deno.test("workflow_feed says why it could not read, and keeps what it has", async () => {
  const server = new FakeServer();
  server.tasks = [taskView("a")];
  const feed = server.feed();
  await feed.load();
  const problem = new Error('Workflow "w" does not exist');
  server.held = Promise.withResolvers();
  server.held.reject(problem);
  await feed.load();
  assert.equal(feed.snapshot().problem, problem);
  assert.equal(feed.snapshot().graph?.tasks.length, 1);
  server.held = null;
  await feed.load();
  assert.equal(feed.snapshot().problem, null);
});
