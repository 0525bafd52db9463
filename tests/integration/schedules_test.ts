/** Schedules over a real node: from a request to the tasks that ticks start. */
import assert from "node:assert/strict";
import { runDtask } from "../support/cli_process.ts";
import { eventually } from "../support/eventually.ts";
import { metricTotal } from "../support/node_metrics.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { awaitEnd, getTask, listTasks } from "../support/task_client.ts";

const ARGS = ["--no-grpc"];
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** Beside each other, so that a busy machine leaves no tick out. */
const EVERY_SECOND = { cron: "* * * * * *", method: "noop", overlap: "allow_all" };
/** Fires at no time that a test could see. */
const YEARLY = { cron: "0 0 29 2 *", method: "add", args: [1, 2] };

interface Tick {
  readonly nominalAt: string;
  readonly outcome: string;
  readonly started: { readonly kind: string; readonly id: string } | null;
  readonly error: string | null;
}

async function put(node: NodeProcess, name: string, body: unknown) {
  const answer = await node.fetchApi("PUT", `/api/schedules/${name}`, body);
  assert.ok(answer.status === 201 || answer.status === 200, JSON.stringify(answer.body));
  return answer;
}

async function act(node: NodeProcess, name: string, action: string, body?: unknown) {
  const answer = await node.fetchApi("POST", `/api/schedules/${name}/${action}`, body);
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  return answer.body;
}

