import { openSqliteReader, openSqliteStore } from "../../actors/storage/sqlite/mod.ts";
import { runConformance, type StoreUnderTest } from "./store_conformance.ts";

runConformance("sqlite", async (): Promise<StoreUnderTest> => {
  const parent = await Deno.makeTempDir({ prefix: "dtask-store-" });
  const dataDir = `${parent}/data`;
  const open = async () => {
    const store = await openSqliteStore({ dataDir });
    return { store, reader: await openSqliteReader({ dataDir }) };
  };
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
    async dispose() {
      await close();
      await Deno.remove(parent, { recursive: true });
    },
  };
  return under;
});
