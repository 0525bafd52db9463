import assert from "node:assert/strict";
import { startCluster } from "../support/cluster.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";

const NODES = 2;
/** Twice what nodes do from time to time. */
const WATCHED_MS = 31_000;

Deno.test("idle nodes send the database fewer than 2 queries a second each", async () => {
  await using server = await startPostgres({ fsync: false, settings: { log_statement: "all" } });
  const { url } = await server.createDatabase();
  await using cluster = await startCluster({
    databaseUrl: url,
    nodes: NODES,
    args: ["--no-grpc"],
  });
  const { process } = cluster.node(0);
  await awaitEnd(process, (await submitTask(process, { method: "noop" })).id);
  const from = server.log().length;
  const startedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
  const seconds = (performance.now() - startedAt) / 1_000;
  const queries = [...server.log().slice(from).matchAll(/LOG: {2}(?:statement|execute [^:]*): /g)];
  const each = queries.length / NODES / seconds;
  console.log(`an idle node sends ${each.toFixed(2)} queries a second`);
  assert.ok(queries.length > 0, "the server logs what it is asked");
  assert.ok(each < 2, `${each} queries a second`);
});
