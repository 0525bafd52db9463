import assert from "node:assert/strict";
import { compileArgs, workerEntries } from "../../../.ci/compile.ts";

Deno.test("compile contains every worker entry, which no import leads to", () => {
  const entries = [...workerEntries()].sort();
  assert.deepEqual(entries, [
    "actors/cluster/worker.ts",
    "actors/dispatcher/worker.ts",
    "actors/executor/worker.ts",
    "actors/reader/worker.ts",
    "actors/scheduler/worker.ts",
    "api/grpc/worker.ts",
    "api/rest/worker.ts",
  ]);
  const args = compileArgs("out", entries, false);
  for (const entry of entries) assert.ok(args.includes(`--include=${entry}`));
});

Deno.test("compile gives the binary no right to run programs or load libraries", () => {
  const args = compileArgs("out", [], false);
  assert.deepEqual(args.filter((arg) => arg.startsWith("--allow-")), [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-env",
    "--allow-sys=statfs",
  ]);
});

Deno.test("compile asks a foreign Deno not to read the lock file", () => {
  assert.ok(compileArgs("out", [], true).includes("--no-lock"));
  assert.ok(!compileArgs("out", [], false).includes("--no-lock"));
});
