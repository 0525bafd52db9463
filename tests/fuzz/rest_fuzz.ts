/** Random requests to the REST interface, made from its document. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { openApiDocument } from "../../api/rest/open_api.ts";
import { ROUTES } from "../../api/rest/rest_app.ts";
import type { ApiAnswer } from "../support/api_request.ts";
import type { NodeProcess } from "../support/node_process.ts";
import type { Chance } from "./chance.ts";
import { KnownWords } from "./known_words.ts";
import { damage, type Schema, ValueMaker } from "./schema_values.ts";

/** An operation of the document. */
interface Operation {
  readonly method: string;
  readonly path: string;
  readonly query: readonly { readonly name: string; readonly schema: Schema }[];
  readonly body: Schema | null;
}

interface RandomRequest {
  readonly operation: Operation;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a task keeps for ever, whatever becomes of it; its arguments can be changed by a retry. */
const KEPT = [
  ...["id", "workflowId", "key", "method", "deps", "triggerRule", "queue", "priority", "labels"],
  ...["timeoutMs", "maxAttempts", "createdAt", "concurrencyKey"],
] as const;
/** Longer than any answer takes on a busy machine. */
const PATIENCE_MS = 60_000;
const SUBMISSIONS = ["/api/tasks", "/api/tasks/batch", "/api/workflows"];
const JSON_TYPE = { "content-type": "application/json" };

/** Sends requests that are valid, nearly valid and broken, and looks at the answers. */
export class RestFuzz {
  readonly #node: NodeProcess;
  readonly #chance: Chance;
  readonly #words: KnownWords;
  readonly #values: ValueMaker;
  readonly #operations: readonly Operation[];
  /** Arguments that retries have given to tasks, as texts. */
  readonly #editedArgs = new Set<string>();
  readonly #deleted = new Set<string>();
  /** Settings are read back before they are set again. */
  #settings: Promise<unknown> = Promise.resolve();
  /** Answers by status. */
  readonly statuses = new Map<number, number>();
  readBack = 0;

