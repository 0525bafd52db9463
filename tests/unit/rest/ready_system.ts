import type { SystemStatus } from "../../../actors/protocol.ts";

/** The time on the clocks of the tests. */
export const NOW = Date.parse("2026-11-21T20:15:42.000Z");

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
      lastError: null,
      lanes: { submissions: 7 },
    }],
  };
}
