/** A small HTTP server that answers as a test tells it to, and remembers what it was asked. */
import type { LogLineJson, TaskJson, WorkflowDetailsJson } from "../../../api/client/mod.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly body: unknown;
}

export type Answerer = (request: SeenRequest) => Response | Promise<Response>;

/** Listens on a free loopback port until its scope ends. */
export class FakeNode implements AsyncDisposable {
  readonly seen: SeenRequest[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** `answers` are by `METHOD /path`; anything else gets a 404 problem. */
  constructor(answers: Readonly<Record<string, Answerer>>) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const { pathname, searchParams } = new URL(request.url);
        const text = await request.text();
        const seen = {
          method: request.method,
          path: pathname,
          query: Object.fromEntries(searchParams),
          headers: request.headers,
          body: text === "" ? null : JSON.parse(text),
        };
        this.seen.push(seen);
        const answer = answers[`${request.method} ${pathname}`];
        if (answer !== undefined) return await answer(seen);
        return problem(404, { code: "not_found", detail: `There is no ${pathname}` });
      },
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Requests of one method and path. */
  seenOf(method: string, path: string): readonly SeenRequest[] {
    return this.seen.filter((request) => request.method === method && request.path === path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

export function json(value: unknown, status = 200): Response {
  return Response.json(value, { status });
}

export function problem(
  status: number,
  fields: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify({ type: "about:blank", status, title: "", ...fields }), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

/** An event stream of these chunks, which ends after them unless it is to stay open. */
export function eventStream(chunks: readonly string[], { open = false } = {}): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      if (!open) controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** One event as the node writes it. */
export function taskEvent(id: string, value: TaskJson): string {
  return `event: task\nid: ${id}\ndata: ${JSON.stringify(value)}\n\n`;
}

export function taskJson(fields: Partial<TaskJson> = {}): TaskJson {
  return {
    id: "task-1",
    workflowId: null,
    key: null,
    method: "add",
    args: [1, 2],
    deps: [],
    triggerRule: "all_success",
    queue: "default",
    priority: 0,
    status: "pending",
    reason: null,
    wave: 0,
    run: 0,
    attempt: 0,
    maxAttempts: 5,
    crashes: 0,
    runAt: null,
    createdAt: "2026-11-21T19:59:30.000Z",
    startedAt: null,
    finishedAt: null,
    cancelRequestedAt: null,
    timeoutMs: 300_000,
    result: null,
    error: null,
    progress: null,
    labels: {},
    concurrencyKey: null,
    node: null,
    executor: null,
    definition: null,
    seq: "1",
    ...fields,
  };
}

export function workflowJson(fields: Partial<WorkflowDetailsJson> = {}): WorkflowDetailsJson {
  return {
    id: "flow-1",
    name: null,
    status: "running",
    counts: {},
    createdAt: "2026-11-21T19:59:30.000Z",
    finishedAt: null,
    tasks: [],
    nextCursor: null,
    ...fields,
  };
}

export function logLine(fields: Partial<LogLineJson> = {}): LogLineJson {
  return {
    run: 1,
    line: 1,
    at: "2026-11-21T19:59:31.000Z",
    level: "info",
    message: "hello",
    fields: {},
    ...fields,
  };
}
