/** Schedules and their decided ticks. */
import assert from "node:assert/strict";
import type { ScheduleRecord, TickRecord } from "../../actors/domain/schedule.ts";
import { LIMITS } from "../../actors/domain/task.ts";
import { ConstraintError, type Store } from "../../actors/storage/port.ts";
import { type ConformanceCase, T0 } from "./store_fixture.ts";

/** A schedule that has been through something, so that no column is at its default. */
function schedule(name: string, more: Partial<ScheduleRecord> = {}): ScheduleRecord {
  const template = { key: null, method: "noop", mode: null, args: '["ü\\u0000"]', deps: ["a"] };
  const given = { triggerRule: null, queue: "q", priority: 1, delayMs: 5, timeoutMs: null };
  const rest = { heartbeatTimeoutMs: null, concurrencyKey: null, retry: null, labels: { k: "v" } };
  return {
    name,
    spec: {
      cron: "* * * * *",
      timezone: "Europe/Berlin",
      overlap: "skip",
      catchUpWindowMs: 1,
      jitterMs: 2,
      target: { kind: "task", task: { ...template, ...given, ...rest } },
    },
    paused: true,
    decidedUntil: T0,
    bufferedAt: T0 + 1,
    fired: 2,
    missed: 3,
    skipped: 4,
    refused: 5,
    lastFiredAt: T0 + 2,
    lastStarted: { kind: "workflow", id: "w" },
    createdAt: T0 + 3,
    updatedAt: T0 + 4,
    ...more,
  };
}

function tick(schedule: string, nominalAt: number, more: Partial<TickRecord> = {}): TickRecord {
  return {
    schedule,
    nominalAt,
    outcome: "fired",
    decidedAt: T0,
    started: { kind: "task", id: `${schedule}:${nominalAt}` },
    error: null,
    ...more,
  };
}

const SKIPPED = { outcome: "skipped", started: null } as const;
const REFUSED = { outcome: "refused", started: null, error: "no\0such method" } as const;

function save(store: Store, ...schedules: readonly ScheduleRecord[]): Promise<void> {
  return store.write(async (tx) => {
    for (const record of schedules) await tx.saveSchedule(record);
  });
}

function insert(store: Store, ...ticks: readonly TickRecord[]): Promise<void> {
  return store.write((tx) => tx.insertTicks(ticks));
}

/** What is kept of schedules and what is known of them. */
const RECORD_CASES: readonly ConformanceCase[] = [
  {
    rule: "saveSchedule keeps every field, over a restart too",
    check: async (under) => {
      const fresh = { paused: false, bufferedAt: null, lastFiredAt: null, lastStarted: null };
      const records = [schedule("a", fresh), schedule("b")];
      await save(under.store, ...records.toReversed());
      await under.reopen();
      assert.deepEqual(await under.reader.listSchedules(), records);
      assert.deepEqual(await under.store.write((tx) => tx.loadSchedules()), records);
      assert.deepEqual(await under.reader.getSchedule("b"), records[1]);
      assert.equal(await under.reader.getSchedule("c"), null);
    },
  },
  {
    rule: "saveSchedule replaces a schedule whole and keeps its ticks",
    check: async ({ store, reader }) => {
      await save(store, schedule("a"));
      await insert(store, tick("a", T0));
      const changed = schedule("a", { fired: 9, spec: { ...schedule("a").spec, jitterMs: 77 } });
      await save(store, changed);
      assert.deepEqual(await reader.listSchedules(), [changed]);
      assert.deepEqual(await reader.listTicks("a", 9), [tick("a", T0)]);
    },
  },
  {
    rule: "findSchedules finds those of the names that there are",
    check: async ({ store }) => {
      await save(store, schedule("a"), schedule("b"));
      const found = await store.write((tx) => tx.findSchedules(["b", "c"]));
      assert.deepEqual([...found], [["b", schedule("b")]]);
    },
  },
  {
    rule: "advanceSchedule writes everything but the spec and the creation",
    check: async ({ store, reader }) => {
      await save(store, schedule("a"), schedule("b"));
      const advanced = schedule("a", {
        paused: false,
        decidedUntil: T0 + 10,
        bufferedAt: null,
        fired: 12,
        missed: 13,
        skipped: 14,
        refused: 15,
        lastFiredAt: T0 + 16,
        lastStarted: { kind: "task", id: "t" },
        updatedAt: T0 + 17,
      });
      const spec = { ...advanced.spec, cron: "1 1 1 1 1" };
      await store.write((tx) => tx.advanceSchedule({ ...advanced, spec, createdAt: 1 }));
      assert.deepEqual(await reader.listSchedules(), [advanced, schedule("b")]);
    },
  },
  {
    rule: "deleteSchedule removes a schedule with its ticks and no other",
    check: async ({ store, reader }) => {
      await save(store, schedule("a"), schedule("b"));
      await insert(store, tick("a", T0), tick("b", T0));
      assert.equal(await store.write((tx) => tx.deleteSchedule("a")), true);
      assert.equal(await store.write((tx) => tx.deleteSchedule("a")), false);
      assert.equal(await reader.listTicks("a", 9), null);
      await save(store, schedule("a"));
      assert.deepEqual(await reader.listTicks("a", 9), []);
      assert.deepEqual(await reader.listTicks("b", 9), [tick("b", T0)]);
    },
  },
];

