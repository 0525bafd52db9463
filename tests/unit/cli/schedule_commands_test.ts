import assert from "node:assert/strict";
import type { ScheduleJson, TickJson } from "../../../api/client/mod.ts";
import { backfillText } from "../../../api/cli/schedule_text.ts";
import { FakeNode, json, problem } from "./fake_node.ts";
import { FakeWorld } from "./fake_world.ts";

const PATH = "/api/schedules/nightly";

function worldOf(node: FakeNode): FakeWorld {
  return new FakeWorld({ env: { DTASK_URL: node.url, DTASK_TOKEN: "t0ken" } });
}

function scheduleJson(fields: Partial<ScheduleJson> = {}): ScheduleJson {
  return {
    name: "nightly",
    cron: "0 3 * * *",
    timezone: "America/New_York",
    overlap: "skip",
    catchUpWindowMs: 600_000,
    jitterMs: 0,
    paused: false,
    method: "report.build",
    args: ["all"],
    queue: "mail",
    workflow: null,
    nextFireTimes: ["2026-11-22T08:00:00.000Z", "2027-06-23T07:00:00.000Z"],
    bufferedAt: null,
    counts: { fired: 12, missed: 3, skipped: 4, refused: 1 },
    lastFiredAt: "2026-11-21T08:00:00.000Z",
    lastStarted: { kind: "task", id: "t-12" },
    createdAt: "2026-11-01T00:00:00.000Z",
    updatedAt: "2026-11-02T00:00:00.000Z",
    ...fields,
  };
}

const SETTINGS = {
  cron: "0 3 * * *",
  timezone: "America/New_York",
  overlap: "skip",
  catchUpWindowMs: 600_000,
  jitterMs: 0,
  method: "report.build",
  args: ["all"],
  queue: "mail",
  workflow: null,
};

function tick(fields: Partial<TickJson> = {}): TickJson {
  return {
    schedule: "nightly",
    nominalAt: "2026-11-21T08:00:00.000Z",
    outcome: "fired",
    decidedAt: "2026-11-21T08:00:00.002Z",
    started: { kind: "task", id: "t-12" },
    error: null,
    ...fields,
  };
}

Deno.test("schedules lists them with the next time on the user's own clock", async () => {
  const items = [
    scheduleJson(),
    scheduleJson({
      name: "etl",
      paused: true,
      method: null,
      args: null,
      workflow: { name: "load", tasks: null, tasksOmitted: true },
      lastFiredAt: null,
    }),
  ];
  await using node = new FakeNode({ "GET /api/schedules": () => json({ items }) });
  const world = worldOf(node);
  const { code, out } = await world.run("schedules");
  assert.equal(code, 0);
  assert.equal(
    out,
    "SCHEDULE  CRON       ZONE              STATE   NEXT (Europe/Berlin)  LAST     FIRED  MISSED  SKIPPED  REFUSED  STARTS\n" +
      "nightly   0 3 * * *  America/New_York  active  2026-11-22 09:00:00   12h ago     12       3        4        1  report.build\n" +
      "etl       0 3 * * *  America/New_York  paused  -                     -           12       3        4        1  workflow load\n",
  );
  assert.deepEqual(JSON.parse((await world.run("schedules", "--json")).out), { items });
});

Deno.test("schedules get shows the settings and the next times over summer time", async () => {
  const schedule = scheduleJson({ args: ["\u001b[2J"], bufferedAt: "2026-11-21T19:00:00.000Z" });
  await using node = new FakeNode({ [`GET ${PATH}`]: () => json(schedule) });
  const world = worldOf(node);
  const { code, out } = await world.run("schedules", "get", "nightly");
  assert.equal(code, 0);
  assert.match(out, /^cron {10}0 3 \* \* \* {2}in America\/New_York$/m);
  assert.match(out, /^next {10}2026-11-22 09:00:00 {2}\(in 12h\)\n {14}2027-06-23 09:00:00 /m);
  assert.match(out, /^waiting {7}tick of 2026-11-21 20:00:00 {2}\(1h ago\)$/m);
  assert.match(out, /^ticks {9}12 fired {2}3 missed {2}4 skipped {2}1 refused$/m);
  assert.ok(!out.includes("\u001b"));
  const printed = (await world.run("schedules", "get", "nightly", "--json")).out;
  assert.deepEqual(JSON.parse(printed), schedule);
});

