import assert from "node:assert/strict";
import type { LogLineJson } from "../../../api/client/mod.ts";
import {
  eventStream,
  FakeNode,
  json,
  logLine,
  type SeenRequest,
  taskEvent,
  taskJson,
} from "./fake_node.ts";
import { FAKE_NOW, FakeWorld } from "./fake_world.ts";

/** A world that has `node` by `--url`'s variable and a token. */
function worldOf(node: FakeNode, more: { readonly columns?: number } = {}): FakeWorld {
  return new FakeWorld({ env: { DTASK_URL: node.url, DTASK_TOKEN: "t0ken" }, ...more });
}

Deno.test("get shows all of a task without letting its texts steer the terminal", async () => {
  const task = taskJson({
    status: "failed",
    error: { name: "Error", message: "\u001b[2Jgone", stack: null },
    startedAt: "2026-11-21T19:59:31.000Z",
    finishedAt: "2026-11-21T19:59:33.500Z",
    attempt: 2,
    run: 2,
  });
  await using node = new FakeNode({ "GET /api/tasks/task-1": () => json(task) });
  const world = worldOf(node);
  const { code, out } = await world.run("get", "task-1");
  assert.equal(code, 0);
  assert.match(out, /^id {8}task-1\nmethod {4}add\nstatus {4}failed\n/);
  assert.match(out, /attempt {3}2 of 5 {2}\(run 2\)\n/);
  assert.match(out, /created {3}2026-11-21T19:59:30\.000Z {2}\(30s ago\)\n/);
  assert.match(out, /took {6}2\.5s\n/);
  assert.match(out, /error {5}Error: \\x1b\[2Jgone\n$/);
  assert.deepEqual(JSON.parse((await world.run("get", "task-1", "--json")).out), task);
});

Deno.test("list lays tasks out in columns and gathers pages up to its limit", async () => {
  await using node = new FakeNode({
    "GET /api/tasks": ({ query }) =>
      query["cursor"] === undefined
        ? json({ items: [taskJson({ id: "a-long-id" })], nextCursor: "c1" })
        : query["cursor"] === "c1"
        ? json({ items: [], nextCursor: "c2" })
        : json({ items: [taskJson({ id: "b", status: "completed" })], nextCursor: "c3" }),
  });
  const { code, out, err } = await worldOf(node).run(
    ...["list", "--limit", "2", "--status", "failed,cancelled", "--label", "a=b", "--since", "1h"],
    ...["--queue", "q", "--method", "m", "--workflow", "w", "--prefix", "p"],
  );
  assert.equal(code, 0);
  assert.equal(
    out,
    "ID         METHOD  QUEUE    STATUS     TRY  CREATED  TOOK  NOTE\n" +
      "a-long-id  add     default  pending    0/5  30s ago     -\n" +
      "b          add     default  completed  0/5  30s ago     -\n",
  );
  assert.match(err, /--cursor c3/);
  assert.deepEqual(node.seen[0]?.query, {
    status: "failed,cancelled",
    label: "a:b",
    since: "2026-11-21T19:00:00.000Z",
    queue: "q",
    method: "m",
    workflowId: "w",
    q: "p",
    limit: "2",
  });
  assert.equal(node.seen[2]?.query["limit"], "1");
});

Deno.test("list colours statuses on a terminal unless NO_COLOR is set", async () => {
  await using node = new FakeNode({
    "GET /api/tasks": () => json({ items: [taskJson({ status: "failed" })], nextCursor: null }),
  });
  const { out } = await worldOf(node, { columns: 80 }).run("list");
  assert.ok(out.includes("\x1b[31mfailed\x1b[0m"), out);
  const plain = new FakeWorld({ env: { DTASK_URL: node.url, NO_COLOR: "1" }, columns: 80 });
  assert.ok(!(await plain.run("list")).out.includes("\x1b"));
});

Deno.test("watch prints a line a change until it is interrupted", async () => {
  const running = taskJson({ status: "running", progress: { fraction: 0.5, note: null } });
  await using node = new FakeNode({
    "GET /api/events": () =>
      eventStream(
        [taskEvent("1", running), "event: reset\nid: 2\ndata: {}\n\n"],
        { open: true },
      ),
  });
  const lines: string[] = [];
  const world: FakeWorld = new FakeWorld({
    env: { DTASK_URL: node.url },
    ports: {
      stderr: (text) => {
        lines.push(text);
        if (text.includes("missed")) world.interrupt.abort();
      },
    },
  });
  const { code, out } = await world.run("watch", "--queue", "mail");
  assert.equal(code, 0);
  assert.equal(out, "task-1  running    add  50%\n");
  assert.deepEqual(lines, [
    `Watching ${node.url}\n`,
    "dtask: some changes were missed; dtask list shows what there is\n",
  ]);
  assert.equal(node.seen[0]?.query["queue"], "mail");
});

Deno.test("watch tells deletions", async () => {
  await using node = new FakeNode({
    "GET /api/events": () =>
      eventStream([
        'event: deleted\nid: 1\ndata: {"id":"task-1"}\n\n',
        "event: reset\nid: 2\ndata: {}\n\n",
      ], { open: true }),
  });
  for (const [flags, line] of [[[], "task-1  deleted"], [["--json"], '{"deleted":"task-1"}']]) {
    const world: FakeWorld = new FakeWorld({
      env: { DTASK_URL: node.url },
      ports: {
        stderr: (text) => {
          if (text.includes("missed")) world.interrupt.abort();
        },
      },
    });
    assert.equal((await world.run("watch", ...flags as string[])).out, `${line}\n`);
  }
});

Deno.test("cancel says when the code still runs", async () => {
  await using node = new FakeNode({
    "POST /api/tasks/a/cancel": () => json(taskJson({ id: "a", status: "running" }), 202),
    "POST /api/tasks/b/cancel": () => json(taskJson({ id: "b", status: "cancelled" })),
  });
  const world = worldOf(node);
  assert.equal(
    (await world.run("cancel", "a")).out,
    "a  running  it is cancelled when its code has stopped\n",
  );
  assert.equal((await world.run("cancel", "b")).out, "b  cancelled\n");
});

Deno.test("retry sends new arguments where they are given", async () => {
  await using node = new FakeNode({ "POST /api/tasks/a/retry": () => json(taskJson()) });
  const world = worldOf(node);
  assert.equal((await world.run("retry", "a")).code, 0);
  assert.equal((await world.run("retry", "a", "--args", "[1]")).code, 0);
  assert.deepEqual(node.seen.map(({ body }) => body), [null, { args: [1] }]);
  const wrong = await world.run("retry", "a", "--args", "{}");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /--args takes a JSON list, as in \[1,"two"\], not "\{\}"/);
});

