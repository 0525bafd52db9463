/**
 * A year of ticks on a fake clock, through restarts, clock steps and pauses, held against a second
 * calculation of which ticks there are and a model of what should become of each.
 */
import assert from "node:assert/strict";
import { ManualTimer } from "../../support/manual_timer.ts";
import { ScheduleOracle } from "../../support/schedule_oracle.ts";
import { putSchedule, startedTasks, storedSchedule } from "../../support/schedules.ts";
import { SchedulerRig } from "../../support/scheduler_rig.ts";

const YEAR_START = Date.UTC(2026, 0, 1);
const YEAR_END = Date.UTC(2027, 0, 1);
const [MINUTE, HOUR] = [60_000, 3_600_000];
/** The longest sleep of the scheduler's clock: so much later it notices that the time has jumped. */
const SLEEP_MS = 30_000;

interface Plan {
  readonly cron: string;
  readonly timezone: string;
  readonly catchUpWindowMs?: number;
  /** When it is set up and deleted, where that is not the whole year. */
  readonly from?: string;
  readonly until?: string;
}

const PLANS: readonly Plan[] = [
  { cron: "0 * * 3,4,8,10,11 *", timezone: "Europe/Berlin", catchUpWindowMs: 3 * HOUR },
  { cron: "0 */4 * * *", timezone: "America/Santiago", catchUpWindowMs: 0 },
  { cron: "30 2 * * *", timezone: "Europe/Berlin" },
  { cron: "30 1 * * *", timezone: "America/New_York", catchUpWindowMs: 24 * HOUR },
  { cron: "30 2 * * *", timezone: "America/New_York" },
  { cron: "*/15 1,2 * * 0", timezone: "America/New_York" },
  { cron: "15 1 * * *", timezone: "Europe/Dublin", catchUpWindowMs: 12 * HOUR },
  { cron: "15 2 * * *", timezone: "Australia/Lord_Howe" },
  { cron: "0 0 * * *", timezone: "America/Santiago", catchUpWindowMs: 100 * HOUR },
  { cron: "0 0 * * 5", timezone: "Africa/Cairo" },
  { cron: "0 0 * * *", timezone: "Asia/Beirut", catchUpWindowMs: 6 * HOUR },
  { cron: "30 0 * * 0", timezone: "America/Havana" },
  { cron: "45 2,3 * * *", timezone: "Pacific/Chatham" },
  { cron: "0 9 * * 1-5", timezone: "Asia/Kolkata", catchUpWindowMs: 2 * HOUR },
  { cron: "0 2 1,15 * 0", timezone: "America/St_Johns" },
  { cron: "30 2 * * *", timezone: "Africa/Casablanca" },
  { cron: "0 0 1 * *", timezone: "Pacific/Auckland" },
  { cron: "0 12 28-31 * *", timezone: "UTC", catchUpWindowMs: 72 * HOUR },
  {
    cron: "*/10 * * * *",
    timezone: "Europe/Berlin",
    from: "2026-10-21T12:00:10Z",
    until: "2026-10-27T12:00:10Z",
  },
  {
    cron: "*/20 * * * * *",
    timezone: "Europe/Dublin",
    catchUpWindowMs: HOUR,
    from: "2026-03-28T23:50:10Z",
    until: "2026-03-29T02:10:10Z",
  },
];

/** One schedule with its model. */
interface Subject {
  readonly name: string;
  readonly plan: Plan;
  readonly oracle: ScheduleOracle;
}

/** The node, its clock and the models of all schedules, moved together. */
class YearRun {
  readonly rig: SchedulerRig;
  readonly subjects = new Map<string, Subject>();

  constructor(rig: SchedulerRig) {
    this.rig = rig;
  }

  async set(name: string, plan: Plan): Promise<void> {
    const { cron, timezone, catchUpWindowMs = 10 * MINUTE } = plan;
    await putSchedule(this.rig, name, { cron, timezone, catchUpWindowMs });
    const range = { after: this.rig.now, until: YEAR_END };
    // What is less than a second late counts as on time.
    const window = { catchUpWindowMs: Math.max(catchUpWindowMs, 1_000) };
    const oracle = new ScheduleOracle({ cron, timezone, ...window }, range);
    this.subjects.set(name, { name, plan, oracle });
  }

  async passTo(at: number): Promise<void> {
    await this.rig.passTo(at);
    for (const { oracle } of this.subjects.values()) oracle.passedTo(at);
  }

  /** Stops the node for `ms`, or not at all. */
  async restart(ms = 0): Promise<void> {
    await this.rig.stop();
    this.rig.now += ms;
    await this.rig.start();
    await this.#look();
  }

  /** Sets the system's clock, which makes no timer fire. */
  async step(ms: number): Promise<void> {
    this.rig.now += ms;
    if (ms > 0) await this.rig.passTo(this.rig.now + SLEEP_MS);
    for (const { oracle } of this.subjects.values()) {
      if (ms > 0) oracle.lookedAt(this.rig.now);
    }
  }

  async pause(paused: boolean, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const answer = await this.rig.ask({ kind: "PauseSchedule", name, paused });
      assert.ok(answer.ok);
      const subject = this.subjects.get(name);
      assert.ok(subject);
      subject.oracle.paused = paused;
    }
    if (!paused) await this.#look();
  }

  async #look(): Promise<void> {
    await this.rig.passTo(this.rig.now);
    for (const { oracle } of this.subjects.values()) oracle.lookedAt(this.rig.now);
  }
}

type Disturbance = readonly [at: string, what: (run: YearRun) => Promise<void>];

