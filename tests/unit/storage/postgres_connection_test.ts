import assert from "node:assert/strict";
import { Connection } from "../../../actors/storage/postgres/connection.ts";
import { startPostgres } from "../../support/postgres_server.ts";

const ANSWERS = 5_000;
const ANSWER_BYTES = 200_000;

Deno.test("postgres connection keeps nothing of what it was answered", async () => {
  await using server = await startPostgres({ fsync: false });
  const { url } = await server.createDatabase();
  const connection = await Connection.open({ url, name: "test" });
  const before = Deno.memoryUsage().heapUsed;
  try {
    for (let index = 0; index < ANSWERS; index++) {
      await connection.rows("SELECT repeat('x', $1::integer)", ANSWER_BYTES);
    }
  } finally {
    await connection.close();
  }
  const grown = Deno.memoryUsage().heapUsed - before;
  console.log(`${grown >> 20} MiB more after answers of ${ANSWERS * ANSWER_BYTES >> 20} MiB`);
  assert.ok(grown < ANSWERS * ANSWER_BYTES / 2);
});