async function get(node: NodeProcess, name: string) {
  const { status, body } = await node.fetchApi("GET", `/api/schedules/${name}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** The decided ticks, oldest first. */
async function ticksOf(node: NodeProcess, name: string): Promise<readonly Tick[]> {
  const { status, body } = await node.fetchApi("GET", `/api/schedules/${name}/ticks?limit=500`);
  assert.equal(status, 200, JSON.stringify(body));
  return body.items.toReversed();
}

/** Waits until a tick of a time after `after` is decided. */
function tickAfter(node: NodeProcess, name: string, after: number): Promise<readonly Tick[]> {
  return eventually(async () => {
    const ticks = await ticksOf(node, name);
    return Date.parse(ticks.at(-1)?.nominalAt ?? "") > after ? ticks : null;
  }, { what: `schedule ${name} has a tick after ${new Date(after).toISOString()}` });
}

/** Asserts that each second from the first to the last tick was decided, and no time twice. */
function assertEverySecond(ticks: readonly Tick[]): void {
  const times = ticks.map(({ nominalAt }) => Date.parse(nominalAt));
  const first = times[0] ?? assert.fail("no tick was decided");
  assert.deepEqual(times, times.map((_, i) => first + i * SECOND_MS));
}

Deno.test("schedule of every second starts a task each, not in a pause, and catches up after it", async () => {
  await using node = await startNode({ args: ARGS });
  const before = Date.now();
  const created = await put(node, "beat", { ...EVERY_SECOND, labels: { of: "beat" } });
  assert.deepEqual(
    [created.status, created.headers.get("location")],
    [201, "/api/schedules/beat"],
  );
  const next = created.body.nextFireTimes.map((time: string) => Date.parse(time));
  assert.equal(next.length, 5);
  assert.ok(next[0] > before && next[0] % SECOND_MS === 0);
  const fired = await tickAfter(node, "beat", next[2]);
  assertEverySecond(fired);
  for (const { outcome, started } of fired) {
    assert.equal(outcome, "fired");
    assert.equal((await awaitEnd(node, started?.id ?? "")).status, "completed");
  }

  const paused = await act(node, "beat", "pause");
  assert.equal(paused.paused, true);
  assert.match(paused.note, /^While paused no tick fires\. At resume, ticks of the last 600 s/);
  const atPause = await ticksOf(node, "beat");
  await put(node, "clock", EVERY_SECOND);
  await tickAfter(node, "clock", Date.now() + SECOND_MS);
  assert.deepEqual(await ticksOf(node, "beat"), atPause);

  const resumed = await act(node, "beat", "resume");
  assert.match(resumed.note, /^Resumed: ticks of the last 600 s/);
  const afterwards = await tickAfter(node, "beat", Date.now());
  assertEverySecond(afterwards);
  assert.ok(afterwards.length > atPause.length + 2);
  await assertCounts(node);
});

/** Pauses both schedules and asserts that answers, tasks and the metric count the same. */
async function assertCounts(node: NodeProcess): Promise<void> {
  await act(node, "beat", "pause");
  const { counts, lastFiredAt } = await get(node, "beat");
  const ended = await ticksOf(node, "beat");
  assert.equal(counts.fired, ended.filter(({ outcome }) => outcome === "fired").length);
  assert.deepEqual([counts.skipped, counts.missed, counts.refused], [0, 0, 0]);
  assert.equal((await listTasks(node, "&label=of:beat")).length, counts.fired);
  assert.equal(lastFiredAt, ended.findLast(({ outcome }) => outcome === "fired")?.nominalAt);
  await act(node, "clock", "pause");
  const clock = (await get(node, "clock")).counts;
  await eventually(async () => {
    const metric = await metricTotal(node, "dtask_schedule_ticks_total", { outcome: "fired" });
    return metric === counts.fired + clock.fired;
  }, { what: "the metric has counted every tick" });
}

Deno.test("schedule counts as missed what is older than its window at resume", async () => {
  await using node = await startNode({ args: ARGS });
  await put(node, "beat", { ...EVERY_SECOND, catchUpWindowMs: SECOND_MS });
  await put(node, "clock", EVERY_SECOND);
  await act(node, "beat", "pause");
  await tickAfter(node, "clock", Date.now() + 3 * SECOND_MS);
  assert.match((await act(node, "beat", "resume")).note, /last 1 s .* older ones are counted/);
  await tickAfter(node, "beat", Date.now());
  assert.ok((await get(node, "beat")).counts.missed >= 2);
});

Deno.test("schedule overlaps as its policy says", async () => {
  await using node = await startNode({ args: ARGS });
  const long = { cron: "* * * * * *", method: "sleep", args: [120_000] };
  await put(node, "skip", long);
  await put(node, "buffer", { ...long, overlap: "buffer_one" });
  await put(node, "all", { ...long, overlap: "allow_all" });
  await tickAfter(node, "all", Date.now() + 2 * SECOND_MS);
  const outcomes = async (name: string) =>
    new Set((await ticksOf(node, name)).slice(1).map(({ outcome }) => outcome));
  await eventually(async () => (await outcomes("skip")).has("skipped"), { what: "one is skipped" });
  assert.deepEqual(await outcomes("skip"), new Set(["skipped"]));
  assert.deepEqual(await outcomes("all"), new Set(["fired"]));
  const { bufferedAt, lastStarted } = await eventually(async () => {
    const schedule = await get(node, "buffer");
    return schedule.bufferedAt === null ? null : schedule;
  }, { what: "a tick waits" });
  await node.fetchApi("POST", `/api/tasks/${lastStarted.id}/cancel`);
  const started = await eventually(async () => {
    const schedule = await get(node, "buffer");
    return schedule.lastFiredAt === bufferedAt ? schedule.lastStarted : null;
  }, { what: "the tick that waited has fired" });
  assert.notEqual(started.id, lastStarted.id);
  for (const name of ["skip", "buffer", "all"]) {
    await node.fetchApi("DELETE", `/api/schedules/${name}`);
  }
  for (const { id } of await listTasks(node)) {
    await node.fetchApi("POST", `/api/tasks/${id}/cancel`);
  }
});

Deno.test("schedule fires each tick once over a kill -9", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  try {
    await using killed = await startNode({ dataDir, args: ARGS });
    await put(killed, "beat", { ...EVERY_SECOND, labels: { of: "beat" } });
    const atKill = await tickAfter(killed, "beat", Date.now() + SECOND_MS);
    killed.kill();
    await killed.status;
    await using node = await startNode({ dataDir, args: ARGS });
    const ticks = await tickAfter(node, "beat", Date.now());
    assert.deepEqual(ticks.slice(0, atKill.length), atKill);
    assertEverySecond(ticks);
    assert.deepEqual(new Set(ticks.map(({ outcome }) => outcome)), new Set(["fired"]));
    await act(node, "beat", "pause");
    const ids = (await ticksOf(node, "beat")).map(({ started }) => started?.id ?? "");
    const tasks = await listTasks(node, "&label=of:beat");
    assert.deepEqual(tasks.map(({ id }) => id).toSorted(), ids.toSorted());
    assert.equal((await get(node, "beat")).counts.fired, ids.length);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("schedule's trigger starts its work once, a workflow too", async () => {
  await using node = await startNode({ args: ARGS });
  await put(node, "yearly", YEARLY);
  const triggered = await node.fetchApi("POST", "/api/schedules/yearly/trigger");
  assert.equal(triggered.status, 201);
  const { started, outcome } = triggered.body;
  assert.deepEqual([outcome, started.kind], ["triggered", "task"]);
  assert.equal(triggered.headers.get("location"), `/api/tasks/${started.id}`);
  assert.equal((await awaitEnd(node, started.id)).result, 3);

  const tasks = [
    { key: "a", method: "add", args: [1, 2] },
    { key: "b", method: "add", args: [{ $result: "a" }, 4], deps: ["a"] },
  ];
  await put(node, "graph", { cron: YEARLY.cron, workflow: { name: "etl", tasks } });
  const graph = await act(node, "graph", "trigger");
  assert.equal(graph.started.kind, "workflow");
  const workflow = await eventually(async () => {
    const { body } = await node.fetchApi("GET", `/api/workflows/${graph.started.id}`);
    return body.status === "completed" ? body : null;
  }, { what: "the workflow has completed" });
  assert.equal(workflow.name, "etl");
  const last = workflow.tasks.find(({ key }: { readonly key: string }) => key === "b");
  assert.equal((await getTask(node, last.id)).result, 7);
});

Deno.test("schedule's backfill fires ticks of the past once", async () => {
  await using node = await startNode({ args: ARGS });
  await put(node, "minutely", { ...YEARLY, cron: "* * * * *" });
  const from = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 20 * MINUTE_MS;
  const range = {
    from: new Date(from).toISOString(),
    until: new Date(from + 10 * MINUTE_MS).toISOString(),
  };
  assert.deepEqual(await act(node, "minutely", "backfill", { ...range, dryRun: true }), {
    matched: 10,
    changed: 0,
    unfired: {
      count: 10,
      first: range.from,
      last: new Date(from + 9 * MINUTE_MS).toISOString(),
    },
  });
  assert.deepEqual(await act(node, "minutely", "backfill", range), { matched: 10, changed: 10 });
  assert.deepEqual(await act(node, "minutely", "backfill", range), { matched: 10, changed: 0 });
  const ticks = (await ticksOf(node, "minutely")).slice(0, 10);
  assert.deepEqual(
    ticks.map(({ nominalAt }) => Date.parse(nominalAt)),
    ticks.map((_, i) => from + i * MINUTE_MS),
  );
  for (const tick of ticks) {
    assert.equal((await awaitEnd(node, tick.started?.id ?? "")).result, 3);
  }
  const long = { from: "2024-01-01T00:00:00Z", until: "2024-01-02T00:00:00Z" };
  const refused = await node.fetchApi("POST", "/api/schedules/minutely/backfill", long);
  assert.equal(refused.status, 422, JSON.stringify(refused.body));
  assert.match(refused.body.detail, /1,?000/);
});

Deno.test("schedule that could never start is 422 with a pointer", async () => {
  await using node = await startNode({ args: ARGS });
  const faults: readonly (readonly [string, RegExp, string, unknown])[] = [
    ["/cron", /five fields/, "s", { ...YEARLY, cron: "* * *" }],
    ["/cron", /61/, "s", { ...YEARLY, cron: "61 * * * *" }],
    ["/cron", /no date ever matches/, "s", { ...YEARLY, cron: "0 0 30 2 *" }],
    ["/timezone", /Mars\/Olympus/, "s", { ...YEARLY, timezone: "Mars/Olympus" }],
    ["/method", /"no\.such"/, "s", { ...YEARLY, method: "no.such" }],
    ["/workflow/tasks/0/method", /"no\.such"/, "s", {
      cron: YEARLY.cron,
      workflow: { tasks: [{ key: "a", method: "no.such" }] },
    }],
    ["/path", /A-Z a-z/, "a%20b", YEARLY],
    ["/path", /at most 150/, "x".repeat(151), YEARLY],
  ];
  for (const [pointer, text, name, body] of faults) {
    const answer = await node.fetchApi("PUT", `/api/schedules/${name}`, body);
    const { status, body: { errors, detail } } = answer;
    assert.deepEqual([status, errors?.[0]?.pointer], [422, pointer], detail);
    assert.match(detail, text);
  }
  const tasks = [["a", "b"], ["b", "a"]].map(([key, dep]) => ({
    key,
    method: "noop",
    deps: [dep],
  }));
  const cycle = { cron: YEARLY.cron, workflow: { tasks } };
  const { status } = await node.fetchApi("PUT", "/api/schedules/s", cycle);
  assert.equal(status, 422);
  assert.deepEqual((await node.fetchApi("GET", "/api/schedules")).body, { items: [] });
});

Deno.test("schedule takes its answer back, and is deleted", async () => {
  await using node = await startNode({ args: ARGS });
  const { body } = await put(node, "s", { ...YEARLY, timezone: "Europe/Berlin" });
  const { cron, timezone, overlap, catchUpWindowMs, jitterMs, method, args, workflow } = body;
  const settings = { cron, timezone, overlap, catchUpWindowMs, jitterMs, method, args, workflow };
  const again = await put(node, "s", settings);
  assert.deepEqual({ ...again.body, updatedAt: "" }, { ...body, updatedAt: "" });
  assert.equal((await node.fetchApi("DELETE", "/api/schedules/s")).status, 204);
  assert.equal((await node.fetchApi("GET", "/api/schedules/s")).status, 404);
  assert.equal((await node.fetchApi("DELETE", "/api/schedules/s")).status, 404);
});

Deno.test("cli sets schedules up, changes them and starts their work", async () => {
  await using node = await startNode({ args: ARGS });
  const dtask = (...words: string[]) => runDtask("schedules", ...words, "--data", node.dataDir);
  const run = async (...words: string[]) => {
    const { code, out, err } = await dtask(...words);
    assert.equal(code, 0, err);
    return out;
  };
  await run("set", "nightly", "add", "1", "2", "--cron", "0 3 * * *", "--timezone", "Asia/Tokyo");
  await run("set", "nightly", "--overlap", "buffer_one", "--catch-up", "1h");
  const schedule = JSON.parse(await run("get", "nightly", "--json"));
  assert.deepEqual(
    [schedule.timezone, schedule.overlap, schedule.catchUpWindowMs, schedule.args],
    ["Asia/Tokyo", "buffer_one", 3_600_000, [1, 2]],
  );
  assert.match(await run(), /^nightly +0 3 \* \* \* +Asia\/Tokyo +active +\d{4}-\d\d-\d\d /m);
  assert.match(await run("pause", "nightly"), /paused(.*\n)+\nWhile paused no tick fires\./);
  assert.match(await run("resume", "nightly"), /active(.*\n)+\nResumed: /);
  const id = /started task (\S+)\n/.exec(await run("trigger", "nightly"))?.[1] ?? "";
  assert.equal((await awaitEnd(node, id)).result, 3);
  const range = ["--from", "2024-11-01T00:00:00Z", "--until", "2024-11-03T00:00:00Z"];
  const trial = await run("backfill", "nightly", ...range, "--dry-run");
  assert.match(trial, /^nightly {2}2 ticks, 2 would start: 2024-11-\d\d .* to 2024-11-\d\d .*\n$/);
  assert.equal(await run("backfill", "nightly", ...range), "nightly  2 ticks, 2 started\n");
  assert.match(await run("ticks", "nightly"), /triggered .*\n.* fired .*task nightly:2024-11-02T/);
  const wrong = await dtask("set", "nightly", "--cron", "0 3");
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /cron expression "0 3".*five fields/);
  assert.equal(await run("delete", "nightly"), "nightly  deleted\n");
  assert.equal((await dtask("get", "nightly")).code, 1);
});
