import assert from "node:assert/strict";
import { RunLog } from "../../../actors/executor/run_log.ts";

Deno.test("run log keeps lines with a copy of their fields, as JSON", () => {
  const log = new RunLog(3);
  const fields = { n: 1n, error: new TypeError("bad"), skipped: undefined, nested: { a: [1] } };
  log.add(5, "info", "text", fields);
  fields.nested.a.push(2);
  log.add(6, "warn", "list", [1, 2]);
  log.add(7, "debug", "none", undefined);
  assert.deepEqual(log.take(), [
    {
      run: 3,
      at: 5,
      level: "info",
      message: "text",
      fields: { n: "1", error: "TypeError: bad", nested: { a: [1] } },
    },
    { run: 3, at: 6, level: "warn", message: "list", fields: { value: [1, 2] } },
    { run: 3, at: 7, level: "debug", message: "none", fields: {} },
  ]);
  assert.deepEqual(log.take(), []);
});

Deno.test("run log cuts long lines and drops fields that are too long or no JSON", () => {
  const log = new RunLog(1);
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  log.add(1, "info", "x".repeat(20_000), {});
  log.add(1, "info", "long fields", { text: "x".repeat(9_000) });
  log.add(1, "info", "circular", circular);
  const [long, fields, loop] = log.take();
  assert.equal(new TextEncoder().encode(long?.message).byteLength, 8 << 10);
  assert.deepEqual(fields?.fields, { dropped: "the line is over 8192 bytes" });
  assert.deepEqual(loop?.fields, { dropped: "the fields are not JSON" });
});

Deno.test("run log keeps 1,000 lines in all, the last of which says so", () => {
  const log = new RunLog(1);
  for (let i = 0; i < 600; i++) assert.ok(log.add(i, "info", `line ${i}`, {}));
  const first = log.take();
  const added = Array.from({ length: 600 }, (_, i) => log.add(i, "info", `more ${i}`, {}));
  const rest = log.take();
  assert.equal(first.length + rest.length, 1_000);
  assert.match(rest.at(-1)?.message ?? "", /Further lines of this run are dropped/);
  assert.equal(added.filter(Boolean).length, 400);
});

Deno.test("run log takes lines back that could not be sent, in order", () => {
  const log = new RunLog(1);
  log.add(1, "info", "first", {});
  const taken = log.take();
  log.add(2, "info", "second", {});
  log.putBack(taken);
  assert.deepEqual(log.take().map(({ message }) => message), ["first", "second"]);
});
