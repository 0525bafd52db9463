import assert from "node:assert/strict";
import { openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";

Deno.test("sqlite_store fences off a writer that was replaced", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-fence-" });
  const hung = await openSqliteStore({ dataDir, locked: true });
  const next = await openSqliteStore({ dataDir, locked: true });
  try {
    await assert.rejects(
      hung.write((writer) => writer.allocateNums("task", 1)),
      /another writer has taken over/,
    );
    assert.equal(await next.write((writer) => writer.allocateNums("task", 1)), 1);
  } finally {
    await hung.close();
    await next.close();
    await Deno.remove(dataDir, { recursive: true });
  }
});
