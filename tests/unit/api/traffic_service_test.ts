/** Windows and points over a real store. */
import assert from "node:assert/strict";
import { noTraffic, TRAFFIC, type Traffic } from "../../../actors/domain/traffic.ts";
import type { ReaderMessage, ReaderProtocol } from "../../../actors/protocol.ts";
import { Reader } from "../../../actors/reader/reader_actor.ts";
import type { ActorRef } from "../../../actors/runtime/actor.ts";
import type { Store } from "../../../actors/storage/port.ts";
import { openSqliteReader, openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";
import { TrafficService } from "../../../api/traffic_service.ts";

/** A whole hour of UTC. */
const NOON = 1_763_726_400_000;
const MINUTE = 60_000;

class TrafficRig implements AsyncDisposable {
  readonly service: TrafficService;
  readonly store: Store;
  /** Spans that were read, in ms. */
  readonly read: number[] = [];
  readonly #reader: Reader;
  readonly #folder: string;

  private constructor(store: Store, reader: Reader, folder: string) {
    this.store = store;
    this.#reader = reader;
    this.#folder = folder;
    const ask = async (message: ReaderMessage) => {
      if (message.kind === "GetTraffic") this.read.push(message.span.until - message.span.from);
      return { ok: true, value: await this.#reader.receive(message) };
    };
    const ref = { name: "reader", tell: () => true, ask };
    this.service = new TrafficService({ reader: ref as unknown as ActorRef<ReaderProtocol> });
  }

  static async open(): Promise<TrafficRig> {
    const folder = await Deno.makeTempDir({ prefix: "dtask-traffic-" });
    const store = await openSqliteStore({ dataDir: folder });
    const reader = new Reader(await openSqliteReader({ dataDir: folder }));
    return new TrafficRig(store, reader, folder);
  }

  count(at: number, more: Partial<Traffic>): Promise<void> {
    return this.store.write((tx) => tx.countTraffic(at, { ...noTraffic(), ...more }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.stop();
    await this.store.close();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

Deno.test("traffic_service sums what lies in each window, and nothing twice", async () => {
  await using rig = await TrafficRig.open();
  // Each a power of ten, so that a sum tells which are in it.
  for (
    const [ago, submitted] of [
      [0, 1],
      [4 * MINUTE, 10],
      [6 * MINUTE, 100],
      [58 * MINUTE, 1_000],
      [70 * MINUTE, 10_000],
      [23 * 60 * MINUTE, 100_000],
      [25 * 60 * MINUTE, 1_000_000],
    ] as const
  ) await rig.count(NOON - ago, { submitted });
  await rig.store.write((tx) => tx.foldTraffic({ from: 0, until: NOON - TRAFFIC.foldAfterMs }));
  const windows = await rig.service.windows(NOON);
  assert.ok(windows.ok);
  const submitted = Object.entries(windows.value).map(([name, view]) => [name, view.submitted]);
  assert.deepEqual(submitted, [["5m", 11], ["1h", 1_111], ["24h", 111_111]]);
});

Deno.test("traffic_service reads most of the day once a minute", async () => {
  await using rig = await TrafficRig.open();
  const longReads = () => rig.read.filter((ms) => ms > 3_600_000).length;
  for (let ms = 0; ms < MINUTE; ms += 20_000) await rig.service.windows(NOON + ms);
  assert.equal(longReads(), 1);
  await rig.service.windows(NOON + MINUTE);
  assert.equal(longReads(), 2);
});

Deno.test("traffic_service gives rates, the share that succeeded, and percentiles", async () => {
  await using rig = await TrafficRig.open();
  const waits = noTraffic().waits.map((_, bucket) => bucket === 10 ? 100 : 0);
  await rig.count(NOON - MINUTE, {
    submitted: 590,
    started: 295,
    finished: { completed: 3, failed: 1, cancelled: 10, skipped: 0 },
    waits,
  });
  const windows = await rig.service.windows(NOON);
  assert.ok(windows.ok);
  const five = windows.value["5m"];
  assert.deepEqual([five.submittedPerSecond, five.startedPerSecond], [2, 1]);
  assert.deepEqual([five.successRate, five.runMs], [0.75, null]);
  assert.deepEqual(five.waitMs, { p50: 768, p95: 998.4, p99: 1_018.9 });
  const quiet = await rig.service.windows(NOON + 10 * MINUTE);
  assert.ok(quiet.ok);
  assert.deepEqual([quiet.value["5m"].successRate, quiet.value["5m"].waitMs], [null, null]);
});

Deno.test("traffic_service gives a point a step, also where there was nothing", async () => {
  await using rig = await TrafficRig.open();
  await rig.count(NOON - 90_000, { submitted: 5 });
  await rig.count(NOON + 500, { submitted: 4 });
  for (
    const [window, points, stepMs] of [["5m", 60, 5_000], ["1h", 60, 60_000], [
      "24h",
      288,
      300_000,
    ]] as const
  ) {
    const history = await rig.service.history(window, NOON + 2_000);
    assert.ok(history.ok);
    assert.deepEqual([history.value.points.length, history.value.stepMs], [points, stepMs]);
    assert.equal(history.value.total.submitted, 9);
    const last = history.value.points.at(-1);
    assert.equal(last?.at, new Date(NOON).toISOString());
    // Of what goes on only the time that is over counts.
    assert.equal(last?.submittedPerSecond, 2);
    const busy = history.value.points.filter((point) => point.submittedPerSecond > 0);
    assert.equal(busy.length, 2);
    assert.equal(busy[0]?.submittedPerSecond, Math.round(5_000 / stepMs * 1_000) / 1_000);
  }
});
