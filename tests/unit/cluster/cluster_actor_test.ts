import assert from "node:assert/strict";
import { encodeReport } from "../../../actors/cluster/report_text.ts";
import { BELIEF_MS } from "../../../actors/domain/leadership.ts";
import { LEASE } from "../../../actors/domain/lease.ts";
import type { ClusterStatus } from "../../../actors/protocol.ts";
import type { Renewed } from "../../../actors/storage/port/cluster.ts";
import { ClusterHarness, memberRecord } from "./cluster_harness.ts";

const LEADING: Renewed = {
  now: 100_000,
  state: "active",
  leadership: { term: 4, node: "a", until: 115_000 },
  members: [memberRecord("a", { renewedAt: 100_000 }), memberRecord("b", { renewedAt: 99_000 })],
};
const TICK = {
  kind: "LeaseTick",
  at: 77,
  address: { http: "http://h:1", grpc: null },
  report: { notReady: [], actors: [] },
} as const;

Deno.test("cluster actor renews on time, whatever becomes of a renewal", async () => {
  const harness = new ClusterHarness();
  await harness.advance(LEASE.renewMs * 2);
  harness.answer = new Error("no database");
  await harness.advance(LEASE.renewMs * 3);
  assert.equal(harness.renewals, 6);
});

Deno.test("cluster actor answers a renewal with the tick that came before it", async () => {
  const harness = new ClusterHarness();
  await harness.advance(0);
  assert.deepEqual(harness.toldOf("LeaseRenewed"), [], "nobody ticked");
  harness.cluster.receive(TICK);
  await harness.advance(LEASE.renewMs);
  const [renewed] = harness.toldOf("LeaseRenewed");
  assert.deepEqual([renewed?.["node"], renewed?.["at"]], ["a", 77]);
});

Deno.test("cluster actor says of its node what changed, and tells what the others said", async () => {
  const harness = new ClusterHarness();
  const theirs = { notReady: ["the database is away"], actors: [] };
  const [a, b] = [memberRecord("a"), memberRecord("b", { reportRevision: 3 })];
  harness.answer = { ...LEADING, members: [a, { ...b, report: encodeReport(theirs) }] };
  harness.cluster.receive(TICK);
  await harness.advance(0);
  harness.answer = { ...LEADING, members: [a, b] };
  await harness.advance(LEASE.renewMs);
  const [first, second] = harness.sent;
  assert.equal(first?.report, encodeReport(TICK.report));
  assert.equal(second?.report, null);
  assert.deepEqual(second?.knownReports, [
    { node: "a", revision: 0 },
    { node: "b", revision: 3 },
  ]);
  const told = harness.toldOf("LeaseRenewed").map(({ cluster }) => cluster as ClusterStatus);
  assert.deepEqual(told.map(({ nodes }) => nodes[1]?.report), [theirs, theirs]);
});

Deno.test("cluster actor tells the scheduler of leadership once, and of its end", async () => {
  const harness = new ClusterHarness();
  harness.answer = LEADING;
  await harness.advance(LEASE.renewMs * 3);
  harness.answer = { ...LEADING, leadership: { term: 5, node: "b", until: 130_000 } };
  await harness.advance(LEASE.renewMs);
  const terms = harness.toldOf("LeadershipChanged").map(({ term }) => term);
  assert.deepEqual(terms, [4, null]);
});

Deno.test("cluster actor does not lead for longer than its last renewal allows", async () => {
  const harness = new ClusterHarness();
  harness.answer = LEADING;
  await harness.advance(0);
  harness.answer = new Error("no database");
  await harness.advance(BELIEF_MS - 1);
  assert.equal(harness.toldOf("LeadershipChanged").length, 1);
  await harness.advance(1);
  assert.deepEqual(harness.toldOf("LeadershipChanged").at(-1)?.["term"], null);
});

Deno.test("cluster actor tells a scheduler that has just begun what it knows", async () => {
  const harness = new ClusterHarness();
  harness.answer = LEADING;
  await harness.advance(0);
  harness.told.length = 0;
  harness.cluster.onPeer({ peer: "scheduler", state: "up", incarnation: "s-2" });
  assert.deepEqual(harness.told.map(({ kind }) => kind), [
    "LeadershipChanged",
    "MethodsOfOthersChanged",
  ]);
});

