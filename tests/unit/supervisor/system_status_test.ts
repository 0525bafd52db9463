import assert from "node:assert/strict";
import type { NodeStatus } from "../../../actors/protocol.ts";
import {
  clusterOfOne,
  clusterWith,
  type OwnStatus,
} from "../../../actors/supervisor/system_status.ts";

const OWN: OwnStatus = {
  id: "n-1",
  version: "1.0.0",
  address: { http: "http://h:1", grpc: null },
  startedAt: 5,
  methods: 3,
  report: { notReady: [], actors: [] },
};

Deno.test("cluster of one node is led by it", () => {
  const { term, nodes } = clusterOfOne(OWN);
  assert.equal(term, 1);
  assert.deepEqual(nodes.map(({ id, leader, state }) => [id, leader, state]), [
    ["n-1", true, "active"],
  ]);
});

Deno.test("cluster has the node itself before its first renewal, in each of its lives", () => {
  const idsOf = (nodes: readonly NodeStatus[]) => nodes.map(({ id }) => id);
  const before = clusterWith(OWN, undefined);
  assert.deepEqual([before.term, idsOf(before.nodes)], [0, ["n-1"]]);
  const anew = clusterWith({ ...OWN, id: "n-2" }, { ...before, term: 4 });
  assert.deepEqual([anew.term, idsOf(anew.nodes)], [4, ["n-2", "n-1"]]);
  assert.equal(anew.nodes.some(({ leader }) => leader), false);
});

Deno.test("cluster has the node itself as it is now, and the others as they last said", () => {
  const told = clusterWith(OWN, undefined);
  const other = { ...told.nodes[0], id: "n-2" } as NodeStatus;
  const report = { notReady: ["draining"], actors: [] };
  const { nodes } = clusterWith({ ...OWN, report }, { term: 2, nodes: [...told.nodes, other] });
  assert.deepEqual(nodes.map((node) => node.report), [report, OWN.report]);
});
