import assert from "node:assert/strict";
import { checkStructure } from "../../../.ci/structure.ts";
import { parseSourceFile } from "../../../.ci/structure/source_file.ts";

const IMPORT_MAP = { dtask: "./mod.ts", hono: "npm:hono@1.0.0", comlink: "npm:comlink@1.0.0" };

/** Findings about files given as path → text, as `severity path: message`. */
function findingsOf(sources: Record<string, string>): string[] {
  const files = Object.entries(sources).map(([path, text]) => parseSourceFile(path, text));
  return checkStructure(files, IMPORT_MAP).map(({ severity, path, message }) =>
    `${severity} ${path}: ${message}`
  );
}

function functionOf(lines: number): string {
  return `export function long() {\n${"  step();\n".repeat(lines - 2)}}\n`;
}

Deno.test("structure accepts imports along the architecture", () => {
  assert.deepEqual(
    findingsOf({
      "actors/domain/a.ts": `import "./b.ts";`,
      "actors/domain/b.ts": `import { x } from "node:path";`,
      "actors/scheduler/scheduler.ts": `import "../storage/port.ts"; import "../domain/a.ts";`,
      "actors/storage/port.ts": `export type { A } from "../domain/a.ts";`,
      "actors/runtime/transport.ts": `import * as comlink from "comlink";`,
      "api/rest/app.ts": `import { Hono } from "hono"; import "../schema.ts";`,
      "api/schema.ts": `import type { A } from "../actors/domain/a.ts";`,
    }),
    [],
  );
});

const REFUSED_IMPORTS: readonly [string, string, RegExp][] = [
  ["actors/domain/a.ts", `import "../protocol.ts";`, /domain may not import protocol/],
  ["actors/dispatcher/a.ts", `import "../storage/port.ts";`, /may not import storage/],
  ["actors/supervisor/a.ts", `import "../../tasks/builtin.ts";`, /may not import tasks/],
  ["actors/runtime/a.ts", `export * from "../domain/a.ts";`, /may not import domain/],
  ["api/rest/a.ts", `import "../grpc/b.ts";`, /rest may not import grpc/],
  ["api/cli/a.ts", `await import("../../actors/scheduler/a.ts");`, /may not import scheduler/],
  ["api/client/a.ts", `import type { X } from "../schema.ts";`, /client may not import schema/],
  ["api/dashboard/a.ts", `import { x } from "../schema.ts";`, /may import only types/],
  ["api/rest/a.ts", `import "./worker.ts";`, /the worker entry/],
  ["actors/supervisor/a.ts", `import "../executor/worker.ts";`, /loaded by URL/],
  ["api/a.ts", `import "../main.ts";`, /loaded by URL, never imported/],
  ["actors/domain/a.ts", `type A = import("../config.ts").A;`, /may not import config/],
  ["actors/scheduler/a.ts", `import "comlink";`, /may not import comlink: only runtime/],
  ["api/a.ts", `import "left-pad";`, /not a name of the import map/],
  ["api/a.ts", `import "https://example.com/a.ts";`, /not a name of the import map/],
  ["misc/a.ts", `import "node:path";`, /belongs to no module/],
];

for (const [path, text, expected] of REFUSED_IMPORTS) {
  Deno.test(`structure refuses ${text} in ${path}`, () => {
    const findings = findingsOf({ [path]: text });
    assert.equal(findings.length, 1, findings.join("\n"));
    assert.match(findings[0] ?? "", expected);
  });
}

Deno.test("structure names an import cycle, and forgives one of types alone", () => {
  const cycle = (keyword: string) =>
    findingsOf({
      "actors/domain/a.ts": `import "./b.ts";`,
      "actors/domain/b.ts": `import ${keyword} { c } from "./c.ts";`,
      "actors/domain/c.ts": `export * from "./a.ts";`,
    });
  assert.deepEqual(cycle(""), [
    "error actors/domain/a.ts: import cycle: " +
    "actors/domain/a.ts → actors/domain/b.ts → actors/domain/c.ts → actors/domain/a.ts",
  ]);
  assert.deepEqual(cycle("type"), []);
});

Deno.test("structure warns of a long function and refuses a longer one", () => {
  const path = "actors/domain/a.ts";
  assert.deepEqual(findingsOf({ [path]: functionOf(40) }), []);
  assert.deepEqual(findingsOf({ [path]: functionOf(41) }), [
    `warning ${path}: long has 41 lines, more than 40`,
  ]);
  assert.deepEqual(findingsOf({ [path]: functionOf(71) }), [
    `error ${path}: long has 71 lines, more than 70`,
  ]);
});

Deno.test("structure warns of a long file and refuses a longer one", () => {
  const path = "actors/domain/a.ts";
  assert.deepEqual(findingsOf({ [path]: "// line\n".repeat(300) }), []);
  assert.deepEqual(findingsOf({ [path]: "// line\n".repeat(301) }), [
    `warning ${path}: the file has 301 lines, more than 300`,
  ]);
  assert.deepEqual(findingsOf({ [path]: "// line\n".repeat(401) }), [
    `error ${path}: the file has 401 lines, more than 400`,
  ]);
});

Deno.test("structure refuses names that say nothing", () => {
  for (const name of ["utils", "string_helpers", "types", "Task", "taskState", "manager_test"]) {
    assert.equal(findingsOf({ [`actors/domain/${name}.ts`]: "" }).length, 1, name);
  }
  assert.deepEqual(findingsOf({ "actors/domain/task_state.ts": "" }), []);
});

Deno.test("structure refuses machine paths, registry hosts and silencing tests", () => {
  // Joined here, so that this file itself has none of them.
  for (const text of [["", "home", "ada"].join("/"), "j" + "sr.io", "Deno.test" + ".only("]) {
    assert.equal(findingsOf({ "tests/a_test.ts": `a ${text} b` }).length, 1, text);
  }
  assert.deepEqual(findingsOf({ "README.md": "GET /api/workflows/tmp, ./data" }), []);
});

Deno.test("structure refuses the console outside the command line", () => {
  const text = `console.log("x");`;
  assert.deepEqual(findingsOf({ "actors/domain/a.ts": text }), [
    "error actors/domain/a.ts: holds console output outside the command line",
  ]);
  assert.deepEqual(findingsOf({ "api/cli/a.ts": text, "tests/a.ts": text }), []);
});