/** What is kept of ticks. */
const TICK_CASES: readonly ConformanceCase[] = [
  {
    rule: "listTicks answers every field, newest nominal time first, up to the limit",
    check: async ({ store, reader }) => {
      await save(store, schedule("a"));
      const ticks = [
        tick("a", T0 + 1_000),
        tick("a", T0 + 2_000, SKIPPED),
        tick("a", T0 + 3_001, { outcome: "triggered" }),
        tick("a", T0 + 4_000, { ...REFUSED, error: "no such method" }),
      ];
      await insert(store, ...ticks);
      assert.deepEqual(await reader.listTicks("a", 9), ticks.toReversed());
      assert.deepEqual(await reader.listTicks("a", 2), ticks.toReversed().slice(0, 2));
      assert.equal(await reader.listTicks("b", 9), null);
    },
  },
  {
    rule: "insertTicks keeps an error with a NUL in it as text",
    check: async ({ store, reader }) => {
      await save(store, schedule("a"));
      await insert(store, tick("a", T0, REFUSED));
      assert.match((await reader.listTicks("a", 1))?.[0]?.error ?? "", /^no.such method$/u);
    },
  },
  {
    rule: "insertTicks refuses to decide a tick twice, unless it is told to",
    check: async ({ store, reader }) => {
      await save(store, schedule("a"), schedule("b"));
      await insert(store, tick("a", T0, SKIPPED));
      await assert.rejects(insert(store, tick("a", T0)), ConstraintError);
      await insert(store, tick("b", T0));
      assert.deepEqual(await reader.listTicks("a", 9), [tick("a", T0, SKIPPED)]);
      const both = [tick("a", T0), tick("a", T0 + 1_000)];
      await store.write((tx) => tx.insertTicks(both, { replace: true }));
      assert.deepEqual(await reader.listTicks("a", 9), both.toReversed());
    },
  },
  {
    rule: "insertTicks refuses an outcome without what belongs to it",
    check: async ({ store }) => {
      for (
        const more of [
          { started: null },
          { ...SKIPPED, error: "e" },
          { ...REFUSED, error: null },
          { outcome: "triggered", started: null },
        ] as const
      ) {
        await assert.rejects(insert(store, tick("a", T0, more)), ConstraintError);
      }
    },
  },
  {
    rule: "decidedTicks finds those after the one end of a range up to the other",
    check: async ({ store }) => {
      await insert(store, tick("a", T0), tick("a", T0 + 1, SKIPPED), tick("a", T0 + 2));
      await insert(store, tick("a", T0 + 3), tick("b", T0 + 1));
      const range = { after: T0, until: T0 + 2 };
      const found = await store.write((tx) => tx.decidedTicks("a", range));
      assert.deepEqual([...found].sort(), [[T0 + 1, "skipped"], [T0 + 2, "fired"]]);
      assert.equal((await store.write((tx) => tx.decidedTicks("c", range))).size, 0);
    },
  },
  {
    rule: "insertTicks keeps the newest of a schedule, whatever the order they come in",
    check: async ({ store, reader }) => {
      await save(store, schedule("a"), schedule("b"));
      const ticks = Array.from(
        { length: LIMITS.ticksKept + 5 },
        (_, index) => tick("a", T0 + index * 1_000),
      );
      await insert(store, tick("b", T0), ...ticks.slice(3));
      await insert(store, ...ticks.slice(0, 3));
      const kept = await reader.listTicks("a", LIMITS.ticksKept + 10);
      assert.deepEqual(kept, ticks.slice(5).toReversed());
      assert.equal((await reader.listTicks("b", 9))?.length, 1);
    },
  },
];

export const SCHEDULE_CASES: readonly ConformanceCase[] = [...RECORD_CASES, ...TICK_CASES];
