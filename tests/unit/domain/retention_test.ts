import assert from "node:assert/strict";
import fc from "fast-check";
import {
  DEFAULT_RETENTION,
  KEEP_ALL,
  pauseAfterMs,
  retentionRules,
} from "../../../actors/domain/retention.ts";

Deno.test("retention has a rule for each kind of ended work that is not kept for ever", () => {
  const policy = { ...DEFAULT_RETENTION, completedMs: null, skippedMs: 5 };
  const rules = retentionRules(policy).map(({ kind, status, keepMs }) =>
    `${kind} ${status} ${keepMs / 86_400_000}`
  );
  assert.deepEqual(rules, [
    "task cancelled 7",
    `task skipped ${5 / 86_400_000}`,
    "task failed 30",
    "workflow cancelled 7",
    "workflow failed 30",
  ]);
});

Deno.test("retention without any time to keep has no rules", () => {
  assert.deepEqual(retentionRules(KEEP_ALL), []);
});

Deno.test("retention pauses so long that a busy node gives it a few per cent of its time", () => {
  fc.assert(fc.property(fc.double({ min: 0.1, max: 300, noNaN: true }), (tookMs) => {
    const busy = tookMs / (tookMs + pauseAfterMs(tookMs, { busy: true }));
    const idle = tookMs / (tookMs + pauseAfterMs(tookMs, { busy: false }));
    assert.ok(busy <= 0.05, `${busy}`);
    assert.ok(idle <= 0.25, `${idle}`);
    assert.ok(busy < idle);
  }));
  assert.equal(pauseAfterMs(0, { busy: true }), 0);
  assert.equal(pauseAfterMs(10_000, { busy: true }), 10_000);
});
