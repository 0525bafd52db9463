import assert from "node:assert/strict";
import { instantBefore } from "../../../api/cli/filter_options.ts";
import { FakeNode, json, problem, taskJson } from "./fake_node.ts";
import { FAKE_NOW, FakeWorld } from "./fake_world.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

/** A world that has `node` by `--url`'s variable and a token. */
function worldOf(node: FakeNode, more: { readonly columns?: number } = {}): FakeWorld {
  return new FakeWorld({ env: { DTASK_URL: node.url, DTASK_TOKEN: "t0ken" }, ...more });
}

Deno.test("a client command finds URL and token in the data folder", async () => {
  await using node = new FakeNode({ "GET /api/tasks/a": () => json(taskJson()) });
  const world = new FakeWorld();
  world.files.files.set("/home/user/data/secret", SECRET);
  world.files.files.set(
    "/home/user/data/node.json",
    JSON.stringify({ pid: 1, http: node.url, grpc: null, startedAt: "" }),
  );
  assert.equal((await world.run("get", "a")).code, 0);
  const [, payload = ""] = node.seen[0]?.headers.get("authorization")?.split(".") ?? [];
  const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  assert.equal(claims.scope, "admin");
  assert.equal(claims.exp - claims.iat, 300);
});

Deno.test("a client command makes no token for another machine", async () => {
  const asked: Request[] = [];
  const world = new FakeWorld({
    env: { DTASK_JWT_SECRET: SECRET },
    ports: {
      fetch: (input, init) => {
        asked.push(new Request(input, init));
        return Promise.resolve(json(taskJson()));
      },
    },
  });
  await world.run("get", "a", "--url", "http://dtask.example.com");
  await world.run("get", "a", "--url", "http://127.0.0.1:9999");
  const sent = asked.map(({ headers }) => headers.has("authorization"));
  assert.deepEqual(sent, [false, true]);
});

Deno.test("a client command prefers its options to variables", async () => {
  await using node = new FakeNode({ "GET /api/tasks/a": () => json(taskJson()) });
  const world = new FakeWorld({ env: { DTASK_URL: "http://127.0.0.1:1", DTASK_TOKEN: "env" } });
  assert.equal((await world.run("get", "a", "--url", node.url, "--token", "own")).code, 0);
  assert.equal(node.seen[0]?.headers.get("authorization"), "Bearer own");
});

Deno.test("a client command tells the problem, its places and what to do", async () => {
  await using node = new FakeNode({
    "POST /api/tasks": () =>
      problem(422, {
        code: "unknown_method",
        detail: "Cannot submit: no such method",
        errors: [{ pointer: "/method", message: "is unknown" }],
      }),
    "GET /api/tasks": () => problem(401, { code: "unauthenticated", detail: "No token" }),
  });
  const world = worldOf(node);
  assert.deepEqual(await world.run("submit", "nope"), {
    code: 1,
    out: "",
    err: "dtask: Cannot submit: no such method\n  /method is unknown\n",
  });
  assert.match((await world.run("list")).err, /^dtask: No token\n {2}.*"dtask token"/);
  const { error } = JSON.parse((await world.run("submit", "nope", "--json")).err);
  assert.equal(error.code, "unknown_method");
});

Deno.test("a client command tells where no node answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const { code, err } = await new FakeWorld().run("watch", "--url", url);
  assert.equal(code, 1);
  assert.match(err, new RegExp(`^dtask: No answer from ${url}.*\n {2}Is the node running\\?`));
});

Deno.test("a client command ends quietly when its reader has had enough", async () => {
  await using node = new FakeNode({ "GET /api/tasks/a": () => json(taskJson()) });
  const world = new FakeWorld({
    env: { DTASK_URL: node.url },
    ports: {
      stdout: () => {
        throw new Deno.errors.BrokenPipe("");
      },
    },
  });
  assert.deepEqual(await world.run("get", "a"), { code: 0, out: "", err: "" });
});

Deno.test("a client command says a fault once that the problem's text has named", async () => {
  const message = "must be short";
  await using node = new FakeNode({
    "GET /api/tasks/a": () =>
      problem(422, {
        code: "invalid_argument",
        detail: `Cannot accept the request: /id: ${message} (and 1 more)`,
        errors: [{ pointer: "/id", message }, { pointer: "/x", message: "unknown field" }],
      }),
  });
  const { err } = await worldOf(node).run("get", "a");
  assert.equal(
    err,
    `dtask: Cannot accept the request: /id: ${message} (and 1 more)\n  /x unknown field\n`,
  );
});

Deno.test("times are ISO 8601 or a length of time, and nothing that is only read as one", () => {
  const kind = instantBefore(FAKE_NOW);
  assert.equal(kind.parse("2h"), "2026-11-21T18:00:00.000Z");
  assert.equal(kind.parse("2026-11-20"), "2026-11-20T00:00:00.000Z");
  assert.equal(kind.parse("2026-11-20 10:00+02:00"), "2026-11-20T08:00:00.000Z");
  for (const text of ["yesterday 1", "May 2026", "1/2/2026", "2026-13-01", ""]) {
    assert.equal(kind.parse(text), undefined, text);
  }
});
