import assert from "node:assert/strict";
import { benchMigration, formatMigration } from "./migration_bench.ts";

Deno.test("migration_bench moves tasks, and says how long that took", async () => {
  const bench = await benchMigration(10_000);
  console.log(formatMigration(bench));
  assert.ok(bench.rows > 4 * bench.tasks);
  assert.ok(bench.copySeconds > 0 && bench.verifySeconds > 0);
});
