import assert from "node:assert/strict";
import { DEFAULT_RESTART_POLICY, type RestartPolicy } from "../../../actors/runtime/mod.ts";
import { decideRestart } from "../../../actors/runtime/restart_policy.ts";

const POLICY: RestartPolicy = {
  maxRestarts: 5,
  windowMs: 30_000,
  initialBackoffMs: 20,
  maxBackoffMs: 200,
};

Deno.test("restart_policy doubles the delay up to its cap", () => {
  const past: number[] = [];
  const delays: number[] = [];
  for (let now = 0; now < 5; now++) {
    const decision = decideRestart(POLICY, past, now);
    if (decision.kind === "restart") delays.push(decision.afterMs);
    past.push(now);
  }
  assert.deepEqual(delays, [20, 40, 80, 160, 200]);
});

Deno.test("restart_policy escalates at one restart more than the window allows", () => {
  const past = [0, 1, 2, 3, 4];
  assert.deepEqual(decideRestart(POLICY, past, 29_999), { kind: "escalate" });
  assert.equal(decideRestart(POLICY, past, 30_000).kind, "restart");
});

Deno.test("restart_policy starts anew after a quiet window", () => {
  const decision = decideRestart(POLICY, [0, 1, 2], 30_002);
  assert.deepEqual(decision, { kind: "restart", afterMs: 20 });
});

Deno.test("restart_policy escalates by default at the sixth restart in 30 s", () => {
  const past = [1, 2, 3, 4, 5];
  assert.equal(decideRestart(DEFAULT_RESTART_POLICY, past.slice(1), 6).kind, "restart");
  assert.equal(decideRestart(DEFAULT_RESTART_POLICY, past, 6).kind, "escalate");
});
