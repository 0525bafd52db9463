import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { SignJWT } from "jose";
import { signAccessToken } from "../support/access_token.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";

const SECRET = "a secret for tests of at least 32 bytes";
const ENV = { DTASK_JWT_SECRET: SECRET };
const ARGS = ["--no-grpc"];
const ANSWER_MS = 10_000;

type Scope = "tasks:read" | "tasks:write" | "admin";

/** Every call of the contract that needs a token, with the scope that it takes. */
const CALLS: readonly (readonly [method: string, path: string, scope: Scope])[] = [
  ["POST", "/api/tasks", "tasks:write"],
  ["POST", "/api/tasks/batch", "tasks:write"],
  ["GET", "/api/tasks", "tasks:read"],
  ["GET", "/api/tasks/x", "tasks:read"],
  ["GET", "/api/tasks/x/attempts", "tasks:read"],
  ["GET", "/api/tasks/x/logs", "tasks:read"],
  ["GET", "/api/tasks/x/dependents", "tasks:read"],
  ["GET", "/api/tasks/x/events", "tasks:read"],
  ["GET", "/api/tasks/x/result", "tasks:read"],
  ["POST", "/api/tasks/x/cancel", "tasks:write"],
  ["POST", "/api/tasks/x/retry", "tasks:write"],
  ["DELETE", "/api/tasks/x", "tasks:write"],
  ["POST", "/api/workflows", "tasks:write"],
  ["GET", "/api/workflows", "tasks:read"],
  ["GET", "/api/workflows/x", "tasks:read"],
  ["POST", "/api/workflows/x/cancel", "tasks:write"],
  ["POST", "/api/workflows/x/retry", "tasks:write"],
  ["GET", "/api/queues", "tasks:read"],
  ["PUT", "/api/queues/x", "admin"],
  ["POST", "/api/queues/x/pause", "admin"],
  ["POST", "/api/queues/x/resume", "admin"],
  ["GET", "/api/schedules", "tasks:read"],
  ["GET", "/api/schedules/x", "tasks:read"],
  ["PUT", "/api/schedules/x", "admin"],
  ["DELETE", "/api/schedules/x", "admin"],
  ["POST", "/api/schedules/x/trigger", "tasks:write"],
  ["POST", "/api/schedules/x/pause", "admin"],
  ["POST", "/api/schedules/x/resume", "admin"],
  ["POST", "/api/schedules/x/backfill", "tasks:write"],
  ["GET", "/api/schedules/x/ticks", "tasks:read"],
  ["GET", "/api/methods", "tasks:read"],
  ["GET", "/api/stats", "tasks:read"],
  ["GET", "/api/stats/history", "tasks:read"],
  ["GET", "/api/system", "admin"],
  ["GET", "/api/events", "tasks:read"],
  ["GET", "/api/pulse", "tasks:read"],
  ["GET", "/metrics", "admin"],
];

const OPEN = ["/healthz", "/readyz", "/openapi.json", "/docs", "/"];

const ALL_SCOPES: readonly Scope[] = ["tasks:read", "tasks:write", "admin"];

/** Values of the `authorization` header that are worth nothing. */
async function badAuthorizations(): Promise<Record<string, string | null>> {
  const good = await signAccessToken(SECRET);
  const [head = "", claims = "", signature = ""] = good.split(".");
  const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
  const key = new TextEncoder().encode(SECRET);
  const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;
  const other = new SignJWT({ scope: "admin" }).setProtectedHeader({ alg: "HS512" });
  const more = Buffer.from('{"scope":"admin","sub":"eve","exp":9999999999}').toString("base64url");
  return {
    "none": null,
    "empty": "",
    "of another kind": `Basic ${Buffer.from("admin:admin").toString("base64")}`,
    "garbage": "Bearer x.y.z",
    "forged": `Bearer ${await signAccessToken(`${SECRET}!`)}`,
    "changed": `Bearer ${head}.${more}.${signature}`,
    "cut": `Bearer ${head}.${claims}.`,
    "unsigned": `Bearer ${unsigned}.${claims}.`,
    "expired": `Bearer ${await signAccessToken(SECRET, { expiresIn: -60 })}`,
    "without an end": `Bearer ${await signAccessToken(SECRET, { expiresIn: null })}`,
    "of the future": `Bearer ${await signAccessToken(SECRET, { notBefore: 3_600 })}`,
    "of another algorithm": `Bearer ${await other.setExpirationTime(inAnHour).sign(key)}`,
    "huge": `Bearer ${"x".repeat(20_000)}`,
  };
}

