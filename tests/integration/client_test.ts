import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle, bundleClient } from "../../.ci/bundle_client.ts";
import * as library from "../../api/client/mod.ts";
import { EXPECTED, walk } from "../support/client_walk.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NODE_MIN = 20;
/** Operations that may be without a method of their own. */
const LEFT_MAX = 3;

Deno.test("the client library", async (t) => {
  await using node = await startNode({ args: ["--no-grpc"] });
  const token = await node.token();
  await t.step("submits, waits, watches and builds workflows in Deno", async () => {
    assert.deepEqual(await walk({ library, url: node.url, token, place: "deno" }), EXPECTED);
  });
  const version = await nodeVersion();
  await t.step({
    name: `does the same in Node ${version ?? `(left out: there is no Node ${NODE_MIN} or later)`}`,
    ignore: version === null,
    fn: () => walkInNode(node.url, token),
  });
  await t.step("has examples that run", () => runExamples(node.url, token));
  await t.step(
    "sends again what had no answer, and it happens once",
    () => loseAnswers(node.url, token),
  );
  await t.step("reads what is no task, either", async () => {
    const client = new library.Client({ url: node.url, token });
    assert.deepEqual(await client.readiness(), { status: "ready", reasons: [] });
    assert.deepEqual(await client.request("GET", "/readyz"), await client.readiness());
    assert.match(await client.metrics(), /^dtask_tasks_submitted_total\{/m);
    for await (const event of client.followStats()) {
      if (event.kind !== "pulse") continue;
      assert.ok(event.stats.submitted > 0);
      break;
    }
  });
  await t.step("reaches every operation of the REST API", () => reachAll(node));
});

/** Null where it is not installed, or older than what the library asks for. */
async function nodeVersion(): Promise<string | null> {
  try {
    const { stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
    const version = new TextDecoder().decode(stdout).trim();
    return Number(/^v(\d+)\./.exec(version)?.[1]) >= NODE_MIN ? version : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

const PROGRAM = `
  import * as library from "./dtask_client.mjs";
  import { walk } from "./walk.mjs";
  const [url, token] = process.argv.slice(2);
  console.log(JSON.stringify(await walk({ library, url, token, place: "node" })));`;

async function walkInNode(url: string, token: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dtask-" });
  await bundleClient(join(folder, "dtask_client.mjs"));
  await bundle(join(ROOT, "tests/support/client_walk.ts"), join(folder, "walk.mjs"));
  const program = join(folder, "program.mjs");
  await Deno.writeTextFile(program, PROGRAM);
  const { stdout, stderr } = await new Deno.Command("node", { args: [program, url, token] })
    .output();
  const decoder = new TextDecoder();
  assert.equal(decoder.decode(stderr), "");
  assert.deepEqual(JSON.parse(decoder.decode(stdout)), EXPECTED);
  await Deno.remove(folder, { recursive: true });
}

async function runExamples(url: string, token: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // Not checked here: what the runner adds to an example is unused, which counts as an error.
    args: [
      "test",
      "--doc",
      "--no-check",
      "--no-prompt",
      "--allow-net",
      "--allow-env",
      "api/client",
    ],
    cwd: ROOT,
    env: { DTASK_URL: url, DTASK_TOKEN: token, NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stdout) + decoder.decode(stderr));
  assert.match(decoder.decode(stdout), /\b4 passed\b/);
}

/** Every submission reaches the node, and its first answer gets lost. */
async function loseAnswers(url: string, token: string): Promise<void> {
  const seen = new Set<unknown>();
  const client = new library.Client({
    url,
    token,
    retryInitialMs: 1,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method !== "POST" || seen.has(init.body)) return response;
      seen.add(init.body);
      await response.body?.cancel();
      throw new TypeError("the connection was cut");
    },
  });
  const labels = { answer: "lost" };
  const sum = await client.submit("add", [1, 2], { labels });
  const graph = new library.Workflow();
  const product = graph.add("add", [sum.result, 1], { labels });
  await (await client.submitWorkflow(graph)).wait();
  assert.deepEqual([await sum.wait(), await client.task(product).wait()], [3, 4]);
  assert.equal(seen.size, 2);
  assert.equal((await client.list({ label: "answer:lost" })).items.length, 2);
}

/** What the client asks for, with a node that has nothing to say. */
async function reachAll(node: NodeProcess): Promise<void> {
  const asked = new Set<string>();
  const answer = JSON.stringify({ items: [], results: [], nodes: [], nextAfter: null, tasks: [] });
  const client = new library.Client({
    url: "http://node",
    fetch: (input, init) => {
      const path = new URL(String(input)).pathname.replace(/\/NAME\b/, "/{}");
      asked.add(`${init?.method ?? "GET"} ${path}`);
      return Promise.resolve(new Response(answer));
    },
  });
  await callEverything(client);
  const { body } = await node.fetchApi("GET", "/openapi.json");
  const described = Object.entries<Record<string, unknown>>(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/, "{}")}`)
  );
  // Pages for people.
  const programs = described.filter((one) => !["GET /docs", "GET /"].includes(one));
  const left = programs.filter((one) => !asked.has(one));
  // What has just come is reached by `request`; that many mean that the client was forgotten.
  if (left.length > 0) console.log(`without a method of the client's: ${left.join(", ")}`);
  assert.ok(left.length <= LEFT_MAX, left.join(", "));
}

async function callEverything(client: library.Client): Promise<void> {
  await client.submit("x", []);
  await client.submitBatch([]);
  await client.list();
  await client.cancelMany({ ids: [] });
  await client.retryMany({ ids: [] });
  for (const one of ["get", "result", "cancel", "retry", "delete"] as const) {
    await client[one](NAME);
  }
  for (const one of ["attempts", "logs", "dependents", "explain"] as const) await client[one](NAME);
  await client.submitWorkflow(new library.Workflow());
  await client.listWorkflows();
  await client.getWorkflow(NAME);
  await client.workflowRuns(NAME);
  await client.cancelWorkflow(NAME);
  await client.retryWorkflow(NAME);
  await client.deadLetters();
  await client.redrive({ ids: [] });
  await client.discard({ ids: [] });
  await callOperators(client);
  await once(client.events());
  await once(client.followLogs(NAME));
  await once(client.followTask(NAME));
}

const once = async (stream: AsyncGenerator<unknown>) => void await stream.next();
const NAME = "NAME";

async function callOperators(client: library.Client): Promise<void> {
  await client.schedules();
  await client.putSchedule(NAME, { cron: "" });
  for (const one of ["get", "delete", "pause", "resume", "trigger"] as const) {
    await client[`${one}Schedule`](NAME);
  }
  await client.backfillSchedule(NAME, { from: "", until: "" });
  await client.scheduleTicks(NAME);
  await client.queues();
  await client.configureQueue(NAME, {});
  await client.pauseQueue(NAME);
  await client.resumeQueue(NAME);
  await client.methods();
  await client.stats();
  await client.statsHistory();
  await client.system();
  await client.metrics();
  await client.readiness();
  await client.ping();
  await client.openApi();
  await once(client.followStats());
}
