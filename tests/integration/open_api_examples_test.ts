/** The requests that the documentation shows, sent to a node. Each answer is held against the document, too. */
import assert from "node:assert/strict";
import { openApiDocument } from "../../api/rest/open_api.ts";
import {
  ANSWER_EXAMPLES,
  PROBLEM_EXAMPLES,
  REQUEST_EXAMPLES,
  type RequestExample,
} from "../../api/rest/examples.ts";
import { ROUTES } from "../../api/rest/rest_app.ts";
import type { Route } from "../../api/rest/route.ts";
import { assertMatches } from "../support/documented_answers.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";

const FIRST = ["PUT /api/queues/{name}", "PUT /api/schedules/{name}"];
/** These go last: others name what they remove, or what they have done to it. */
const LAST = [
  "POST /api/dead-letters/discard",
  "DELETE /api/tasks/{id}",
  "DELETE /api/schedules/{name}",
];
const STREAM = "text/event-stream";
const DOCUMENTED = ROUTES.filter(({ hidden }) => hidden !== true);

Deno.test("openapi: every operation that takes something has an example, which does what it says", async (t) => {
  await using node = await startNode({ args: ["--no-grpc"] });
  await prepare(node);
  const order = (route: Route) => LAST.indexOf(nameOf(route)) - FIRST.indexOf(nameOf(route));
  for (const route of [...DOCUMENTED].sort((a, b) => order(a) - order(b))) {
    const name = nameOf(route);
    const example = REQUEST_EXAMPLES[name] ?? {};
    await t.step(name, async () => {
      assert.equal(example.target !== undefined, route.path.includes("{"), "a target");
      assert.equal(example.body !== undefined, route.body !== undefined, "a body");
      if (Object.values(route.answers).some(({ contentType }) => contentType === STREAM)) {
        return await opens(node, route);
      }
      const { status, body } = await node.fetchApi(
        route.method.toUpperCase(),
        urlOf(route, example),
        example.body,
      );
      assert.ok(status >= 200 && status < 300, `${status} ${JSON.stringify(body)}`);
    });
  }
});

Deno.test("openapi: examples are of operations that there are, and fit their schemas", () => {
  const names = new Set(DOCUMENTED.map(nameOf));
  assert.deepEqual(Object.keys(REQUEST_EXAMPLES).filter((name) => !names.has(name)), []);
  for (const [schema, example] of Object.entries(ANSWER_EXAMPLES)) assertMatches(schema, example);
  for (const [status, problem] of Object.entries(PROBLEM_EXAMPLES)) {
    assertMatches("Problem", { type: "about:blank", status: Number(status), ...problem });
  }
  const text = JSON.stringify(openApiDocument(ROUTES));
  for (const word of ['"example":"sum-1"', '"code":"missing_scope"', '"cron":"0 3 * * *"']) {
    assert.ok(text.includes(word), word);
  }
});

Deno.test("openapi: problems are answered as the examples show them", async () => {
  await using node = await startNode({ args: ["--no-grpc"] });
  const { body: task } = REQUEST_EXAMPLES["POST /api/tasks"] ?? {};
  await node.fetchApi("POST", "/api/tasks", task);
  const reader = await node.token({ scope: "tasks:read" });
  const post = (body: unknown, options = {}) => node.fetchApi("POST", "/api/tasks", body, options);
  const answers = [
    await post('{"method":'),
    await post({}, { token: null }),
    await post({}, { token: reader }),
    await node.fetchApi("GET", "/api/tasks/none"),
    await post({ id: "sum-1", method: "add", args: [9] }),
    await post(" ".repeat(5 << 20)),
    await post("{}", { headers: { "content-type": "text/plain" } }),
    await post({ method: "add", priority: 1_000 }),
  ];
  for (const { status, body } of answers) {
    assert.deepEqual(body, { type: "about:blank", status, ...PROBLEM_EXAMPLES[status] });
  }
  assert.equal(new Set(answers.map(({ status }) => status)).size, answers.length);
});

/** What the examples name and no earlier example makes. */
async function prepare(node: NodeProcess): Promise<void> {
  const once = { retry: { maxAttempts: 1 } };
  const failing = { method: "fail", args: ["no answer", false], ...once };
  for (const id of ["broken-1", "broken-2"]) {
    await submitTask(node, { ...failing, id });
    await awaitEnd(node, id);
  }
  await submitTask(node, { id: "later-1", method: "noop", delayMs: 3_600_000 });
  const slow = { id: "slow-1", tasks: [{ key: "later", method: "noop", delayMs: 3_600_000 }] };
  assert.equal((await node.fetchApi("POST", "/api/workflows", slow)).status, 201);
  await submitTask(node, { id: "greeting-1", method: "echo_string", args: ["hello"] });
  await awaitEnd(node, "greeting-1");
}

/** A stream has begun when its headers are there. */
async function opens(node: NodeProcess, route: Route): Promise<void> {
  const url = `${node.url}${urlOf(route, REQUEST_EXAMPLES[nameOf(route)] ?? {})}`;
  const headers = { authorization: `Bearer ${await node.token()}` };
  const response = await fetch(url, { headers });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), STREAM);
  await response.body?.cancel();
}

function nameOf({ method, path }: Route): string {
  return `${method.toUpperCase()} ${path}`;
}

function urlOf({ path }: Route, { target = "", query = {} }: RequestExample): string {
  const search = new URLSearchParams(query).toString();
  return path.replace(/\{\w+\}/, target) + (search === "" ? "" : `?${search}`);
}