Deno.test("cluster actor says when its node was declared lost", async () => {
  const harness = new ClusterHarness();
  harness.answer = { ...LEADING, state: "lost" };
  harness.cluster.receive(TICK);
  await harness.advance(0);
  assert.equal(harness.toldOf("NodeFenced")[0]?.["node"], "a");
  assert.deepEqual(harness.toldOf("LeaseRenewed"), []);
  assert.deepEqual(harness.toldOf("LeadershipChanged"), []);
});

Deno.test("cluster actor judges others only while it leads, and only where there is a case", async () => {
  const stale = memberRecord("b", { renewedAt: 100_000 - LEASE.leaseMs - 1 });
  const harness = new ClusterHarness();
  const sweeps = () => harness.calls.filter((call) => call.startsWith("sweep"));
  harness.answer = LEADING;
  await harness.advance(0);
  assert.deepEqual(sweeps(), []);
  harness.answer = { ...LEADING, members: [stale] };
  await harness.advance(LEASE.renewMs);
  assert.deepEqual(sweeps(), ["sweep in term 4"]);
  harness.answer = { ...LEADING, leadership: { term: 5, node: "b", until: 0 }, members: [stale] };
  await harness.advance(LEASE.renewMs);
  assert.equal(sweeps().length, 1);
});

Deno.test("cluster actor reminds its scheduler of nodes that are gone until they are reclaimed", async () => {
  const harness = new ClusterHarness();
  const gone = memberRecord("b", { state: "lost" });
  harness.answer = { ...LEADING, members: [gone] };
  await harness.advance(LEASE.renewMs);
  assert.equal(harness.toldOf("NodesGone").length, 2);
  harness.answer = { ...LEADING, members: [{ ...gone, reclaimed: true }] };
  await harness.advance(LEASE.renewMs);
  harness.answer = { ...LEADING, members: [gone], leadership: { term: 5, node: "c", until: 0 } };
  await harness.advance(LEASE.renewMs);
  assert.equal(harness.toldOf("NodesGone").length, 2);
});

Deno.test("cluster actor judges nobody for a lease after a renewal of its own failed", async () => {
  const stale = memberRecord("b", { renewedAt: 100_000 - LEASE.leaseMs - 1 });
  const harness = new ClusterHarness();
  harness.answer = new Error("no database");
  await harness.advance(0);
  harness.answer = { ...LEADING, members: [stale] };
  await harness.advance(LEASE.leaseMs - 1);
  assert.equal(harness.calls.some((call) => call.startsWith("sweep")), false);
  await harness.advance(LEASE.renewMs);
  assert.equal(harness.calls.at(-1), "sweep in term 4");
});

Deno.test("cluster actor reads the methods of others once", async () => {
  const harness = new ClusterHarness();
  const method = (name: string) => ({
    name,
    aliases: [],
    mode: "async" as const,
    queue: null,
    timeoutMs: null,
    heartbeatTimeoutMs: null,
    retry: null,
    permissions: {},
    inputSchema: null,
    description: null,
    definition: "sha256-x",
  });
  harness.definitions.set("b", [method("first"), method("second")]);
  await harness.advance(LEASE.renewMs * 2);
  assert.deepEqual(harness.calls, ["definitions of b"]);
  const definitions = harness.toldOf("MethodsOfOthersChanged").map(({ definitions }) =>
    definitions
  );
  assert.deepEqual(definitions, [[method("first"), method("second")]]);
  harness.answer = {
    ...LEADING,
    members: [memberRecord("a"), memberRecord("b", { state: "lost" })],
  };
  await harness.advance(LEASE.renewMs);
  assert.deepEqual(harness.toldOf("MethodsOfOthersChanged").at(-1)?.["definitions"], []);
});

Deno.test("cluster actor leaves when it stops, and does not come back", async () => {
  const harness = new ClusterHarness();
  await harness.advance(0);
  await harness.cluster.stop();
  assert.deepEqual(harness.calls.slice(-2), ["leave a", "close"]);
  const { renewals } = harness;
  await harness.advance(60_000);
  assert.equal(harness.renewals, renewals);
});