/** A node on which each change of many meets `matched` tasks. */
function changingNode(matched: number, more?: true): FakeNode {
  const decide = ({ body }: SeenRequest) => {
    const dryRun = (body as { readonly dryRun?: boolean }).dryRun === true;
    return json({ matched, changed: dryRun ? 0 : matched, ...more ? { more } : {} });
  };
  return new FakeNode({ "POST /api/tasks/cancel": decide, "POST /api/tasks/retry": decide });
}

Deno.test("cancel and retry take many ids, filters or all", async () => {
  await using node = changingNode(2);
  const world = worldOf(node);
  const byIds = await world.run("cancel", "a", "b", "a");
  assert.deepEqual(byIds, { code: 0, out: "2 of 2 tasks cancelled\n", err: "" });
  await world.run("cancel", "--queue", "mail", "--status", "pending,scheduled");
  const asked = await world.run("retry", "--all", "--dry-run");
  assert.equal(asked.out, "2 tasks would be sent round again\n");
  const one = await world.run("retry", "a", "--dry-run", "--args", "[1]", "--json");
  assert.deepEqual(JSON.parse(one.out), { matched: 2, changed: 0 });
  assert.deepEqual(node.seen.map(({ body }) => body), [
    { ids: ["a", "b"] },
    { filter: { queue: "mail", status: ["pending", "scheduled"] } },
    { filter: {}, dryRun: true },
    { ids: ["a"], dryRun: true, args: [1] },
  ]);
  const missing = await world.run("retry", "a", "b", "c");
  assert.deepEqual([missing.code, missing.err], [
    1,
    "dtask: 1 of the ids are no tasks that could be retried\n",
  ]);
});

Deno.test("cancel says when there may be more", async () => {
  await using node = changingNode(100_000, true);
  const world = worldOf(node);
  const { out, err } = await world.run("cancel", "--all");
  assert.equal(out, "100000 of at least 100000 tasks cancelled\n");
  assert.equal(err, "There may be more: run the same again\n");
  const { out: counted } = await world.run("cancel", "--all", "--dry-run");
  assert.equal(counted, "at least 100000 tasks would be cancelled\n");
});

Deno.test("cancel and retry change nothing where it is not said what", async () => {
  await using node = changingNode(0);
  const world = worldOf(node);
  for (const action of ["cancel", "retry"]) {
    const wrong: readonly (readonly string[])[] = [
      [],
      ["--dry-run"],
      ["a", "--all"],
      ["a", "--queue", "q"],
      ["--all", "--status", "failed"],
      ["--status", "failed,done"],
    ];
    for (const words of wrong) {
      const { code, err } = await world.run(action, ...words);
      assert.equal(code, 2, words.join(" "));
      assert.match(err, /^dtask: .*\n$/);
    }
  }
  assert.equal(node.seen.length, 0);
});

Deno.test("logs --follow prints each line once until the task has ended", async () => {
  const line = (id: string, fields: Partial<LogLineJson>) =>
    `event: line\nid: ${id}\ndata: ${JSON.stringify(logLine(fields))}\n\n`;
  const streams = [
    [": ping\n\n", line("1.1", {})],
    [line("1.2", { line: 2, message: "two\u0007", level: "warn", fields: { n: 1 } })],
    ['event: end\ndata: {"status":"completed"}\n\n'],
  ];
  await using node = new FakeNode({
    "GET /api/tasks/a/logs": () => eventStream(streams.shift() ?? []),
  });
  const { code, out } = await worldOf(node).run("logs", "a", "--follow");
  assert.equal(code, 0);
  assert.equal(
    out,
    "2026-11-21T19:59:31.000Z  run 1  info   hello\n" +
      "2026-11-21T19:59:31.000Z  run 1  warn   two\\x07  n=1\n",
  );
});

