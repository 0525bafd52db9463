import assert from "node:assert/strict";
import { StoreLockedError } from "../../../actors/storage/port.ts";
import { DataLock } from "../../../actors/storage/sqlite/data_lock.ts";
import { openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";
import type { StoreWorkerAnswer, StoreWorkerOrder } from "./store_worker.ts";

/** What a scheduler's isolate has: the data folder and nothing else. */
function folderAlone(dataDir: string): Deno.PermissionOptions {
  const none = { env: false, ffi: false, import: false, net: false, run: false, sys: false };
  return { ...none, read: [dataDir], write: [dataDir] };
}

async function withFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "dtask-lock-" });
  try {
    await work(`${parent}/data`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

/** Gives an isolate with rights to the folder alone an order, and ends it after `work` has its answer. */
async function inWorker(
  order: StoreWorkerOrder,
  work: (answer: StoreWorkerAnswer) => void | Promise<void>,
): Promise<void> {
  const worker = new Worker(new URL("./store_worker.ts", import.meta.url), {
    type: "module",
    deno: { permissions: folderAlone(order.dataDir) },
  });
  try {
    const answered = Promise.withResolvers<StoreWorkerAnswer>();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<StoreWorkerAnswer>) => answered.resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      answered.reject(new Error(event.message));
    };
    worker.postMessage(order, [port2]);
    await work(await answered.promise);
    port1.close();
  } finally {
    worker.terminate();
  }
}

function holder(dataDir: string): Deno.ChildProcess {
  const file = new URL("./lock_holder.ts", import.meta.url).pathname;
  const args = ["run", "--no-check", `--allow-read=${dataDir}`, `--allow-write=${dataDir}`, file];
  const piped = { stdin: "piped", stdout: "piped" } as const;
  return new Deno.Command(Deno.execPath(), { args: [...args, dataDir], ...piped }).spawn();
}

async function untilHolding({ stdout }: Deno.ChildProcess): Promise<void> {
  const reader = stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "holding\n");
  await reader.cancel();
}

async function kill(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await child.status;
  await child.stdin.close();
}

Deno.test("data_lock lets a store open in an isolate with rights to the folder alone", () =>
  withFolder((dataDir) =>
    inWorker({ dataDir, order: "open" }, (answer) => {
      assert.deepEqual(answer, { kind: "opened", queues: 0 });
    })
  ));

Deno.test("data_lock ends with the isolate that holds it, in a transaction or not", () =>
  withFolder(async (dataDir) => {
    for (const order of ["hold", "open", "hold", "hold"] as const) {
      await inWorker({ dataDir, order }, ({ kind }) => {
        assert.equal(kind, order === "hold" ? "holding" : "opened");
      });
    }
    await inWorker({ dataDir, order: "open" }, (answer) => {
      assert.deepEqual(answer, { kind: "opened", queues: 0 });
    });
  }));

Deno.test("data_lock refuses a second holder and names the first in one line", () =>
  withFolder(async (dataDir) => {
    const child = holder(dataDir);
    try {
      await untilHolding(child);
      await assert.rejects(DataLock.take({ dataDir, waitMs: 0 }), (error) => {
        assert.ok(error instanceof StoreLockedError);
        assert.ok(error.message.includes(`"${dataDir}"`), error.message);
        assert.ok(error.message.includes(`process ${child.pid} `), error.message);
        assert.ok(!error.message.includes("\n"));
        return true;
      });
    } finally {
      await kill(child);
    }
  }));

Deno.test("data_lock comes free when its holder is killed, for one who waits", () =>
  withFolder(async (dataDir) => {
    const child = holder(dataDir);
    await untilHolding(child);
    const waiting = openSqliteStore({ dataDir });
    await kill(child);
    await (await waiting).close();
  }));

Deno.test("data_lock comes free when the store is closed, and closing again does nothing", () =>
  withFolder(async (dataDir) => {
    const store = await openSqliteStore({ dataDir });
    await store.close();
    await store.close();
    const lock = await DataLock.take({ dataDir, waitMs: 0 });
    lock.release();
    await assert.rejects(store.write(() => Promise.resolve()), /closed/);
  }));
