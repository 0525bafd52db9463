import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeReport, encodeReport, REPORT_BYTES } from "../../../actors/cluster/report_text.ts";
import type { ActorStatus } from "../../../actors/protocol.ts";

const ACTOR: ActorStatus = {
  name: "scheduler",
  parent: "supervisor",
  state: "restarting",
  restarts: 3,
  startedAt: null,
  lastError: "out of file handles",
  lastErrorAt: 1_700_000_000_000,
  lanes: { submissions: 7 },
};

Deno.test("report text says what was reported, but for empty lanes", () => {
  const report = { notReady: ["draining"], actors: [ACTOR] };
  assert.deepEqual(decodeReport(encodeReport(report)), report);
  const idle = { ...ACTOR, lanes: { control: 0, reads: 0 } };
  assert.deepEqual(decodeReport(encodeReport({ notReady: [], actors: [idle] })), {
    notReady: [],
    actors: [{ ...ACTOR, lanes: {} }],
  });
});

Deno.test("report text is short, whatever the node has and whatever failed in it", () => {
  const actor = fc.record({
    name: fc.string({ maxLength: 60, unit: "binary" }),
    parent: fc.constantFrom(null, "supervisor"),
    state: fc.constantFrom<ActorStatus["state"]>("ready", "failed"),
    restarts: fc.nat(),
    startedAt: fc.option(fc.nat()),
    lastError: fc.option(fc.string({ maxLength: 2_000, unit: "binary" })),
    lastErrorAt: fc.option(fc.nat()),
    lanes: fc.dictionary(fc.constantFrom("control", "reads"), fc.nat()),
  });
  const reasons = fc.array(fc.string({ maxLength: 1_000 }), { maxLength: 20 });
  fc.assert(
    fc.property(reasons, fc.array(actor, { maxLength: 150 }), (notReady, actors) => {
      const text = encodeReport({ notReady, actors });
      assert.ok(new TextEncoder().encode(text).length <= REPORT_BYTES);
      const names = decodeReport(text)?.actors.map(({ name }) => name);
      assert.deepEqual(names, actors.slice(0, names?.length).map(({ name }) => name));
    }),
    { numRuns: 200 },
  );
});

Deno.test("report text leaves out errors before it leaves out actors", () => {
  const actors = Array.from({ length: 30 }, (_, index) => ({
    ...ACTOR,
    name: `executor-${index}`,
    lastError: "x".repeat(180),
  }));
  const read = decodeReport(encodeReport({ notReady: [], actors }));
  assert.equal(read?.actors.length, 30);
  assert.ok(read?.actors.every(({ lastError }) => lastError === null));
});

Deno.test("report text that another version wrote is read as far as it is known", () => {
  const row = ["http", null, "ready", 0, 1, null, null, {}];
  const text = (a: unknown) => JSON.stringify({ r: [], a, later: 1 });
  assert.equal(decodeReport(text([[...row, "more"]]))?.actors[0]?.name, "http");
  for (const bad of ["", "null", "{}", "[]", text([row.slice(1)]), text([["x"]]), text("x")]) {
    assert.equal(decodeReport(bad), null, bad);
  }
  const unknown = row.with(2, "hibernating");
  assert.equal(decodeReport(text([unknown])), null);
});
