import assert from "node:assert/strict";
import { normalizeTraceparent, parseTraceparent } from "../../../actors/telemetry/trace_context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

Deno.test("trace_context parses a valid traceparent", () => {
  assert.deepEqual(parseTraceparent(`00-${TRACE}-${SPAN}-01`), {
    traceId: TRACE,
    parentId: SPAN,
    sampled: true,
  });
  assert.equal(parseTraceparent(`00-${TRACE}-${SPAN}-00`)?.sampled, false);
});

Deno.test("trace_context takes the known part of a later version", () => {
  assert.equal(normalizeTraceparent(`01-${TRACE}-${SPAN}-01-more`), `00-${TRACE}-${SPAN}-01`);
});

const INVALID = {
  "absent": undefined,
  "empty": "",
  "free text": "hello",
  "upper case": `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  "version ff": `ff-${TRACE}-${SPAN}-01`,
  "a tail in version 00": `00-${TRACE}-${SPAN}-01-more`,
  "a zero trace": `00-${"0".repeat(32)}-${SPAN}-01`,
  "a zero span": `00-${TRACE}-${"0".repeat(16)}-01`,
  "a line end": `00-${TRACE}-${SPAN}-01\n`,
};

for (const [what, text] of Object.entries(INVALID)) {
  Deno.test(`trace_context refuses ${what}`, () => {
    assert.equal(parseTraceparent(text), null);
    assert.equal(normalizeTraceparent(text), null);
  });
}
