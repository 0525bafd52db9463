import assert from "node:assert/strict";
import { CommitLoop } from "../../../actors/scheduler/commit_loop.ts";
import { openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";
import { commitContext } from "../../support/commit_context.ts";

Deno.test("commit loop refuses nothing that stands, whatever breaks after the commit", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-commit-" });
  const store = await openSqliteStore({ dataDir });
  const context = commitContext();
  const loop = new CommitLoop({
    store,
    context: () => context,
    onCommitted: () => {
      throw new Error("a bug");
    },
    onFailed: (error) => assert.fail(`taken for a failed commit: ${error}`),
  });
  let settled = false;
  void loop.submit("claims", (_, work: readonly string[]) => Promise.resolve(work), { work: "a" })
    .finally(() => settled = true);
  // As an unhandled rejection it ends the actor.
  await assert.rejects(loop.idle(), { message: "a bug" });
  assert.equal(settled, false);
  await store.close();
  await Deno.remove(dataDir, { recursive: true });
});
