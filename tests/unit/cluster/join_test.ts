import assert from "node:assert/strict";
import { join } from "../../../actors/cluster/join.ts";
import type { SupervisorMessage } from "../../../actors/protocol.ts";
import { StoreFencedError, StoreUnavailableError } from "../../../actors/storage/port.ts";

/** Joins a store that fails with `errors`, one after the other, before it takes the node. */
async function joinAfter(...errors: readonly Error[]) {
  const left = [...errors];
  const told: SupervisorMessage[] = [];
  const joining = join({
    store: {
      join: () => {
        const error = left.shift();
        return error === undefined ? Promise.resolve({ slot: 3 }) : Promise.reject(error);
      },
    },
    supervisor: { tell: (message) => told.push(message) > 0 },
    member: { id: "n-1", version: "1.0.0", definitions: [] },
    retryMs: 0,
  });
  const failure = await joining.then(() => null, (error: unknown) => error);
  return { failure, told, left };
}

const AWAY = new StoreUnavailableError("away");

Deno.test("join waits for a database that is away, but not for ever", async () => {
  assert.equal((await joinAfter(AWAY, AWAY)).failure, null);
  const { failure } = await joinAfter(...Array.from({ length: 100 }, () => AWAY));
  assert.equal(failure, AWAY);
});

Deno.test("join fails at once with what no time will mend", async () => {
  const full = new Error("64 nodes");
  const { failure, told } = await joinAfter(full);
  assert.equal(failure, full);
  assert.deepEqual(told, []);
});

Deno.test("join says that the node has to begin anew when it was declared lost", async () => {
  const fenced = new StoreFencedError("declared lost");
  const { failure, told } = await joinAfter(fenced);
  assert.equal(failure, fenced);
  assert.deepEqual(told, [{ kind: "NodeFenced", node: "n-1", cause: "declared lost" }]);
});
