import assert from "node:assert/strict";
import { refuseBadRuntime } from "../../../api/grpc/runtime_check.ts";

Deno.test("runtime_check refuses the versions that corrupt memory, with the remedy in one line", () => {
  for (const version of ["2.9.4", "2.9.5", "2.9.6", "2.6.10"]) {
    const refusal = refuseBadRuntime(version);
    assert.ok(refusal !== null);
    assert.ok(!refusal.includes("\n"));
    for (const part of [version, "2.9.3", "--no-grpc"]) assert.ok(refusal.includes(part), part);
  }
});

Deno.test("runtime_check lets every other version serve", () => {
  for (const version of ["2.8.0", "2.8.3", "2.9.0", "2.9.3", "2.9.7", "2.10.0", "3.0.0"]) {
    assert.equal(refuseBadRuntime(version), null);
  }
});
