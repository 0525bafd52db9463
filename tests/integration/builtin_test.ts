import assert from "node:assert/strict";
import { join } from "node:path";
import { eventually } from "../support/eventually.ts";
import { type NodeProcess, runRefusedNode, startNode } from "../support/node_process.ts";
import { isRunning } from "../support/process_state.ts";
import { hasOpenssl, makeSelfSigned } from "../support/self_signed.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";
import { testOrSkip } from "../support/test_or_skip.ts";

/** What a user's module would do with rights that it was not given. */
const NOSY = (url: string) => `
  import { task } from "dtask";
  await fetch(${JSON.stringify(`${url}/from-a-module`)}).catch(() => {});
  task({ name: "nosy", run: () => null });`;

interface Sites {
  readonly http: string;
  readonly https: string;
  readonly cert: string;
  /** Paths that were asked for. */
  readonly seen: readonly string[];
}

/** Serves the same over HTTP and HTTPS while `work` runs. */
async function withSites(folder: string, work: (sites: Sites) => Promise<void>): Promise<void> {
  const { cert, certFile, keyFile } = await makeSelfSigned(folder);
  const seen: string[] = [];
  const handler = (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    const isFirst = !seen.includes(pathname);
    seen.push(pathname);
    const to = searchParams.get("to");
    if (to !== null) return new Response(null, { status: 302, headers: { location: to } });
    return pathname === "/busy" && isFirst
      ? new Response("come back", { status: 503, headers: { "retry-after": "0" } })
      : Response.json({ path: pathname });
  };
  const base = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const plain = Deno.serve(base, handler);
  const secure = Deno.serve({ ...base, cert, key: await Deno.readTextFile(keyFile) }, handler);
  try {
    await work({
      http: `http://127.0.0.1:${plain.addr.port}`,
      https: `https://localhost:${secure.addr.port}`,
      cert: certFile,
      seen,
    });
  } finally {
    await Promise.all([plain.shutdown(), secure.shutdown()]);
  }
}

/** Runs one task to its end. */
async function run(node: NodeProcess, method: string, input: unknown, more = {}) {
  const { id } = await submitTask(node, { method, args: [input], ...more });
  return await awaitEnd(node, id);
}

/** The processes that a task's program said there are, as far as that is in the log. */
async function pidsInLog(node: NodeProcess, id: string): Promise<readonly number[]> {
  const { body } = await node.fetchApi("GET", `/api/tasks/${id}/logs`);
  const lines: readonly { readonly message: string }[] = body.items;
  return lines.filter(({ message }) => /^\d+$/.test(message)).map(({ message }) => Number(message));
}

/** The process that a task's program said it is; null before its line is in the log. */
async function pidInLog(node: NodeProcess, id: string): Promise<number | null> {
  return (await pidsInLog(node, id))[0] ?? null;
}

const awaitPid = (node: NodeProcess, id: string) =>
  eventually(() => pidInLog(node, id), { what: "the program has said its process id" });
const awaitPids = (node: NodeProcess, id: string, count: number) =>
  eventually(async () => {
    const pids = await pidsInLog(node, id);
    return pids.length === count ? pids : null;
  }, { what: `the program has said ${count} process ids` });
const awaitGone = (pid: number) =>
  eventually(() => !isRunning(pid), { what: `process ${pid} has ended` });

const SLEEPER = { command: "sh", args: ["-c", "echo $$; sleep 600"] };
/** Nothing of it ends for SIGTERM. */
const STUBBORN = {
  command: "sh",
  args: ["-c", "trap '' TERM; sleep 600 & echo $!; echo $$; wait"],
};
/** Writes into `file` that it was asked to end. */
const polite = (file: string) => ({
  command: "sh",
  args: [
    "-c",
    `trap 'echo asked > "$1"; exit' TERM; sleep 600 & echo $!; echo $$; wait`,
    "sh",
    file,
  ],
});

