import assert from "node:assert/strict";
import { decodeSpec, encodeSpec } from "../../../actors/storage/row/spec_text.ts";
import type { NewTask } from "../../../actors/storage/port.ts";
import { newTask } from "../../conformance/store_fixture.ts";

/** What a task has that says nothing of its own. The format, not the domain's defaults, has these. */
const USUAL = {
  workflowId: null,
  key: null,
  deps: [],
  triggerRule: "all_success",
  priority: 0,
  runAt: null,
  timeoutMs: 300_000,
  heartbeatTimeoutMs: null,
  retry: {
    maxAttempts: 5,
    backoff: "exponential",
    initialMs: 1_000,
    factor: 2,
    maxMs: 3_600_000,
    jitter: "full",
  },
  labels: {},
  wave: 0,
  definition: null,
  traceparent: null,
} as const;

/** Another value for each field, and for each of `retry`. */
const OTHERS: readonly Partial<NewTask>[] = [
  { workflowId: "w" },
  { key: "" },
  { deps: ["a"], depNums: [7] },
  { triggerRule: "all_done" },
  { priority: -1 },
  { runAt: 0 },
  { timeoutMs: 1 },
  { heartbeatTimeoutMs: 0 },
  { retry: { ...USUAL.retry, maxAttempts: 1 } },
  { retry: { ...USUAL.retry, backoff: "fixed" } },
  { retry: { ...USUAL.retry, initialMs: 1 } },
  { retry: { ...USUAL.retry, factor: 1 } },
  { retry: { ...USUAL.retry, maxMs: 1 } },
  { retry: { ...USUAL.retry, jitter: "none" } },
  { labels: { "": "" } },
  { wave: 1 },
  { definition: "sha256-1" },
  { traceparent: "00-1" },
];

Deno.test("spec_text leaves out what goes without saying", () => {
  const task = newTask(1, { ...USUAL, contentHash: "sha256-0" });
  const json = encodeSpec(task);
  assert.equal(json, '{"contentHash":"sha256-0"}');
  assert.deepEqual(decodeSpec(json), { ...USUAL, contentHash: "sha256-0" });
});

Deno.test("spec_text says every field that is not as usual", () => {
  for (const { depNums = [], ...other } of OTHERS) {
    const json = encodeSpec(newTask(1, { ...USUAL, ...other, depNums, contentHash: "h" }));
    assert.deepEqual(decodeSpec(json), { ...USUAL, ...other, contentHash: "h" });
    assert.deepEqual(JSON.parse(json).depNums ?? [], depNums, "statements look for these");
  }
});

Deno.test("spec_text reads what was written when nothing was left out", () => {
  for (const { depNums = [], ...other } of OTHERS) {
    const spec = { ...USUAL, ...other, contentHash: "h" };
    assert.deepEqual(decodeSpec(JSON.stringify({ ...spec, depNums })), spec);
  }
});
