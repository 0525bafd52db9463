import assert from "node:assert/strict";
import { ClusterMember } from "../../../actors/supervisor/cluster_member.ts";
import { FakeSystem } from "./fake_system.ts";

function memberOf() {
  const system = new FakeSystem(["executor-1", "cluster", "scheduler", "dispatcher", "http"]);
  let count = 0;
  const member = new ClusterMember({
    system,
    newId: () => `n-${++count}`,
    address: () => ({ http: "http://h:1", grpc: null }),
    report: () => ({ notReady: [], actors: [] }),
    poolOf: () => "async",
    goingOn: () => [],
    onAbandoned: () => {},
  });
  return { system, member };
}

const CLUSTER = { term: 3, nodes: [] };

Deno.test("cluster member begins anew, with another id, when it was declared lost", () => {
  const { system, member } = memberOf();
  member.begin();
  assert.equal(member.node, "n-1");
  member.onFenced({ kind: "NodeFenced", node: "n-1", cause: "lost" });
  assert.equal(member.node, "n-2");
  const names = system.terminated.map((line) => line.split(":")[0]);
  assert.deepEqual(names, ["executor-1", "cluster", "scheduler"]);
  member.stop();
});

Deno.test("cluster member begins anew once, however many tell it, and not while it leaves", () => {
  const { system, member } = memberOf();
  member.begin();
  for (let i = 0; i < 3; i++) {
    member.onFenced({ kind: "NodeFenced", node: "n-1", cause: "lost" });
  }
  assert.equal(member.node, "n-2");
  member.stop();
  member.onFenced({ kind: "NodeFenced", node: "n-2", cause: "lost" });
  assert.equal(member.node, "n-2");
  assert.equal(system.terminated.length, 3);
});

Deno.test("cluster member takes renewals of its present life alone", () => {
  const { member } = memberOf();
  member.begin();
  member.onRenewed({ kind: "LeaseRenewed", node: "n-0", at: 1, cluster: CLUSTER });
  assert.equal(member.cluster, undefined);
  member.onRenewed({ kind: "LeaseRenewed", node: "n-1", at: performance.now(), cluster: CLUSTER });
  assert.equal(member.cluster, CLUSTER);
  assert.equal(member.trouble, null);
  member.stop();
});
