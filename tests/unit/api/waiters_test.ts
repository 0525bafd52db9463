import assert from "node:assert/strict";
import { Waiters } from "../../../api/waiters.ts";

Deno.test("waiter is woken by an end that came before it waited", async () => {
  const waiters = new Waiters(10);
  const waiter = waiters.register("a");
  waiters.wake(["b", "a"]);
  assert.equal(await waiter?.wait(60_000), "woken");
  waiter?.release();
});

Deno.test("waiter is woken once by each end", async () => {
  const waiters = new Waiters(10);
  const waiter = waiters.register("a");
  const wait = waiter?.wait(60_000);
  waiters.wake(["a"]);
  assert.equal(await wait, "woken");
  assert.equal(await waiter?.wait(0), "timeout");
  waiter?.release();
});

Deno.test("waiters refuse more than their limit and take others after a release", () => {
  const waiters = new Waiters(1);
  const first = waiters.register("a");
  assert.equal(waiters.register("a"), null);
  first?.release();
  first?.release();
  assert.equal(waiters.size, 0);
  assert.notEqual(waiters.register("b"), null);
});

Deno.test("waiters wake everybody when events were lost", async () => {
  const waiters = new Waiters(10);
  const waits = ["a", "b"].map((id) => waiters.register(id)?.wait(60_000));
  waiters.wakeAll();
  assert.deepEqual(await Promise.all(waits), ["woken", "woken"]);
});

Deno.test("waiters let nobody wait after they are closed", async () => {
  const waiters = new Waiters(10);
  const waiting = waiters.register("a")?.wait(60_000);
  waiters.close();
  assert.equal(await waiting, "closed");
  assert.equal(await waiters.register("b")?.wait(60_000), "closed");
});

Deno.test("waiter gives up when its caller does", async () => {
  const controller = new AbortController();
  const wait = new Waiters(1).register("a")?.wait(60_000, controller.signal);
  controller.abort();
  assert.equal(await wait, "timeout");
});