testOrSkip({
  name: "built-in tasks reach outside with rights that are theirs alone",
  skip: await hasOpenssl() ? null : "openssl is not installed",
  fn: async (t) => {
    const folder = await Deno.makeTempDir({ prefix: "dtask-" });
    const dataDir = join(folder, "data");
    await Deno.mkdir(dataDir);
    await withSites(folder, async (sites) => {
      const module = join(folder, "nosy.ts");
      await Deno.writeTextFile(module, NOSY(sites.http));
      const left = await withShell(t, { dataDir, module, sites });
      await withoutShell(t, { dataDir, left });
      await withShellAgain(t, { dataDir, left });
    });
    await Deno.remove(folder, { recursive: true });
  },
});

interface Place {
  readonly dataDir: string;
  readonly module: string;
  readonly sites: Sites;
}

/** Tasks that had not ended when the node stopped. */
interface Left {
  /** Its program ran. */
  readonly ran: string;
  /** It waited for its queue. */
  readonly waited: string;
}

const QUEUE = "later";

async function withShell(
  t: Deno.TestContext,
  { dataDir, module, sites }: Place,
): Promise<Left> {
  await using node = await startNode({
    dataDir,
    task: "start:shell",
    args: [
      ...["--no-grpc", "--tasks", module, "--allow-shell", "--drain-ms", "100"],
      ...["--http-allow", "127.0.0.0/8"],
    ],
    env: { DENO_CERT: sites.cert },
  });
  await requests(t, node, sites);
  await programs(t, node);
  const { id } = await submitTask(node, { method: "shell.run", args: [SLEEPER] });
  const pid = await awaitPid(node, id);
  await node.fetchApi("POST", `/api/queues/${QUEUE}/pause`);
  const echo = { method: "shell.run", args: [{ command: "echo" }], queue: QUEUE };
  const waited = await submitTask(node, echo);
  await node.stop();
  await awaitGone(pid);
  return { ran: id, waited: waited.id };
}

async function requests(t: Deno.TestContext, node: NodeProcess, sites: Sites): Promise<void> {
  await t.step("http.request reaches what the operator allows, over TLS, too", async () => {
    const { result, error } = await run(node, "http.request", { url: `${sites.https}/x` });
    assert.equal(error, null);
    assert.deepEqual((result as Record<string, unknown>)["body"], { path: "/x" });
  });
  await t.step("http.request is tried again when the server is busy", async () => {
    const task = await run(node, "http.request", { url: `${sites.http}/busy` });
    assert.deepEqual([task.status, task.attempt], ["completed", 2]);
  });
  await t.step("http.request goes nowhere else, and never from https into the clear", async () => {
    const { port } = new URL(sites.http);
    const elsewhere = await run(node, "http.request", { url: `http://[::1]:${port}/` });
    assert.equal(elsewhere.reason, "non_retryable");
    assert.match(elsewhere.error?.message ?? "", /"::1" is not of the public internet/);
    const url = `${sites.https}/?to=${encodeURIComponent(`${sites.http}/clear`)}`;
    const downgraded = await run(node, "http.request", { url });
    assert.match(downgraded.error?.message ?? "", /redirected from https to http:.*in the clear/);
    assert.ok(!sites.seen.includes("/clear"));
  });
  await t.step("no module of the user's is loaded where those rights are", async () => {
    assert.equal((await run(node, "nosy", null)).status, "completed");
    assert.ok(!sites.seen.includes("/from-a-module"));
  });
}

