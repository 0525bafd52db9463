import assert from "node:assert/strict";
import type { ActorInfo } from "../../../actors/runtime/mod.ts";
import { notReadyReasons } from "../../../actors/supervisor/readiness.ts";

const WELL = { storeError: null, stalled: [], draining: false, leaseTrouble: null };

Deno.test("node is ready with all core actors and one executor", () => {
  const actors = [actor("scheduler"), actor("executor-1", "restarting"), actor("executor-2")];
  assert.deepEqual(notReadyReasons(actors, WELL), []);
});

Deno.test("node is not ready without an executor, or with a core actor that is not", () => {
  const actors = [actor("scheduler", "restarting"), actor("executor-1", "starting")];
  assert.deepEqual(notReadyReasons(actors, WELL), [
    "actor scheduler is restarting",
    "no executor is ready",
  ]);
});

Deno.test("node is not ready while it shuts down or its store takes no writes", () => {
  const actors = [actor("executor-1")];
  assert.deepEqual(
    notReadyReasons(actors, {
      ...WELL,
      storeError: "disk full",
      draining: true,
    }),
    [
      "the node is shutting down",
      "the store takes no writes: disk full",
    ],
  );
});

Deno.test("node is not ready while ready work is not dispatched", () => {
  const stalled = [{ pool: "async", cause: "no executor of it has joined" }];
  assert.deepEqual(notReadyReasons([actor("executor-1")], { ...WELL, stalled }), [
    "ready work of pool async is not dispatched: no executor of it has joined",
  ]);
});

Deno.test("node is not ready while its lease is not renewed", () => {
  const leaseTrouble = "its lease was not renewed for 7 s";
  assert.deepEqual(notReadyReasons([actor("executor-1")], { ...WELL, leaseTrouble }), [
    leaseTrouble,
  ]);
});

function actor(name: string, state: ActorInfo["state"] = "ready"): ActorInfo {
  const lastError = { lastError: null, lastErrorAt: null };
  return { name, state, incarnation: null, restarts: 0, startedAt: 0, ...lastError, lanes: {} };
}