Deno.test("schedules set makes a schedule of METHOD, ARGs and options", async () => {
  await using node = new FakeNode({ [`PUT ${PATH}`]: () => json(scheduleJson(), 201) });
  const { code, out } = await worldOf(node).run(
    ...["schedules", "set", "nightly", "report.build", "all", "7", "--cron", "0 3 * * *"],
    ...["--timezone", "Europe/Berlin", "--overlap", "buffer_one", "--catch-up", "1h"],
    ...["--jitter", "30s", "--queue", "mail", "--priority", "-5"],
  );
  assert.equal(code, 0);
  assert.match(out, /^name {10}nightly\n/);
  assert.deepEqual(node.seenOf("PUT", PATH).map(({ body }) => body), [{
    cron: "0 3 * * *",
    timezone: "Europe/Berlin",
    overlap: "buffer_one",
    catchUpWindowMs: 3_600_000,
    jitterMs: 30_000,
    queue: "mail",
    priority: -5,
    method: "report.build",
    args: ["all", 7],
    workflow: null,
  }]);
});

Deno.test("schedules set changes of a known schedule only what is named", async () => {
  await using node = new FakeNode({
    [`GET ${PATH}`]: () => json(scheduleJson()),
    [`PUT ${PATH}`]: () => json(scheduleJson()),
  });
  const world = worldOf(node);
  await world.run("schedules", "set", "nightly", "--cron", "30 3 * * *");
  await world.run("schedules", "set", "nightly", "noop");
  assert.deepEqual(node.seenOf("PUT", PATH).map(({ body }) => body), [
    { ...SETTINGS, cron: "30 3 * * *" },
    { ...SETTINGS, method: "noop", args: [] },
  ]);
});

Deno.test("schedules set takes a file, also one that get has printed", async () => {
  await using node = new FakeNode({ [`PUT ${PATH}`]: () => json(scheduleJson()) });
  const world = worldOf(node);
  const workflow = { tasks: [{ key: "a", method: "add", args: [1] }] };
  const file = '{"cron":"* * * * *","workflow":{"tasks":[{"key":"a","method":"add","args":[1]}]}}';
  world.files.files.set("/home/user/etl.json", file);
  world.files.files.set("/home/user/got.json", JSON.stringify(scheduleJson({ paused: true })));
  world.files.files.set("/home/user/list.json", "[]");
  world.files.files.set("/home/user/bad.json", "{");
  const set = (...words: string[]) => world.run("schedules", "set", "nightly", ...words);
  assert.equal((await set("--file", "etl.json", "--jitter", "5s")).code, 0);
  assert.equal((await set("--file", "got.json")).code, 0);
  assert.deepEqual(node.seen.map(({ body }) => body), [
    { cron: "* * * * *", workflow, jitterMs: 5_000 },
    SETTINGS,
  ]);
  assert.match((await set("--file", "list.json")).err, /list\.json has no settings/);
  assert.match((await set("--file", "bad.json")).err, /bad\.json is not JSON/);
  const missing = await set("--file", "none.json");
  assert.deepEqual([missing.code, missing.err], [2, "dtask: There is no file none.json\n"]);
});

Deno.test("schedules set says what it misses", async () => {
  await using node = new FakeNode({});
  const world = worldOf(node);
  const cases: readonly (readonly [RegExp, ...string[]])[] = [
    [/takes --file, or --cron, METHOD/],
    [/METHOD or --file, not both/, "noop", "--file", "x.json"],
    [/no schedule "nightly" yet, so schedules set takes --cron too/, "noop"],
    [/takes METHOD or --file too/, "--cron", "* * * * *"],
    [/--overlap takes skip, buffer_one or allow_all, not "none"/, "--overlap", "none"],
    [/--priority takes a whole number/, "--priority", "200"],
  ];
  for (const [text, ...words] of cases) {
    const { code, err } = await world.run("schedules", "set", "nightly", ...words);
    assert.equal(code, 2, err);
    assert.match(err, text);
  }
  assert.equal(node.seenOf("PUT", PATH).length, 0);
});

