import assert from "node:assert/strict";
import { configureLogging, getLogger } from "../../../actors/telemetry/logger.ts";

/** Lines that `log` writes in `format`. */
function linesOf(format: "pretty" | "json", log: () => void): string[] {
  const lines: string[] = [];
  configureLogging({ format, level: "info", sink: (line) => lines.push(line) });
  log();
  return lines;
}

Deno.test("logger writes one JSON object a line with time, level, logger, message and fields", () => {
  const [line, ...rest] = linesOf("json", () => {
    getLogger("scheduler").warn("Commit was slow", { ms: 12, seq: 7n });
  });
  assert.deepEqual(rest, []);
  const { time, ...record } = JSON.parse(line ?? "");
  assert.match(time, /^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/);
  assert.deepEqual(record, {
    level: "warning",
    logger: "scheduler",
    message: "Commit was slow",
    fields: { ms: 12, seq: "7" },
  });
});

Deno.test("logger drops records below its level", () => {
  const lines = linesOf("json", () => {
    getLogger("a").debug("hidden");
    getLogger("a").error("shown");
  });
  assert.deepEqual(lines.map((line) => JSON.parse(line).message), ["shown"]);
});

Deno.test("logger never writes secrets", () => {
  const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
  const fields = {
    jwtSecret: "s3cr3t",
    headers: { Authorization: "Basic YTpi", "x-token": "t0k3n" },
    note: `called with Bearer abc.def and ${jwt}`,
    link: "http://127.0.0.1/#token=t0k3n",
    cause: new Error(`refused ${jwt}`),
  };
  for (const format of ["json", "pretty"] as const) {
    const text = linesOf(format, () => getLogger("a").info(`got ${jwt}`, fields)).join("\n");
    assert.doesNotMatch(text, /s3cr3t|YTpi|t0k3n|abc\.def|c2lnbmF0dXJl/);
    assert.match(text, /called with \[redacted\] and \[redacted\]/);
  }
});

Deno.test("logger keeps a pretty record on one line, braces and line ends included", () => {
  const lines = linesOf("pretty", () => {
    getLogger("a").info("two\nlines {x}", { text: "p\nq", error: new Error("bad") });
  });
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^[\d:.]{12} INFO {2}a: two\\nlines \{x\} text="p\\nq" error=\{/);
  assert.equal(lines[0]?.includes("\n"), false);
});

Deno.test("logger bounds cyclic, deep and long fields", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const [line] = linesOf("json", () => {
    getLogger("a").info("odd", { cycle, long: "x".repeat(100_000), many: Array(5_000).fill(1) });
  });
  assert.ok((line ?? "").length < 10_000);
});

Deno.test("logger shows a field in the text where its name stands in braces", () => {
  const log = () => getLogger("a").info("stopping: {why} {other}", { why: "SIGTERM\n", left: 2 });
  const [pretty] = linesOf("pretty", log);
  assert.match(pretty ?? "", /a: stopping: SIGTERM\\n \{other\} left=2$/);
  const { message, fields } = JSON.parse(linesOf("json", log)[0] ?? "");
  assert.equal(message, "stopping: SIGTERM\n {other}");
  assert.deepEqual(fields, { why: "SIGTERM\n", left: 2 });
});
