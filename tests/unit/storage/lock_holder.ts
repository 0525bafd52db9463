/** A process that takes the data folder named by its argument and keeps it until it is killed. */
import { openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";

const [dataDir] = Deno.args;
if (dataDir === undefined) throw new Error("name a data folder");
const store = await openSqliteStore({ dataDir });
await Deno.stdout.write(new TextEncoder().encode("holding\n"));
// Waiting for input, which never comes, keeps the process and what it holds alive.
await store.write(() => Deno.stdin.read(new Uint8Array(1)));