const NAMES = PLANS.map((_, index) => `plan-${index}`);
const LONG_LIVED = NAMES.filter((_, index) => PLANS[index]?.from === undefined);
const EVEN = LONG_LIVED.filter((_, index) => index % 2 === 0);

/** Ten seconds past the minute, so that no tick falls into the sleep that a step of the clock cuts. */
const DISTURBANCES: readonly Disturbance[] = [
  ["2026-01-10T03:10:10Z", (run) => run.restart(5 * HOUR)],
  ["2026-02-03T11:59:10Z", (run) => run.restart(2 * MINUTE)],
  ["2026-03-08T06:30:00Z", (run) => run.restart()],
  ["2026-03-08T07:00:00Z", (run) => run.restart()],
  ["2026-03-29T00:20:10Z", (run) => run.step(45 * MINUTE)],
  ["2026-03-29T01:15:10Z", (run) => run.step(-50 * MINUTE)],
  ["2026-03-29T01:40:10Z", (run) => run.restart(7 * MINUTE)],
  ["2026-04-04T14:50:10Z", (run) => run.step(20 * MINUTE)],
  ["2026-04-20T10:20:10Z", (run) => run.step(5 * HOUR)],
  ["2026-05-05T15:30:10Z", (run) => run.step(-2 * HOUR)],
  ["2026-06-01T00:10:10Z", (run) => run.pause(true, EVEN)],
  ["2026-06-02T12:10:10Z", (run) => run.pause(true, LONG_LIVED)],
  ["2026-06-03T12:10:10Z", (run) => run.pause(false, LONG_LIVED)],
  ["2026-07-15T08:00:10Z", (run) => run.pause(true, EVEN)],
  ["2026-07-15T09:59:10Z", (run) => run.restart(3 * HOUR)],
  ["2026-07-15T16:00:10Z", (run) => run.step(90 * MINUTE)],
  ["2026-07-15T19:00:10Z", (run) => run.step(-4 * HOUR)],
  ["2026-07-16T02:00:10Z", (run) => run.pause(false, EVEN)],
  ["2026-08-09T12:20:10Z", (run) => run.step(-26 * HOUR)],
  ["2026-09-06T03:59:10Z", (run) => run.restart(26 * HOUR)],
  ["2026-10-24T21:50:10Z", (run) => run.restart(HOUR)],
  ["2026-10-25T00:45:10Z", (run) => run.step(-HOUR)],
  ["2026-10-25T01:15:10Z", (run) => run.step(25 * MINUTE)],
  ["2026-11-01T05:40:10Z", (run) => run.step(-30 * MINUTE)],
  ["2026-11-01T06:10:10Z", (run) => run.restart(40 * MINUTE)],
  ["2026-11-20T00:30:10Z", (run) => run.restart(72 * HOUR)],
  ["2026-12-31T23:20:10Z", (run) => run.step(-10 * MINUTE)],
];

Deno.test("schedules fire every tick of a year once, through restarts, clock steps and pauses", async () => {
  await using rig = await SchedulerRig.open({}, { timer: new ManualTimer(), now: YEAR_START });
  const run = new YearRun(rig);
  for (const [at, act] of script()) {
    // The clock may have been set beyond the time of what comes next.
    if (Date.parse(at) > rig.now) await run.passTo(Date.parse(at));
    await act(run);
  }
  await run.passTo(YEAR_END);
  let [fired, missed] = [0, 0];
  for (const { name, plan, oracle } of run.subjects.values()) {
    const { expected } = oracle;
    const what = `${plan.cron} in ${plan.timezone}`;
    const started = await startedTasks(rig, name);
    assert.deepEqual([...started.keys()].sort(), idsOf(name, expected.fired.keys()), what);
    for (const [nominalAt, noticedAt] of expected.fired) {
      const lateMs = (started.get(idOf(name, nominalAt)) ?? 0) - noticedAt;
      assert.ok(lateMs <= 0 && lateMs >= -SLEEP_MS, `${idOf(name, nominalAt)}: ${lateMs} ms`);
    }
    fired += expected.fired.size;
    missed += expected.missed.length;
    if (plan.until !== undefined) continue;
    const record = await storedSchedule(rig, name);
    assert.equal(record.fired, expected.fired.size, what);
    assert.equal(record.missed, expected.missed.length, what);
    assert.deepEqual([record.skipped, record.refused], [0, 0], what);
  }
  console.log(`${PLANS.length} schedules: ${fired} ticks fired, ${missed} were missed`);
  assert.ok(missed > 100, `only ${missed} ticks were missed: the year was too quiet`);
});

/** Everything that happens, in order of time. */
function script(): readonly Disturbance[] {
  const all: Disturbance[] = [...DISTURBANCES];
  for (const [index, plan] of PLANS.entries()) {
    const name = `plan-${index}`;
    all.push([plan.from ?? "2026-01-01T00:00:00Z", (run) => run.set(name, plan)]);
    if (plan.until === undefined) continue;
    all.push([plan.until, async (run) => {
      const answer = await run.rig.ask({ kind: "DeleteSchedule", name });
      assert.ok(answer.ok);
      run.subjects.get(name)?.oracle.end();
    }]);
  }
  return all.sort(([a], [b]) => Date.parse(a) - Date.parse(b));
}

function idOf(name: string, nominalAt: number): string {
  return `${name}:${new Date(nominalAt).toISOString().slice(0, 19)}Z`;
}

function idsOf(name: string, ticks: Iterable<number>): readonly string[] {
  return [...ticks].map((tick) => idOf(name, tick)).sort();
}