Deno.test("logs prints all of a log, page by page", async () => {
  await using node = new FakeNode({
    "GET /api/tasks/a/logs": ({ query }) =>
      query["after"] === undefined
        ? json({ items: [logLine()], nextAfter: "1.1" })
        : json({ items: [logLine({ run: 2, message: query["after"] })], nextAfter: null }),
  });
  const { out } = await worldOf(node).run("logs", "a");
  assert.match(out, /run 1 .* hello\n.*run 2 .* 1\.1\n/);
});

Deno.test("queues set keeps the settings that it does not name", async () => {
  const mail = {
    name: "mail",
    paused: true,
    concurrency: 5,
    rateLimit: { limit: 9, perMs: 1_000 },
    weight: 2,
    keyConcurrency: 1,
    counts: { pending: 3, running: 1, blocked: 2, scheduled: 4 },
  };
  await using node = new FakeNode({
    "GET /api/queues": () => json({ items: [mail] }),
    "PUT /api/queues/mail": () => json(mail),
    "PUT /api/queues/new": () => json({ ...mail, name: "new" }),
    "POST /api/queues/mail/pause": () => json(mail),
    "POST /api/queues/mail/resume": () => json({ ...mail, paused: false }),
  });
  const world = new FakeWorld({ env: { DTASK_URL: node.url, DTASK_CONCURRENCY: "77" } });
  assert.equal(
    (await world.run("queues")).out,
    "QUEUE  STATE   LIMIT  PER KEY  RATE  WEIGHT  PENDING  RUNNING  LATER\n" +
      "mail   paused      5        1  9/1s       2        3        1      6\n",
  );
  await world.run("queues", "set", "mail", "--concurrency", "none", "--rate-limit", "100/1m");
  await world.run("queues", "set", "new", "--weight", "7");
  assert.deepEqual(node.seen.filter(({ method }) => method === "PUT").map(({ body }) => body), [
    { concurrency: null, keyConcurrency: 1, rateLimit: { limit: 100, perMs: 60_000 }, weight: 2 },
    { weight: 7 },
  ]);
  assert.match((await world.run("queues", "pause", "mail")).out, /mail {3}paused/);
  assert.match((await world.run("queues", "resume", "mail")).out, /mail {3}open/);
  assert.equal((await world.run("queues", "set", "mail")).code, 2);
  assert.match(
    (await world.run("queues", "set", "mail", "--rate-limit", "5")).err,
    /--rate-limit takes COUNT\/TIME, as in 100\/1s, or none, not "5"/,
  );
});

Deno.test("methods lists what can be submitted", async () => {
  const items = [{ name: "add", aliases: [], mode: "blocking", queue: null, description: "Sums" }];
  await using node = new FakeNode({ "GET /api/methods": () => json({ items }) });
  const world = worldOf(node);
  assert.equal(
    (await world.run("methods")).out,
    "METHOD  MODE      QUEUE    DESCRIPTION\nadd     blocking  default  Sums\n",
  );
  assert.deepEqual(JSON.parse((await world.run("methods", "--json")).out), { items });
});

Deno.test("nodes lists those that share the database", async () => {
  const item = {
    id: "n-1",
    version: "0.1.0",
    address: { http: "http://h:8080", grpc: null },
    state: "active",
    leader: true,
    startedAt: new Date(FAKE_NOW - 3_600_000).toISOString(),
    renewedAt: new Date(FAKE_NOW - 1_000).toISOString(),
    methods: 9,
    load: { slots: 8, held: 2 },
    notReady: [],
    actors: [{ name: "scheduler", state: "ready", restarts: 2 }, {
      name: "http",
      state: "restarting",
      restarts: 1,
    }],
  };
  const gone = {
    ...item,
    id: "n-2",
    state: "lost",
    leader: false,
    address: { http: null, grpc: null },
    actors: [],
  };
  const away = { ...gone, id: "n-3", state: "suspect", notReady: ["the database is away"] };
  const nodes = [item, gone, away];
  await using node = new FakeNode({ "GET /api/system": () => json({ nodes }) });
  const world = worldOf(node);
  assert.equal(
    (await world.run("nodes")).out,
    "NODE  STATE    LEADS  ADDRESS        VERSION  RUNS    RESTARTS  STARTED  RENEWED  TROUBLE\n" +
      "n-1   active   yes    http://h:8080  0.1.0    2 of 8  3         1h ago   1s ago   " +
      "http is restarting\n" +
      "n-2   lost            -              0.1.0    2 of 8            1h ago   1s ago\n" +
      "n-3   suspect         -              0.1.0    2 of 8            1h ago   1s ago   " +
      "the database is away\n",
  );
  assert.deepEqual(JSON.parse((await world.run("nodes", "--json")).out), { items: nodes });
});
