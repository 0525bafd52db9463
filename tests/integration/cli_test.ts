/** The command line as its user has it: a process beside a real node. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { coverageEnv } from "../support/coverage.ts";
import { assertOrder, GRAPHS, readGraph, workflowOf } from "../support/graphs.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

interface CliOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

function spawnCli(words: readonly string[], { env = {} }: CliOptions = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-remote", "--unstable-worker-options"],
      ...["--allow-net", "--allow-read", "--allow-write", "--allow-env"],
      join(ROOT, "main.ts"),
      ...words,
    ],
    cwd: ROOT,
    env: { ...coverageEnv(words[0] ?? ""), ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs one command beside `node`, which it finds by the data folder alone. */
async function dtask(
  node: NodeProcess,
  words: readonly string[],
  options: CliOptions = {},
): Promise<CliOutcome> {
  const child = spawnCli([...words, "--data", node.dataDir], options);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(options.stdin ?? ""));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("cli finds the node of its data folder and submits to it", async (t) => {
  await using node = await startNode();

  await t.step("submit --wait prints the result alone", async () => {
    const { code, out } = await dtask(node, ["submit", "add", "1", "2", "3", "--wait"]);
    assert.deepEqual([code, out], [0, "6\n"]);
  });

  await t.step("submit --wait keeps every digit of 64-bit integers", async () => {
    const { out } = await dtask(node, ["submit", "add", "9007199254740993", "1", "--wait"]);
    assert.equal(out, "9007199254740994\n");
  });

  await t.step("submit --wait answers 1 when the task failed", async () => {
    const { code, out, err } = await dtask(
      node,
      ["submit", "fail", "no luck", "--wait", "--max-attempts", "1"],
    );
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /fail failed \(attempts_exhausted\): Error: no luck/);
  });

  await t.step("submit answers 1 and names what the node refused", async () => {
    const { code, err } = await dtask(node, ["submit", "no.such.task"]);
    assert.equal(code, 1);
    assert.match(err, /^dtask: .*"no\.such\.task"/);
  });

  for (const graph of GRAPHS) {
    await t.step(`workflow --wait runs ${graph} to its end, in order`, async () => {
      const request = workflowOf(readGraph(graph), { id: graph });
      const count = request.tasks.length;
      const stdin = JSON.stringify(request);
      const { code, out, err } = await dtask(node, ["workflow", "-", "--wait"], { stdin });
      assert.equal(code, 0, err);
      assert.equal(out, `${graph}  completed  ${count} completed\n`);
      assert.match(err, new RegExp(`${count}/${count} {2}${count} completed`));
      assertOrder((await node.fetchApi("GET", `/api/workflows/${graph}`)).body.tasks);
    });
  }
});

Deno.test("cli looks at tasks and queues and changes them", async (t) => {
  await using node = await startNode();

  await t.step("get, list and methods show what there is", async () => {
    const submitted = await dtask(node, [
      "submit",
      "echo_string",
      "a",
      "b",
      "--id",
      "e1",
      "--wait",
    ]);
    assert.equal(submitted.out, "a,b\n");
    const task = JSON.parse((await dtask(node, ["get", "e1", "--json"])).out);
    assert.deepEqual([task.id, task.status, task.result], ["e1", "completed", "a,b"]);
    const { items } = JSON.parse((await dtask(node, ["list", "--prefix", "e1", "--json"])).out);
    assert.deepEqual(items.map(({ id }: { readonly id: string }) => id), ["e1"]);
    assert.match((await dtask(node, ["methods"])).out, /^noop {2,}async/m);
  });

  await t.step("queues pause, set and resume a queue", async () => {
    await dtask(node, ["queues", "set", "mail", "--concurrency", "2"]);
    assert.match((await dtask(node, ["queues", "pause", "mail"])).out, /mail {3}paused +2 /);
    const id = (await dtask(node, ["submit", "noop", "--queue", "mail"])).out.split(" ")[0] ?? "";
    assert.equal(JSON.parse((await dtask(node, ["get", id, "--json"])).out).status, "pending");
    assert.match((await dtask(node, ["queues", "resume", "mail"])).out, /mail {3}open +2 /);
  });

  await t.step("cancel and retry change a task", async () => {
    await dtask(node, ["submit", "sleep", "1", "--delay", "1h", "--id", "later"]);
    assert.equal((await dtask(node, ["cancel", "later"])).out, "later  cancelled\n");
    assert.equal((await dtask(node, ["retry", "later"])).code, 0);
    assert.equal((await dtask(node, ["retry", "later"])).code, 1, "it lives again");
  });

  await t.step("cancel and retry change many tasks, and say before how many", async () => {
    for (let i = 0; i < 3; i++) {
      await dtask(node, ["submit", "noop", "--queue", "many", "--delay", "1h"]);
    }
    const many = ["--queue", "many", "--json"];
    const decided = async (...words: string[]) =>
      JSON.parse((await dtask(node, [...words, ...many])).out);
    assert.deepEqual(await decided("cancel", "--dry-run"), { matched: 3, changed: 0 });
    assert.deepEqual(await decided("cancel"), { matched: 3, changed: 3 });
    assert.deepEqual(await decided("cancel"), { matched: 0, changed: 0 });
    assert.deepEqual(await decided("retry", "--dry-run"), { matched: 3, changed: 0 });
    assert.deepEqual(await decided("retry"), { matched: 3, changed: 3 });
    const { items } = await decided("list", "--status", "pending,scheduled");
    assert.equal(items.length, 3);
  });
});

