import assert from "node:assert/strict";
import { EventStream } from "../../../actors/runtime/mod.ts";
import { turn } from "../../support/runtime_actors/manual_connection.ts";

/** A subscriber that takes each delivery when the test says so. */
class Reader {
  readonly batches: (readonly number[])[] = [];
  readonly #open: PromiseWithResolvers<boolean>[] = [];

  readonly send = (events: readonly number[]): Promise<boolean> => {
    this.batches.push(events);
    const taken = Promise.withResolvers<boolean>();
    this.#open.push(taken);
    return taken.promise;
  };

  async take(delivered = true): Promise<void> {
    this.#open.shift()?.resolve(delivered);
    await turn();
  }
}

const LOST = -1;

Deno.test("event_stream delivers a turn's events together, and collects while it delivers", async () => {
  const stream = new EventStream({ maxBuffered: 10, lost: LOST });
  const reader = new Reader();
  stream.subscribe("reader", reader.send);
  [1, 2].forEach((event) => stream.publish(event));
  await turn();
  [3, 4, 5].forEach((event) => stream.publish(event));
  await turn();
  assert.deepEqual(reader.batches, [[1, 2]]);
  await reader.take();
  assert.deepEqual(reader.batches, [[1, 2], [3, 4, 5]]);
});

Deno.test("event_stream gives a slow subscriber a mark in place of what it missed", async () => {
  const stream = new EventStream({ maxBuffered: 3, lost: LOST });
  const slow = new Reader();
  const quick = new Reader();
  stream.subscribe("slow", slow.send);
  stream.subscribe("quick", quick.send);
  stream.publish(0);
  await turn();
  for (let event = 1; event <= 6; event++) {
    stream.publish(event);
    await quick.take();
  }
  await slow.take();
  assert.deepEqual(slow.batches, [[0], [LOST, 5, 6]]);
  assert.deepEqual(quick.batches.flat(), [0, 1, 2, 3, 4, 5, 6]);
});

Deno.test("event_stream keeps nothing for a dead subscriber and tells it so when it is up", async () => {
  const stream = new EventStream({ maxBuffered: 3, lost: LOST });
  const reader = new Reader();
  stream.subscribe("reader", reader.send);
  stream.publish(1);
  await turn();
  stream.suspend("reader");
  await reader.take(false);
  stream.publish(2);
  await turn();
  assert.deepEqual(reader.batches, [[1]]);
  stream.resume("reader");
  stream.publish(3);
  await turn();
  assert.deepEqual(reader.batches, [[1], [LOST, 3]]);
});

Deno.test("event_stream does not mind a failure that reaches it after the restart", async () => {
  const stream = new EventStream({ maxBuffered: 3, lost: LOST });
  const reader = new Reader();
  stream.subscribe("reader", reader.send);
  stream.publish(1);
  await turn();
  stream.suspend("reader");
  stream.resume("reader");
  await reader.take(false);
  assert.deepEqual(reader.batches, [[1], [LOST]]);
});

Deno.test("event_stream marks and tries again what failed for a subscriber that is up", async () => {
  const stream = new EventStream({ maxBuffered: 3, lost: LOST });
  const { promise: second, resolve } = Promise.withResolvers<readonly number[]>();
  let calls = 0;
  stream.subscribe("reader", (events) => {
    if (++calls === 2) resolve(events);
    return Promise.resolve(calls > 1);
  });
  stream.publish(1);
  assert.deepEqual(await second, [LOST]);
});
