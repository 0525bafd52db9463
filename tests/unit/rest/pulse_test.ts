import assert from "node:assert/strict";
import { Pulse } from "../../../api/pulse.ts";
import { PulseWatch } from "../../../api/pulse_watch.ts";
import { EventStream } from "../../../api/rest/event_stream.ts";
import { pulseEvent } from "../../../api/rest/event_text.ts";
import { EventReader } from "./event_reader.ts";
import { committed, FakeRestNode, makeToken, NOW } from "./fake_rest_node.ts";

/** A node whose seconds pass when the test says so. */
class PulsingNode extends FakeRestNode {
  readonly #clock: { now: number };
  readonly #timers: { readonly callback: () => void; readonly at: number }[];

  constructor() {
    const clock = { now: NOW };
    const timers: { readonly callback: () => void; readonly at: number }[] = [];
    super({
      now: () => clock.now,
      startTimer: (callback, delayMs) => timers.push({ callback, at: clock.now + delayMs }),
    });
    this.#clock = clock;
    this.#timers = timers;
  }

  /** Lets a second pass; false when nothing waits for its end. */
  second(): boolean {
    this.#clock.now += 1_000;
    const due = this.#timers.filter(({ at }) => at <= this.#clock.now);
    for (const timer of due) this.#timers.splice(this.#timers.indexOf(timer), 1);
    for (const { callback } of due) callback();
    return due.length > 0;
  }

  /** True while a timer runs. */
  get isWaiting(): boolean {
    return this.#timers.length > 0;
  }

  /** How often the numbers were read. */
  get reads(): number {
    return this.asked.filter(({ kind }) => kind === "GetSchedulerStats").length;
  }

  async watch(): Promise<EventReader> {
    const response = await this.open("GET", "/api/pulse");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    const events = new EventReader(response.body);
    assert.equal((await events.next())?.comment, "ping");
    return events;
  }
}

Deno.test("pulse tells the stats at once, and again after a change", async () => {
  const node = new PulsingNode();
  const events = await node.watch();
  const first = await events.next();
  assert.equal(first?.event, "pulse");
  const { body } = await node.call("GET", "/api/stats");
  assert.deepEqual(first?.data, { seq: 0, stats: body });
  assert.ok(node.second());
  node.commit("a");
  assert.equal((await events.next())?.data.seq, 1);
  await events.cancel();
});

Deno.test("pulse reads once a second for all who listen, however much changes", async () => {
  const node = new PulsingNode();
  const all = [await node.watch(), await node.watch(), await node.watch()];
  for (const events of all) await events.next();
  assert.equal(node.reads, 1);
  for (let i = 0; i < 50; i++) node.commit("a");
  assert.equal(node.reads, 1);
  assert.ok(node.second());
  for (const events of all) assert.equal((await events.next())?.data.seq, 50);
  assert.equal(node.reads, 2);
  const late = await node.watch();
  assert.equal((await late.next())?.data.seq, 50);
  assert.equal(node.reads, 2);
  for (const events of [...all, late]) await events.cancel();
});

Deno.test("pulse does nothing while nothing changes, or nobody listens", async () => {
  const node = new PulsingNode();
  node.commit("a");
  assert.deepEqual([node.reads, node.second()], [0, false]);
  const events = await node.watch();
  await events.next();
  assert.ok(node.second());
  assert.deepEqual([node.reads, node.second()], [1, false]);
  await events.cancel();
  node.commit("b");
  assert.deepEqual([node.reads, node.second()], [1, false]);
  // Whoever comes then is told how it is now, not how it was.
  const other = await node.watch();
  assert.equal((await other.next())?.data.seq, 2);
  await other.cancel();
});

Deno.test("pulse goes on for a minute after the last change, until the rates are at nothing", async () => {
  const node = new PulsingNode();
  const events = await node.watch();
  await events.next();
  node.second();
  const counts = { queue: "default", method: "add", submitted: 60, attempts: 0, retries: 0 };
  const none = { finished: {}, waitSeconds: [], runSeconds: [] };
  node.publish([committed({ counts: [{ ...counts, ...none }] })]);
  const rates: number[] = [];
  while (rates.at(-1) !== 0) {
    const { seq, stats } = (await events.next())?.data;
    assert.equal(seq, 1);
    rates.push(stats.rates.submittedPerSecond);
    while (node.isWaiting && node.reads === rates.length + 1) node.second();
  }
  assert.equal(rates.length, 13);
  assert.equal(node.second(), false);
  await events.cancel();
});

Deno.test("pulse goes by other nodes' news and by events that were lost", async () => {
  const node = new PulsingNode();
  const events = await node.watch();
  await events.next();
  node.second();
  node.publish([{ kind: "OthersCommitted", lastSeq: 7, ended: null, logged: null }]);
  assert.equal((await events.next())?.data.seq, 1);
  node.second();
  node.publish([{ kind: "EventsLost" }]);
  assert.equal((await events.next())?.data.seq, 2);
  await events.cancel();
});

Deno.test("pulse gives a slow listener the newest alone", async () => {
  const node = new PulsingNode();
  const slow = await node.watch();
  const quick = await node.watch();
  await quick.next();
  for (let seq = 1; seq <= 20; seq++) {
    node.second();
    node.commit("a");
    assert.equal((await quick.next())?.data.seq, seq);
  }
  let seen = 1;
  while ((await slow.next())?.data.seq !== 20) seen++;
  // What pipes between the two hold is not the stream's to say.
  assert.ok(seen < 10, String(seen));
  await slow.cancel();
  await quick.cancel();
});

Deno.test("pulse tries again a second later when an actor does not answer", async () => {
  const node = new PulsingNode();
  node.replies.set("GetQueueDepths", () => ({ ok: false, error: { code: "died", message: "" } }));
  const asked = node.nextAsk("GetQueueDepths");
  const events = await node.watch();
  await asked;
  while (!node.second()) await new Promise((resolve) => setTimeout(resolve, 1));
  node.replies.clear();
  while (!node.second()) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal((await events.next())?.event, "pulse");
  await events.cancel();
});

Deno.test("pulse ends when the node stops, and takes nobody afterwards", async () => {
  const node = new PulsingNode();
  const events = await node.watch();
  await events.next();
  node.pulse.close();
  assert.equal(await events.next(), null);
  assert.equal((await node.call("GET", "/api/pulse")).status, 503);
});

Deno.test("pulse pings a quiet listener", async () => {
  const pulse = new Pulse({ read: () => new Promise(() => {}) });
  const pulseWatch = new PulseWatch(pulse, { pingMs: 1 });
  assert.ok(pulseWatch.open().ok);
  const source = new EventStream(pulseWatch, pulseEvent);
  const events = new EventReader(new ReadableStream(source, { highWaterMark: 0 }));
  for (let i = 0; i < 3; i++) assert.equal((await events.next())?.comment, "ping");
  await events.cancel();
});

Deno.test("pulse refuses more listeners than the limit, and needs the scope to read", async () => {
  const node = new PulsingNode();
  const listener = { beat: () => {}, end: () => {} };
  for (let i = 0; i < 499; i++) assert.ok(node.pulse.subscribe({ ...listener }));
  const last = await node.watch();
  const full = await node.call("GET", "/api/pulse");
  assert.deepEqual([full.status, full.body.code], [503, "too_many_streams"]);
  await last.cancel();
  await (await node.watch()).cancel();
  const token = await makeToken("tasks:write");
  assert.equal((await node.call("GET", "/api/pulse", { token })).status, 403);
});
