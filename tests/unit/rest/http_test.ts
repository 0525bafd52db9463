import assert from "node:assert/strict";
import { ROUTES } from "../../../api/rest/rest_app.ts";
import { FakeRestNode, makeToken } from "./fake_rest_node.ts";

const MEBI = 1 << 20;

/** A request whose body comes in pieces, so that its length is not known before. */
async function stream(
  node: FakeRestNode,
  chunks: number,
  bytes = MEBI,
): Promise<[Response, number]> {
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (sent++ >= chunks) return controller.close();
      controller.enqueue(new Uint8Array(bytes).fill(0x20));
    },
  }, { highWaterMark: 0 });
  const response = await node.app.handle(
    new Request("http://localhost/api/tasks", {
      method: "POST",
      headers: { authorization: `Bearer ${await makeToken()}`, "content-type": "application/json" },
      body,
    }),
  );
  return [response, sent];
}

Deno.test("body over 4 MiB is read to its end before the 413, up to 16 MiB", async () => {
  const node = new FakeRestNode();
  const [over, sent] = await stream(node, 10);
  assert.equal(over.status, 413);
  assert.equal(sent, 11);
  assert.match(await over.text(), /4194304/);
  const [huge, cut] = await stream(node, 1_000);
  assert.equal(huge.status, 413);
  assert.ok(cut < 20);
  const [blank] = await stream(node, 4);
  assert.equal(blank.status, 400);
});

Deno.test("body with a declared length over 4 MiB is a 413", async () => {
  const body = JSON.stringify({ method: "noop", args: ["x".repeat(5 * MEBI)] });
  const headers = { "content-length": String(body.length) };
  const { status, body: problem } = await new FakeRestNode().call("POST", "/api/tasks", {
    body,
    headers,
  });
  assert.deepEqual([status, problem.code], [413, "payload_too_large"]);
});

Deno.test("body has to be JSON in UTF-8 by its type and its bytes", async () => {
  const node = new FakeRestNode();
  const post = async (body: string | Uint8Array, type: string) =>
    (await node.call("POST", "/api/tasks", { body, headers: { "content-type": type } })).status;
  const good = '{"method":"noop"}';
  assert.equal(await post(good, "application/json"), 201);
  assert.equal(await post(good, "Application/JSON; charset=UTF-8"), 201);
  assert.equal(await post(good, 'application/json;charset="utf-8"'), 201);
  assert.equal(await post(good, "application/json; charset=latin1"), 415);
  assert.equal(await post(good, "text/plain"), 415);
  assert.equal(await post(good, "application/jsonp"), 415);
  assert.equal(await post("", "application/json"), 400);
  assert.equal(await post(good.slice(1), "application/json"), 400);
  assert.equal(await post(new Uint8Array([0x22, 0xff, 0x22]), "application/json"), 400);
  assert.equal(await post(`${"[".repeat(1e6)}${"]".repeat(1e6)}`, "application/json"), 422);
});

Deno.test("unknown paths are 404, known ones 405 with Allow", async () => {
  const node = new FakeRestNode();
  for (const path of ["/nothing", "/api", "/api/tasks/a/b/c", "/api/tasks/", "/API/tasks"]) {
    const { status, body } = await node.call("GET", path, { token: null });
    assert.deepEqual([status, body.code], [404, "unknown_route"], path);
  }
  const { status, headers, body } = await node.call("PATCH", "/api/tasks", { token: null });
  assert.deepEqual([status, body.code], [405, "method_not_allowed"]);
  assert.equal(headers.get("allow"), "POST, GET, HEAD");
  const batch = await node.call("DELETE", "/metrics");
  assert.equal(batch.headers.get("allow"), "GET, HEAD");
});

Deno.test("HEAD answers as GET without a body", async () => {
  const node = new FakeRestNode();
  for (const path of ["/healthz", "/api/tasks", "/api/events", "/metrics"]) {
    const response = await node.open("HEAD", path);
    assert.equal(response.status, 200, path);
    assert.equal(await response.text(), "");
  }
});

Deno.test("answers carry the request's id where it is safe to repeat, problems always one", async () => {
  const node = new FakeRestNode();
  const id = async (path: string, text: string) =>
    (await node.call("GET", path, { headers: { "x-request-id": text } })).headers
      .get("x-request-id");
  assert.equal(await id("/healthz", "abc-1"), "abc-1");
  assert.equal(await id("/healthz", "a b<script>"), null);
  assert.equal(await id("/nowhere", "abc-1"), "abc-1");
  assert.match(await id("/nowhere", "a b<script>") ?? "", /^[0-9a-f-]{36}$/);
});

Deno.test("answers are not to be cached or sniffed, and pages name what they may load", async () => {
  const node = new FakeRestNode();
  const { headers } = await node.call("GET", "/api/tasks");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  for (const [path, styles] of [["/", "'self'"], ["/docs", "'sha256-"]] as const) {
    const page = await node.call("GET", path);
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.ok(policy.startsWith("default-src 'none'"), policy);
    assert.ok(policy.includes(`style-src ${styles}`), policy);
    assert.doesNotMatch(policy, /unsafe|https?:/);
    assert.doesNotMatch(page.body, /src="http|href="http/);
  }
});

Deno.test("a bug answers 500 and says nothing of itself", async () => {
  const node = new FakeRestNode();
  node.replies.set("GetTasks", () => ({ ok: true, value: 7 }));
  node.replies.set("ListWorkflows", () => ({ ok: true, value: { ok: true, value: "secret" } }));
  const { status, body } = await node.call("GET", "/api/workflows");
  assert.deepEqual([status, body.code], [500, "internal"]);
  assert.doesNotMatch(JSON.stringify(body), /secret|TypeError/);
});

Deno.test("ids in paths have the form of ids", async () => {
  const node = new FakeRestNode();
  const withTarget = ROUTES.filter(({ path }) => path.includes("{"));
  for (const { method, path } of withTarget) {
    for (const id of ["a%20b", "%00", "%ff", "a%2Fb", "x".repeat(201), "'%20OR%201=1"]) {
      const url = path.replace(/\{\w+\}/, id);
      const { status } = await node.call(method.toUpperCase(), url, { body: undefined });
      assert.ok([415, 422].includes(status), `${method} ${url}: ${status}`);
    }
  }
  assert.equal(node.asked.length, 0);
});

Deno.test("readiness says why the node is not ready", async () => {
  const node = new FakeRestNode();
  assert.deepEqual((await node.call("GET", "/readyz")).body, { status: "ready", reasons: [] });
  node.system = { ...node.system, ready: false, notReady: ["the disk is full"] };
  const { status, body } = await node.call("GET", "/readyz", { token: null });
  assert.deepEqual([status, body.reasons], [503, ["the disk is full"]]);
});
