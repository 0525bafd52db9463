/** What `dtask doctor` makes of a node that runs, or of what else has its port. */
import assert from "node:assert/strict";
import { FakeNode, json, problem } from "./fake_node.ts";
import { FAKE_NOW, type FakeWorld } from "./fake_world.ts";
import { healthyWorld } from "./healthy_world.ts";

Deno.test("doctor asks a running node how it is", async () => {
  let ready = true;
  await using node = new FakeNode({
    "GET /readyz": () =>
      ready
        ? json({ status: "ready", reasons: [] })
        : json({ status: "not_ready", reasons: ["the disk is full"] }, 503),
  });
  const world = healthyWorld({
    ports: {
      fetch: globalThis.fetch,
      now: Date.now,
      checkBind: () => Promise.resolve("in_use"),
    },
  });
  const words = ["doctor", "--http", `127.0.0.1:${node.port}`];
  const healthy = await world.run(...words);
  assert.equal(healthy.code, 0, healthy.out);
  assert.match(healthy.out, /ok {4}node {8}.* is ready/);
  assert.match(healthy.out, /ok {4}http port {3}.* is taken by the node that runs/);
  ready = false;
  const ill = await world.run(...words);
  assert.equal(ill.code, 1);
  assert.match(ill.out, /FAIL {2}node {8}.* is not ready: the disk is full/);
});

Deno.test("doctor notices another program on the node's port", async () => {
  await using other = new FakeNode({ "GET /readyz": () => problem(404, { detail: "what?" }) });
  const world = healthyWorld({
    ports: { fetch: globalThis.fetch, checkBind: () => Promise.resolve("in_use") },
  });
  const { code, out } = await world.run("doctor", "--http", `127.0.0.1:${other.port}`);
  assert.equal(code, 1);
  assert.match(out, /FAIL {2}node {8}.* is answered by something else: what\?/);
});

Deno.test("doctor asks the node that left its address in the data folder", async () => {
  const world = healthyWorld();
  const file = { pid: 7, http: "http://127.0.0.1:9", grpc: "127.0.0.1:8", startedAt: "" };
  world.files.files.set("/home/user/data/node.json", JSON.stringify(file));
  const killed = await world.run("doctor");
  assert.equal(killed.code, 0);
  assert.match(killed.out, /warn {2}node {8}nothing answers at .*:9, where process 7 ran/);

  await using node = new FakeNode({ "GET /readyz": () => json({ status: "ready" }) });
  const running = healthyWorld({
    ports: { fetch: globalThis.fetch, checkBind: () => Promise.resolve("in_use") },
  });
  running.files.files.set(
    "/home/user/data/node.json",
    JSON.stringify({ ...file, http: node.url, grpc: "[::1]:50051" }),
  );
  const { out } = await running.run("doctor");
  assert.match(out, new RegExp(`ok {4}node {8}${node.url} is ready`));
  assert.match(out, /ok {4}grpc port {3}\[::1\]:50051 is taken by the node that runs/);
  assert.match(out, /FAIL {2}http port {3}127\.0\.0\.1:8080 is taken by something else/);
});

/** A healthy world in which `node` runs. */
function worldBeside(node: FakeNode): FakeWorld {
  const world = healthyWorld({
    ports: { fetch: globalThis.fetch },
  });
  const file = { pid: 7, http: node.url, grpc: "[::1]:50051", startedAt: "" };
  world.files.files.set("/home/user/data/node.json", JSON.stringify(file));
  return world;
}

/** The answer of a node whose clock reads `date`. */
function systemAt(date: number, system: unknown = {}, status = 200): Response {
  const headers = { date: new Date(date).toUTCString() };
  return Response.json(system, { status, headers });
}

const READY = { "GET /readyz": () => json({ status: "ready" }) };

Deno.test("doctor finds that a running node has another secret", async () => {
  await using node = new FakeNode({
    ...READY,
    "GET /api/system": () => systemAt(FAKE_NOW, {}, 401),
  });
  const { code, out } = await worldBeside(node).run("doctor");
  assert.equal(code, 1);
  assert.match(
    out,
    /FAIL {2}secret {6}the node at .* refuses tokens signed with \/home\/user\/data\/secret: it runs/,
  );
  const [asked] = node.seenOf("GET", "/api/system");
  assert.match(asked?.headers.get("authorization") ?? "", /^Bearer /);
  const open = await worldBeside(node).run("doctor", "--no-auth");
  assert.match(open.out, /warn {2}secret {6}the node at .* asks for tokens/);
});

Deno.test("doctor compares its clock with that of a running node", async () => {
  let date = FAKE_NOW;
  await using node = new FakeNode({ ...READY, "GET /api/system": () => systemAt(date) });
  const world = worldBeside(node);
  assert.match((await world.run("doctor")).out, /ok {4}clock {7}agrees with the node's clock\n/);
  date = FAKE_NOW - 10_000;
  const behind = await world.run("doctor");
  assert.match(behind.out, /warn {2}clock {7}the node's clock is 9\.0s behind this one: check its/);
  date = FAKE_NOW + 600_000;
  const ahead = await world.run("doctor");
  assert.equal(ahead.code, 1);
  assert.match(ahead.out, /FAIL {2}clock {7}the node's clock is 10m 00s ahead of this one/);
});

Deno.test("doctor tells of steps of the clock that a running node saw", async () => {
  const lastClockStep = { at: "2026-11-21T19:00:00.000Z", byMs: -3_600_000 };
  await using node = new FakeNode({
    ...READY,
    "GET /api/system": () => systemAt(FAKE_NOW, { clockSteps: 2, lastClockStep }),
  });
  const { code, out } = await worldBeside(node).run("doctor");
  assert.equal(code, 0);
  assert.match(
    out,
    /warn {2}clock {7}the node saw the clock jump 2 times since its start, last by -1h 0m at 2026-11-21T19/,
  );
});
