import type { NodeRun } from "../../../actors/domain/node_run.ts";
import type { NodeStatus, SystemStatus } from "../../../actors/protocol.ts";

/** The time on the clocks of the tests. */
export const NOW = Date.parse("2026-11-21T20:15:42.000Z");

/** What the store says that another node runs. */
export const RUNS_NEARBY: readonly NodeRun[] = [
  { node: "n-near", executor: "executor-3", id: "t-2", method: "noop", run: 1, startedAt: NOW },
];

/** A node with nothing to complain of. */
export function readySystem(): SystemStatus {
  return {
    node: "n-fake",
    version: "0",
    denoVersion: "2",
    startedAt: NOW,
    ready: true,
    notReady: [],
    draining: false,
    storeError: null,
    actors: [{
      name: "scheduler",
      parent: null,
      state: "ready",
      restarts: 2,
      startedAt: NOW,
      lastError: "a bug",
      lastErrorAt: NOW,
      lanes: { submissions: 7 },
    }, {
      name: "executor-1",
      parent: "supervisor",
      state: "ready",
      restarts: 0,
      startedAt: NOW,
      lastError: null,
      lastErrorAt: null,
      lanes: {},
    }],
    executors: [
      { name: "executor-1", pool: "async", slots: 4 },
      { name: "executor-2", pool: "blocking", slots: 1 },
    ],
    cluster: {
      term: 5,
      nodes: [
        member("n-fake", { leader: true }),
        member("n-near", {}),
        member("n-other", { state: "lost", renewedAt: NOW - 60_000 }),
      ],
    },
  };
}

function member(id: string, more: Partial<NodeStatus>): NodeStatus {
  return {
    id,
    version: "0",
    address: { http: "http://127.0.0.1:8080", grpc: null },
    state: "active",
    leader: false,
    startedAt: NOW,
    renewedAt: NOW,
    methods: 3,
    load: { slots: 9, held: 1 },
    report: null,
    ...more,
  };
}
