import { openPostgresReader, openPostgresStore } from "../../actors/storage/postgres/mod.ts";
import { type PostgresServer, startPostgres } from "../support/postgres_server.ts";
import { runConformance, type StoreUnderTest } from "./store_conformance.ts";

// A change is certain once every older transaction has ended, and the server's own housekeeping has some
// too: without it, what a case has written is told at once.
const SETTINGS = { autovacuum: "off" };

let server: PostgresServer;
Deno.test.beforeAll(async () => {
  server = await startPostgres({ fsync: false, settings: SETTINGS });
});
Deno.test.afterAll(() => server.stop());

runConformance("postgres", async (): Promise<StoreUnderTest> => {
  const { url } = await server.createDatabase();
  const open = async () => ({
    store: await openPostgresStore({ url }),
    reader: openPostgresReader({ url }),
  });
  const close = async () => {
    await under.reader.close();
    await under.store.close();
  };
  const under: StoreUnderTest = {
    ...await open(),
    async reopen() {
      await close();
      Object.assign(under, await open());
    },
    dispose: close,
  };
  return under;
});