Deno.test("cli bench loads a node and tells what it took", async () => {
  await using node = await startNode({ args: ["--no-grpc"] });
  const { code, out, err } = await dtask(node, ["bench", "--count", "30", "--json"]);
  assert.equal(code, 0, err);
  const { tasks, connections, accepted, finished } = JSON.parse(out);
  assert.deepEqual([tasks, connections], [30, 20]);
  assert.ok(accepted.perSecond > 0 && accepted.p50Ms <= accepted.p99Ms);
  assert.ok(finished.perSecond <= accepted.perSecond);
  const { body } = await node.fetchApi("GET", "/api/tasks?q=bench-&status=completed");
  assert.equal(body.items.length, 30);
  const few = await dtask(node, ["bench", "--count", "3"]);
  assert.match(few.out, /^3 tasks over 20 connections\naccepted .*\nfinished /);
  assert.equal((await dtask(node, ["bench", "--count", "0"])).code, 2);
});

Deno.test("cli makes tokens and checks a node on its machine", async (t) => {
  await using node = await startNode();

  await t.step("token makes one that the node takes", async () => {
    const { out } = await dtask(node, ["token", "--scope", "tasks:read"]);
    const read = await node.fetchApi("GET", "/api/tasks", undefined, { token: out.trim() });
    assert.equal(read.status, 200);
    const write = await node.fetchApi("POST", "/api/tasks", { method: "noop" }, {
      token: out.trim(),
    });
    assert.equal(write.status, 403);
  });

  await t.step("a wrong token is answered with what to do", async () => {
    const { code, err } = await dtask(node, ["list", "--token", "a.b.c"]);
    assert.equal(code, 1);
    assert.match(err, /"dtask token" makes one/);
  });

  await t.step("doctor finds nothing wrong", async () => {
    const { code, out } = await dtask(node, ["doctor", "--http", "127.0.0.1:0", "--no-grpc"]);
    assert.equal(code, 0, out);
    assert.match(out, /^ok {4}secret .*is there and private$/m);
  });
});

Deno.test("cli watch prints changes until it is interrupted", async () => {
  await using node = await startNode();
  const child = spawnCli(["watch", "--queue", "seen", "--json", "--data", node.dataDir]);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const errors = child.stderr.pipeTo(new WritableStream());
  let text = "";
  // The stream stands at an unknown moment: tasks follow each other until one was seen.
  const submitting = new AbortController();
  const submitted = (async () => {
    while (!submitting.signal.aborted) {
      await node.fetchApi("POST", "/api/tasks", { method: "noop", queue: "seen" });
    }
  })();
  while (!text.includes('"completed"')) {
    const { done, value } = await reader.read();
    assert.ok(!done, "watch goes on");
    text += value;
  }
  submitting.abort();
  await submitted;
  child.kill("SIGINT");
  while (!(await reader.read()).done);
  assert.equal((await child.status).code, 0);
  await errors;
  await child.stdin.close();
  const first = JSON.parse(text.slice(0, text.indexOf("\n")));
  assert.equal(first.queue, "seen");
});

Deno.test("cli submit --wait outlasts a node that is killed and started again", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    await using killed = await startNode({ dataDir });
    const child = spawnCli(["submit", "sleep", "1500", "--wait", "--data", dataDir]);
    const errors = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("running")) text += (await errors.read()).value ?? assert.fail(text);
    killed.kill();
    await killed.status;
    await using _again = await startNode({ dataDir, args: ["--http", new URL(killed.url).host] });
    const result = await new Response(child.stdout).text();
    while (!(await errors.read()).done);
    assert.deepEqual([(await child.status).code, result], [0, "1500\n"]);
    await child.stdin.close();
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("cli answers 2 for wrong usage and 1 where no node is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const run = async (...words: string[]) => {
      const child = spawnCli(words, { env: { DTASK_DATA: folder } });
      await child.stdin.close();
      const { code, stderr } = await child.output();
      return { code, err: new TextDecoder().decode(stderr) };
    };
    const wrong = await run("start", "--concurrency", "many");
    assert.deepEqual(wrong, {
      code: 2,
      err: 'dtask: --concurrency takes a whole number from 1 to 10,000, not "many"\n',
    });
    // A port of a listener that is closed again: nothing answers there.
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${listener.addr.port}`;
    listener.close();
    const away = await run("list", "--url", url);
    assert.equal(away.code, 1);
    assert.match(away.err, /Is the node running\?/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
