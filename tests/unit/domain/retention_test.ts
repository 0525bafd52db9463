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
    const share = (busy: boolean, lateMs: number) =>
      tookMs / (tookMs + pauseAfterMs(tookMs, { busy, lateMs }));
    const [busy, late, idle] = [share(true, 0), share(true, 86_400_000), share(false, 0)];
    assert.ok(busy <= 0.05, `${busy}`);
    assert.ok(late <= 0.1, `${late}`);
    assert.ok(idle <= 0.25, `${idle}`);
    assert.ok(busy < late && late <= idle);
    assert.equal(share(false, 86_400_000), idle);
  }));
  assert.equal(pauseAfterMs(0, { busy: true, lateMs: 0 }), 0);
  assert.equal(pauseAfterMs(10_000, { busy: true, lateMs: 0 }), 10_000);
});