  constructor(node: NodeProcess, chance: Chance) {
    this.#node = node;
    this.#chance = chance;
    this.#words = new KnownWords(chance, "rest");
    const document = openApiDocument(ROUTES);
    this.#operations = operationsOf(document.paths as Paths);
    this.#values = new ValueMaker({
      chance,
      schemas: document.components?.schemas as Readonly<Record<string, Schema>>,
      words: (property) => this.#words.of(property),
    });
  }

  /** Sends one request and holds its answer against the document, and against what is then read. */
  async once(): Promise<void> {
    const request = this.#request();
    const isSetting = /^\/api\/(queues|schedules)\//.test(request.path);
    if (!isSetting) return await this.#send(request);
    this.#settings = this.#settings.then(() => this.#send(request));
    await this.#settings;
  }

  async #send(request: RandomRequest): Promise<void> {
    const { operation, path, body, headers } = request;
    this.#noteIntent(request);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await this.#node.fetchApi(operation.method, path, body, { headers, signal });
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    const what = () =>
      `${operation.method} ${path} ${String(JSON.stringify(body)).slice(0, 2_000)}`;
    assert.ok(answer.status < 500, `${answer.status} to ${what()}: ${JSON.stringify(answer.body)}`);
    if (answer.status < 300) await this.#lookAgain(operation, path, answer, what);
  }

  #request(): RandomRequest {
    const chance = this.#chance;
    const operation = chance.happens(0.4)
      ? chance.of(
        this.#operations.filter(({ path, method }) =>
          method === "POST" && SUBMISSIONS.includes(path)
        ),
      )
      : chance.of(this.#operations);
    const target = chance.happens(0.95) ? this.#words.target(operation.path) : chance.text(30);
    const query = new URLSearchParams();
    for (const { name, schema } of operation.query) {
      if (!chance.happens(0.3)) continue;
      query.append(
        name,
        String(chance.happens(0.85) ? this.#values.make(schema, name) : chance.text(20)),
      );
    }
    const search = query.size === 0 ? "" : `?${query}`;
    const path = operation.path.replace(/\{\w+\}/, encodeURIComponent(target)) + search;
    return { operation, path, ...this.#body(operation) };
  }

  #body({ body }: Operation): Pick<RandomRequest, "body" | "headers"> {
    const chance = this.#chance;
    if (body === null) return { body: undefined, headers: {} };
    const valid = this.#values.make(body);
    if (chance.happens(0.55)) return { body: valid, headers: {} };
    if (chance.happens(0.7)) return { body: damage(valid, chance), headers: {} };
    const text = Buffer.from(JSON.stringify(valid) ?? "");
    const broken = chance.of([
      () => chance.bytes(200),
      () => new Uint8Array(text.subarray(0, chance.below(text.length + 1))),
      () => Uint8Array.from(text, (byte) => chance.happens(0.02) ? chance.below(256) : byte),
    ])();
    return {
      body: broken,
      headers: chance.happens(0.9) ? JSON_TYPE : { "content-type": "text/xml" },
    };
  }

  /** Before it is sent: what a read under way may come across from then on. */
  #noteIntent({ operation, path, body }: RandomRequest): void {
    if (operation.method === "DELETE") {
      this.#deleted.add(decodeURIComponent(path.split("/")[3] ?? ""));
    }
    const given = body as
      | { readonly args?: unknown; readonly payload?: unknown }
      | null
      | undefined;
    if (!/\/(retry|redrive)$/.test(operation.path) || given === null || typeof given !== "object") {
      return;
    }
    if (given.args !== undefined) this.#editedArgs.add(JSON.stringify(given.args));
    if (given.payload !== undefined) this.#editedArgs.add(JSON.stringify([given.payload]));
  }

  async #lookAgain(
    { method, path: pattern }: Operation,
    path: string,
    { status, body }: ApiAnswer,
    what: () => string,
  ): Promise<void> {
    if (method === "GET") return this.#words.addCursor(body.nextCursor);
    switch (`${method} ${pattern}`) {
      case "POST /api/tasks":
        return await this.#readTask(body, what);
      case "POST /api/tasks/batch":
        for (const entry of body.results) {
          if (entry.task !== undefined) await this.#readTask(entry.task, what);
        }
        return;
      case "POST /api/workflows":
        return await this.#readWorkflow(body, what);
      case "PUT /api/queues/{name}": {
        const { body: queues } = await this.#node.fetchApi("GET", "/api/queues");
        const read = queues.items.find(({ name }: { name: string }) => name === body.name);
        assert.deepEqual({ ...read, counts: null }, { ...body, counts: null }, what());
        this.readBack++;
        return;
      }
      case "PUT /api/schedules/{name}": {
        assert.ok(status === 200 || status === 201, what());
        const { body: read } = await this.#node.fetchApi("GET", path);
        const settled = {
          counts: 0,
          nextFireTimes: 0,
          lastFiredAt: 0,
          lastStarted: 0,
          bufferedAt: 0,
          updatedAt: 0,
        };
        assert.deepEqual({ ...read, ...settled }, { ...body, ...settled }, what());
        this.readBack++;
        return;
      }
    }
  }

  // deno-lint-ignore no-explicit-any -- an answer, whose form was held against the document
  async #readTask(task: any, what: () => string): Promise<void> {
    this.#words.addTask(task.id);
    const { status, body } = await this.#node.fetchApi(
      "GET",
      `/api/tasks/${encodeURIComponent(task.id)}`,
    );
    if (status === 404 && this.#deleted.has(task.id)) return;
    assert.equal(status, 200, `${what()}: ${JSON.stringify(body)}`);
    for (const field of KEPT) {
      assert.deepEqual(body[field], task[field], `${field} after ${what()}`);
    }
    if (!this.#editedArgs.has(JSON.stringify(body.args)) && task.argsOmitted !== true) {
      assert.deepEqual(body.args, task.args, `args after ${what()}`);
    }
    this.readBack++;
  }

  // deno-lint-ignore no-explicit-any -- as above
  async #readWorkflow(workflow: any, what: () => string): Promise<void> {
    this.#words.addWorkflow(workflow.id);
    const { status, body } = await this.#node.fetchApi(
      "GET",
      `/api/workflows/${encodeURIComponent(workflow.id)}`,
    );
    assert.equal(status, 200, what());
    for (const field of ["id", "name", "createdAt"]) {
      assert.equal(body[field], workflow[field], what());
    }
    for (const task of body.tasks) this.#words.addTask(task.id);
    this.readBack++;
  }
}

type Paths = Readonly<
  Record<
    string,
    Readonly<
      Record<string, {
        readonly parameters?: readonly {
          readonly in: string;
          readonly name: string;
          readonly schema: Schema;
        }[];
        readonly requestBody?: {
          readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
        };
        readonly responses: Readonly<Record<string, { readonly content?: object }>>;
      }>
    >
  >
>;

/** All but those that only stream: such answers do not end by themselves. */
function operationsOf(paths: Paths): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const types = Object.keys(operation.responses["200"]?.content ?? {});
      if (types.length === 1 && types[0] === "text/event-stream") return [];
      return {
        method: method.toUpperCase(),
        path,
        query: (operation.parameters ?? []).filter((parameter) => parameter.in === "query"),
        body: operation.requestBody?.content["application/json"]?.schema ?? null,
      };
    })
  );
}
