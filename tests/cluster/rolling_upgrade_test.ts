import assert from "node:assert/strict";
import { runRound } from "../chaos/round.ts";
import { makeNextVersion } from "../support/next_version.ts";
import { announceSeed } from "../support/random.ts";

/** Nothing fails here. */
const PACE = { downMs: 0, stopMs: 0, cutMs: 0, calmMs: 0 };

Deno.test("rolling upgrade: three nodes are replaced one by one under load, and one goes back", async () => {
  await using next = await makeNextVersion();
  const { history, violations, accepted } = await runRound({
    seed: announceSeed("rolling upgrade"),
    nodes: 3,
    perSecond: 40,
    pace: PACE,
    quietMs: 240_000,
    log: (line) => console.log(line),
  }, async ({ cluster, server, database }, log) => {
    for (const node of cluster.nodes) {
      assert.equal(await node.stop(), 0, node.output());
      await node.start(next.root);
      log(`node ${node.index} runs version ${next.version}`);
    }
    const schema = "SELECT max(version) AS version FROM dtask_schema";
    const rows = await server.query(schema, { database: database.name });
    assert.deepEqual(rows, [{ version: next.schema }]);
    const [first] = cluster.nodes;
    assert.equal(await first?.stop(), 0);
    await first?.start();
    log("node 0 runs the older version again, on the newer schema");
    return [];
  });
  assert.deepEqual(violations, []);
  assert.ok(accepted > 0);
  const outcomes = Map.groupBy(history.tasks.flatMap(({ runs }) => runs), ({ outcome }) => outcome);
  console.log([...outcomes].map(([outcome, runs]) => `${runs.length} ${outcome}`).join(", "));
  assert.equal(outcomes.get("crashed"), undefined, "who leaves in order hands its runs back");
});