Deno.test("schedules pause and resume pass on what becomes of the ticks", async () => {
  const note = "While paused no tick fires.";
  await using node = new FakeNode({
    [`POST ${PATH}/pause`]: () => json({ ...scheduleJson({ paused: true }), note }),
    [`POST ${PATH}/resume`]: () => json({ ...scheduleJson(), note: "Resumed." }),
  });
  const world = worldOf(node);
  assert.match((await world.run("schedules", "pause", "nightly")).out, /paused(.*\n)+\nWhile pau/);
  assert.match((await world.run("schedules", "resume", "nightly")).out, /active(.*\n)+\nResumed/);
  const printed = JSON.parse((await world.run("schedules", "pause", "nightly", "--json")).out);
  assert.equal(printed.note, note);
});

Deno.test("schedules trigger, backfill, ticks and delete act on one", async () => {
  const done = { matched: 5, changed: 4 };
  const [first, last] = ["2026-11-21T18:00:00.000Z", "2026-11-21T19:30:00.000Z"];
  const trial = { matched: 5, changed: 0, unfired: { count: 4, first, last } };
  const ticks = [
    tick({ outcome: "refused", started: null, error: 'no method "x"\n' }),
    tick(),
  ];
  await using node = new FakeNode({
    [`POST ${PATH}/trigger`]: () => json(tick(), 201),
    [`POST ${PATH}/backfill`]: ({ body }) =>
      json((body as { dryRun?: true }).dryRun ? trial : done),
    [`GET ${PATH}/ticks`]: () => json({ items: ticks }),
    [`DELETE ${PATH}`]: () => new Response(null, { status: 204 }),
  });
  const world = worldOf(node);
  const run = (action: string, ...words: string[]) =>
    world.run("schedules", action, "nightly", ...words);
  assert.equal((await run("trigger")).out, "nightly  started task t-12\n");
  assert.deepEqual(JSON.parse((await run("trigger", "--json")).out), tick());
  assert.equal((await run("backfill", "--from", "2h")).out, "nightly  5 ticks, 4 started\n");
  assert.deepEqual(node.seenOf("POST", `${PATH}/backfill`)[0]?.body, {
    from: "2026-11-21T18:00:00.000Z",
    until: "2026-11-21T20:00:00.000Z",
  });
  assert.equal(
    (await run("backfill", "--from", "2h", "--dry-run")).out,
    "nightly  5 ticks, 4 would start: 2026-11-21 19:00:00 to 2026-11-21 20:30:00\n",
  );
  assert.equal(
    backfillText({ ...trial, unfired: { count: 1, first, last: first } }, "UTC"),
    "5 ticks, 1 would start: 2026-11-21 18:00:00",
  );
  assert.equal(
    backfillText({ ...trial, unfired: { count: 0, first: null, last: null } }, "UTC"),
    "5 ticks, 0 would start",
  );
  assert.equal((await run("backfill")).code, 2);
  assert.equal(
    (await run("ticks", "--limit", "7")).out,
    "TICK (Europe/Berlin)  OUTCOME  DECIDED              STARTED    NOTE\n" +
      '2026-11-21 09:00:00   refused  2026-11-21 09:00:00  -          no method "x"\n' +
      "2026-11-21 09:00:00   fired    2026-11-21 09:00:00  task t-12\n",
  );
  assert.deepEqual(node.seenOf("GET", `${PATH}/ticks`)[0]?.query, { limit: "7" });
  assert.deepEqual(JSON.parse((await run("ticks", "--json")).out), { items: ticks });
  assert.equal((await run("delete")).out, "nightly  deleted\n");
  assert.deepEqual(JSON.parse((await run("delete", "--json")).out), {
    name: "nightly",
    deleted: true,
  });
});

Deno.test("schedules trigger is not repeated when its outcome is unknown", async () => {
  await using node = new FakeNode({
    [`POST ${PATH}/trigger`]: () => problem(503, { code: "outcome_unknown", detail: "cut" }),
  });
  assert.equal((await worldOf(node).run("schedules", "trigger", "nightly")).code, 1);
  assert.equal(node.seen.length, 1);
});