Deno.test("auth refuses bad tokens with 401 at every call", async (t) => {
  await using node = await startNode({ args: ARGS, env: ENV });
  for (const [what, authorization] of Object.entries(await badAuthorizations())) {
    await t.step(`token ${what}`, async () => {
      for (const [method, path] of CALLS) {
        const { status, body } = await call(node, method, path, authorization);
        // A header of this size may be too much for the server before anybody looks at it.
        const expected = what === "huge" ? [401, 431] : [401];
        assert.ok(expected.includes(status), `${method} ${path}: ${status}`);
        if (status === 401) assert.equal(body.code, "unauthenticated", `${method} ${path}`);
      }
    });
  }
});

Deno.test("auth refuses under-scoped tokens with 403 at every call", async (t) => {
  await using node = await startNode({ args: ARGS, env: ENV });
  for (const [method, path, needed] of CALLS) {
    await t.step(`${method} ${path} takes ${needed}`, async () => {
      const insufficient = needed === "admin"
        ? ["", "tasks:read tasks:write", "administrator", "Admin"]
        : ["", "tasks", `${needed}x`, ALL_SCOPES.filter((scope) => scope < needed).join(" ")]
          .concat(needed === "tasks:read" ? ["tasks:write"] : ["tasks:read"])
          .filter((scope) => !scope.includes("admin"));
      for (const scope of insufficient) {
        const token = await signAccessToken(SECRET, { scope });
        const { status } = await call(node, method, path, `Bearer ${token}`);
        assert.equal(status, 403, `with scope "${scope}"`);
      }
      for (const scope of [needed, "admin"]) {
        const token = await signAccessToken(SECRET, { scope });
        const { status } = await call(node, method, path, `Bearer ${token}`);
        assert.ok(status !== 401 && status !== 403, `${status} with scope "${scope}"`);
      }
    });
  }
});

Deno.test("auth knows every call that the API describes", async () => {
  await using node = await startNode({ args: ARGS, env: ENV });
  const { body } = await node.fetchApi("GET", "/openapi.json");
  const known = new Set(CALLS.map(([method, path]) => `${method} ${path}`));
  for (const [path, operations] of Object.entries<Record<string, unknown>>(body.paths)) {
    for (const method of Object.keys(operations)) {
      if (!["get", "put", "post", "delete", "patch"].includes(method)) continue;
      const name = `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "x")}`;
      if (known.has(name) || OPEN.includes(path)) continue;
      const { status } = await call(node, method.toUpperCase(), name.split(" ")[1] ?? "", null);
      assert.equal(status, 401, `${name} is open`);
    }
  }
});

Deno.test("auth leaves open what has to be open", async () => {
  await using node = await startNode({ args: ARGS, env: ENV });
  for (const path of OPEN) assert.equal((await call(node, "GET", path, null)).status, 200, path);
});

Deno.test("auth takes no token from the query", async () => {
  await using node = await startNode({ args: ARGS, env: ENV });
  const token = await signAccessToken(SECRET);
  for (const name of ["token", "access_token", "authorization"]) {
    const { status } = await call(node, "GET", `/api/tasks?${name}=${token}`, null);
    assert.equal(status, 401);
  }
});

Deno.test("auth --no-auth answers loopback hosts and origins alone", async () => {
  await using node = await startNode({ args: ARGS, auth: false });
  assert.equal((await node.fetchApi("GET", "/api/tasks")).status, 200);
  const foreign = { origin: "https://evil.example" };
  const { status } = await node.fetchApi("POST", "/api/tasks", { method: "noop" }, {
    headers: foreign,
  });
  assert.equal(status, 403);
});

async function call(
  node: NodeProcess,
  method: string,
  path: string,
  authorization: string | null,
): Promise<{ readonly status: number; readonly body: { readonly code?: string } }> {
  const headers: Record<string, string> = authorization === null ? {} : { authorization };
  const signal = AbortSignal.timeout(ANSWER_MS);
  const response = await fetch(`${node.url}${path}`, { method, headers, signal });
  // Events never end, so that their answer is not read.
  const stream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  if (stream) await response.body?.cancel();
  const text = stream ? "" : await response.text();
  const json = /\bjson\b/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, body: json ? JSON.parse(text) : {} };
}
