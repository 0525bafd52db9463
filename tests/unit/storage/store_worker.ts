/** An isolate that opens the store of a folder, for `data_lock_test.ts`; it ends only when terminated. */
import { openSqliteReader, openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";

/** What the isolate is asked to do: `hold` stays inside a write transaction. */
export interface StoreWorkerOrder {
  readonly dataDir: string;
  readonly order: "open" | "hold";
}

/** What it answers. */
export type StoreWorkerAnswer =
  | { readonly kind: "opened"; readonly queues: number }
  | { readonly kind: "holding" }
  | { readonly kind: "failed"; readonly name: string; readonly message: string };

self.addEventListener("message", (event) => {
  if (!(event instanceof MessageEvent)) throw new Error("an order is a message");
  const [port] = event.ports;
  if (!port) throw new Error("an order brings the port for its answer");
  void obey(event.data, (answer) => port.postMessage(answer));
});

async function obey(
  data: StoreWorkerOrder,
  answer: (data: StoreWorkerAnswer) => void,
): Promise<void> {
  try {
    const store = await openSqliteStore({ dataDir: data.dataDir });
    if (data.order === "hold") {
      await store.write(async (tx) => {
        await tx.saveQueue({
          name: "uncommitted",
          concurrency: null,
          rateLimit: null,
          weight: 1,
          keyConcurrency: null,
          paused: false,
        });
        answer({ kind: "holding" });
        await Promise.withResolvers<never>().promise;
      });
    }
    const reader = await openSqliteReader({ dataDir: data.dataDir });
    answer({ kind: "opened", queues: (await reader.listQueues()).length });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    answer({ kind: "failed", name, message });
  }
}
