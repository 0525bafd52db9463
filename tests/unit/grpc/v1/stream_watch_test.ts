import type { ServerWritableStream } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { streamWatch } from "../../../../api/grpc/stream_call.ts";
import type { Watch } from "../../../../api/watch.ts";

/** A call whose reader takes what it is given, or not. */
class FakeCall extends EventEmitter {
  cancelled = false;
  full = false;
  readonly written: number[] = [];

  write(bytes: Uint8Array): boolean {
    this.written.push(...bytes);
    return !this.full;
  }
}

/** Tells so many numbers, one at a time, then is over. */
class Countdown implements Watch<number> {
  closed = false;
  asked = 0;
  #left: number;

  constructor(count: number) {
    this.#left = count;
  }

  opening(): number {
    return this.#left;
  }

  next(): Promise<readonly number[] | null> {
    this.asked++;
    return Promise.resolve(this.#left === 0 || this.closed ? null : [--this.#left]);
  }

  close(): void {
    this.closed = true;
  }
}

function stream(call: FakeCall, watch: Watch<number>) {
  const write = (update: number) => new Uint8Array([update]);
  const isLast = (update: number) => update === 0;
  const served = call as unknown as ServerWritableStream<Uint8Array, Uint8Array>;
  return streamWatch(served, watch, { write, isLast });
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("streamWatch ends in order after the last update", async () => {
  const call = new FakeCall();
  assert.ok((await stream(call, new Countdown(3))).ok);
  assert.deepEqual(call.written, [3, 2, 1, 0]);
});

Deno.test("streamWatch asks for nothing more until its reader has taken what there is", async () => {
  const call = new FakeCall();
  const watch = new Countdown(3);
  call.full = true;
  const end = stream(call, watch);
  await turn();
  assert.deepEqual([call.written, watch.asked], [[3], 0]);
  call.full = false;
  call.emit("drain");
  assert.ok((await end).ok);
  assert.deepEqual(call.written, [3, 2, 1, 0]);
});

Deno.test("streamWatch tells of a watch that ends too early to resume", async () => {
  const watch = new Countdown(3);
  watch.closed = true;
  const end = await stream(new FakeCall(), watch);
  assert.ok(!end.ok);
  assert.deepEqual([end.error.code, end.error.reason], ["unavailable", "interrupted"]);
});

Deno.test("streamWatch closes its watch when the reader is gone", async () => {
  const call = new FakeCall();
  const watch = new Countdown(3);
  call.full = true;
  const end = stream(call, watch);
  await turn();
  call.cancelled = true;
  call.emit("cancelled");
  await end;
  assert.ok(watch.closed);
  assert.equal(watch.asked, 0);
});

Deno.test("streamWatch listens to its call no more often the longer its reader is slow", async () => {
  const call = new FakeCall();
  call.full = true;
  const end = stream(call, new Countdown(20));
  for (let told = 1; told <= 21; told++) {
    await turn();
    assert.deepEqual([call.written.length, call.listenerCount("cancelled")], [told, 2]);
    call.emit("drain");
  }
  assert.ok((await end).ok);
});

Deno.test("streamWatch closes its watch when an update can't be written", async () => {
  const watch = new Countdown(3);
  const write = () => {
    throw new Error("no such message");
  };
  const call = new FakeCall() as unknown as ServerWritableStream<Uint8Array, Uint8Array>;
  await assert.rejects(streamWatch(call, watch, { write }), /no such message/);
  assert.ok(watch.closed);
});
