import assert from "node:assert/strict";
import { SignJWT } from "jose";
import type { Scope } from "../../../api/auth.ts";
import type { Route } from "../../../api/rest/route.ts";
import { ROUTES } from "../../../api/rest/rest_app.ts";
import { FakeRestNode, makeToken, NOW, SECRET } from "./fake_rest_node.ts";

const SECONDS = NOW / 1_000;
const SCOPES: readonly Scope[] = ["tasks:read", "tasks:write", "admin"];
const GUARDED = ROUTES.filter(({ scope }) => scope !== null);

function pathOf(route: Route): string {
  return route.path.replace(/\{\w+\}/, "x");
}

async function sign(claims: Record<string, unknown>, alg = "HS256", secret = SECRET) {
  return await new SignJWT({ scope: "admin", exp: SECONDS + 60, ...claims })
    .setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}

async function badTokens(): Promise<Readonly<Record<string, string | null>>> {
  const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("=", "");
  return {
    absent: null,
    forged: await sign({}, "HS256", "x".repeat(40)),
    expired: await sign({ exp: SECONDS - 60 }),
    unsigned: `${part({ alg: "none" })}.${part({ scope: "admin", exp: SECONDS + 60 })}.`,
    future: await sign({ nbf: SECONDS + 60 }),
    "of another algorithm": await sign({}, "HS384"),
    "without exp": await sign({ exp: undefined }),
  };
}

Deno.test("every route but the open ones answers 401 to a bad token, and asks no actor", async () => {
  const node = new FakeRestNode();
  const tokens = await badTokens();
  assert.ok(GUARDED.length >= 24);
  for (const route of GUARDED) {
    for (const [name, token] of Object.entries(tokens)) {
      // A faulty body shows the order of checks.
      const body = route.body === undefined ? {} : { body: "{" };
      const answer = await node.call(route.method.toUpperCase(), pathOf(route), { token, ...body });
      assert.equal(answer.status, 401, `${route.method} ${route.path} with a token ${name}`);
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
      assert.equal(answer.body.code, "unauthenticated");
    }
  }
  assert.equal(node.asked.length, 0);
});

Deno.test("every route answers 403 without its scope, and asks no actor", async () => {
  const node = new FakeRestNode();
  for (const route of GUARDED) {
    for (const scope of SCOPES.filter((scope) => scope !== route.scope && scope !== "admin")) {
      const token = await makeToken(scope);
      const answer = await node.call(route.method.toUpperCase(), pathOf(route), { token });
      assert.equal(answer.status, 403, `${route.method} ${route.path} with ${scope}`);
      assert.match(answer.body.detail, new RegExp(`scope ${route.scope}`));
    }
  }
  assert.equal(node.asked.length, 0);
});

Deno.test("every route lets its scope in", async () => {
  const node = new FakeRestNode();
  for (const route of GUARDED) {
    const token = await makeToken(route.scope ?? "");
    const body = route.body === undefined ? {} : { body: "" };
    const answer = await node.open(route.method.toUpperCase(), pathOf(route), { token, ...body });
    await answer.body?.cancel();
    assert.ok(![401, 403, 500].includes(answer.status), `${route.method} ${route.path}`);
  }
});

Deno.test("open routes ask for no token", async () => {
  const node = new FakeRestNode();
  const open = ROUTES.filter(({ scope }) => scope === null).map(({ path }) => path);
  assert.deepEqual(open.toSorted(), ["/docs", "/healthz", "/readyz"]);
  for (const path of [...open, "/", "/openapi.json"]) {
    assert.equal((await node.call("GET", path, { token: null })).status, 200, path);
  }
});

Deno.test("a token in the query is no token", async () => {
  const token = await makeToken();
  const path = `/api/tasks?token=${token}&access_token=${token}`;
  assert.equal((await new FakeRestNode().call("GET", path, { token: null })).status, 401);
});

Deno.test("faults can be injected only where the configuration allows it", async () => {
  const body = { actor: "scheduler", fault: "throw" };
  const off = await new FakeRestNode().call("POST", "/api/system/faults", { body });
  assert.equal(off.status, 404);
  const node = new FakeRestNode({ config: { enableFaults: true } });
  assert.equal((await node.call("POST", "/api/system/faults", { body })).status, 204);
  assert.deepEqual(node.asked.at(-1), { kind: "InjectFault", ...body });
  const token = await makeToken("tasks:write");
  assert.equal((await node.call("POST", "/api/system/faults", { body, token })).status, 403);
});

Deno.test("without authentication a foreign Host or Origin is refused", async () => {
  const node = new FakeRestNode({ config: { auth: { kind: "none" } } });
  const call = async (headers: Record<string, string>) =>
    (await node.call("GET", "/api/tasks", { token: null, headers })).status;
  for (const host of ["localhost:8080", "127.0.0.1", "127.9.9.9:1", "[::1]:8080"]) {
    assert.equal(await call({ host }), 200, host);
  }
  for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil:80", "10.0.0.1"]) {
    assert.equal(await call({ host }), 403, host);
  }
  const host = "localhost:8080";
  assert.equal(await call({ host, origin: "http://localhost:8080" }), 200);
  for (const origin of ["null", "http://evil.example", "http://localhost:3000"]) {
    assert.equal(await call({ host, origin }), 403, origin);
  }
});

Deno.test("rate limit answers 429 with headers, by subject, before the body is read", async () => {
  let now = NOW;
  const node = new FakeRestNode({ config: { rateLimit: 2 }, now: () => now });
  const submit = async (sub: string) =>
    await node.call("POST", "/api/tasks", {
      body: "{",
      token: await makeToken("tasks:write", sub),
    });
  assert.equal((await submit("a")).status, 400);
  const second = await submit("a");
  assert.equal(second.headers.get("ratelimit"), '"subject";r=0;t=1');
  assert.equal(second.headers.get("ratelimit-policy"), '"subject";q=2;w=1');
  const third = await submit("a");
  assert.equal(third.status, 429);
  assert.equal(third.body.code, "rate_limited");
  assert.equal(third.headers.get("retry-after"), "1");
  assert.equal(third.headers.get("ratelimit-remaining"), "0");
  assert.equal((await submit("b")).status, 400);
  now += 500;
  assert.equal((await submit("a")).status, 400);
});

Deno.test("a node that stops refuses submissions and goes on to answer questions", async () => {
  const node = new FakeRestNode();
  node.app.stopAccepting();
  for (const path of ["/api/tasks", "/api/tasks/batch", "/api/workflows"]) {
    const { status, headers, body } = await node.call("POST", path, { body: { method: "noop" } });
    assert.deepEqual([status, body.code, headers.get("retry-after")], [503, "stopping", "5"], path);
  }
  assert.equal((await node.call("GET", "/api/tasks")).status, 200);
});