async function programs(t: Deno.TestContext, node: NodeProcess): Promise<void> {
  await t.step("shell.run gives exit code and output, and none of the node's secrets", async () => {
    const script = "env; echo loud >&2; exit 0";
    const { result, id } = await run(node, "shell.run", { command: "sh", args: ["-c", script] });
    const { exitCode, stdout, stderr } = result as Record<string, unknown>;
    assert.deepEqual([exitCode, stderr], [0, "loud\n"]);
    assert.doesNotMatch(String(stdout), /DENO_CERT|DTASK/);
    const { body } = await node.fetchApi("GET", `/api/tasks/${id}/logs`);
    const loud = body.items.find((line: { message: string }) => line.message === "loud");
    assert.deepEqual(loud.fields, { stream: "stderr" });
  });
  await t.step("methods show what both take", async () => {
    const { body } = await node.fetchApi("GET", "/api/methods");
    const of = (name: string) => body.items.find((one: { name: string }) => one.name === name);
    assert.deepEqual(of("http.request").inputSchema.prefixItems[0].required, ["url"]);
    assert.deepEqual(of("shell.run").inputSchema.prefixItems[0].required, ["command"]);
  });
  await t.step("a cancelled program is ended", async () => {
    const { id } = await submitTask(node, { method: "shell.run", args: [SLEEPER] });
    const pid = await awaitPid(node, id);
    await node.fetchApi("POST", `/api/tasks/${id}/cancel`);
    assert.equal((await awaitEnd(node, id)).status, "cancelled");
    await awaitGone(pid);
  });
  await t.step("a program that takes too long is ended", async () => {
    const more = { timeoutMs: 1_000, retry: { maxAttempts: 1 } };
    const task = await run(node, "shell.run", SLEEPER, more);
    assert.equal(task.reason, "timeout");
    const pid = await pidInLog(node, task.id); // none, where its time was over before it could say it
    if (pid !== null) await awaitGone(pid);
  });
}

async function withoutShell(
  t: Deno.TestContext,
  { dataDir, left }: { readonly dataDir: string; readonly left: Left },
): Promise<void> {
  await t.step("--allow-shell needs the right to run", async () => {
    const refused = await runRefusedNode({ dataDir, args: ["--allow-shell"] });
    assert.equal(refused.code, 2);
    assert.match(refused.output, /--allow-shell needs the right to run.*deno task start:shell/);
  });
  await using node = await startNode({ dataDir, args: ["--no-grpc"] });
  await t.step(
    "shell.run is not there without --allow-shell, and says how to have it",
    async () => {
      const { status, body } = await node.fetchApi("POST", "/api/tasks", {
        method: "shell.run",
        args: [{ command: "ls" }],
      });
      assert.equal(status, 422);
      assert.match(body.detail, /"shell\.run" is not registered; start a node with --allow-shell/);
      await node.fetchApi("POST", `/api/queues/${QUEUE}/resume`);
      for (const id of [left.ran, left.waited]) {
        const { body } = await node.fetchApi("GET", `/api/tasks/${id}/explain`);
        assert.deepEqual([body.status, body.code], ["pending", "unknown_method"]);
        assert.match(body.change, /Start a node with --allow-shell/);
      }
    },
  );
}

async function withShellAgain(
  t: Deno.TestContext,
  { dataDir, left }: { readonly dataDir: string; readonly left: Left },
): Promise<void> {
  const args = ["--no-grpc", "--allow-shell", "--drain-ms", "0"];
  await using node = await startNode({ dataDir, task: "start:shell", args });
  await t.step("shell.run goes on where it is allowed again", async () => {
    assert.equal((await awaitEnd(node, left.waited)).status, "completed");
    await node.fetchApi("POST", `/api/tasks/${left.ran}/cancel`);
    assert.equal((await awaitEnd(node, left.ran)).status, "cancelled");
  });
  await t.step("a killed node leaves no program running", async () => {
    const file = join(dataDir, "asked");
    const pids = await Promise.all([STUBBORN, polite(file)].map(async (input) => {
      const { id } = await submitTask(node, { method: "shell.run", args: [input] });
      return await awaitPids(node, id, 2);
    }));
    node.kill();
    await node.status;
    await Promise.all(pids.flat().map(awaitGone));
    assert.equal(await Deno.readTextFile(file), "asked\n");
  });
}
