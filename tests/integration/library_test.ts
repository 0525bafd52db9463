import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "../../mod.ts";
import { eventually } from "../support/eventually.ts";
import { ProcessOutput } from "../support/process_output.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = join(ROOT, "tests", "support", "programs", "greeter.ts");
const QUIET = { http: "127.0.0.1:0", grpc: false, logLevel: "error" } as const;
/** Those of `deno task start`. */
const RIGHTS = ["--no-prompt", "--allow-net", "--allow-read", "--allow-write", "--allow-env"];
const UNSTABLE = ["--unstable-worker-options", "--unstable-no-legacy-abort"];

Deno.test("library: a program with a node and tasks of its own runs, stops in order and goes on", async () => {
  const data = await Deno.makeTempDir({ prefix: "dtask-library-" });
  try {
    const first = await runProgram(data);
    assert.equal(first.result, "Hello you");
    await using node = await start({ ...QUIET, data });
    const { status, method } = await node.client.get(first.id);
    assert.deepEqual([status, method], ["completed", "greet"]);
    const methods = await node.client.methods();
    assert.ok(!methods.some(({ name }) => name === "greet"), "its module is not this program's");
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("library: a node answers its own client, frees its folder, and can be started again", async () => {
  const data = await Deno.makeTempDir({ prefix: "dtask-library-" });
  try {
    const tasks = new URL("../support/programs/greeter.ts", import.meta.url);
    const node = await start({ ...QUIET, data, tasks });
    assert.equal(node.grpcAddress, null);
    const { id } = await node.client.submit({ method: "greet", args: ["again"] });
    assert.equal((await node.client.result(id, { waitMs: 60_000 })).result, "Hello again");
    await assert.rejects(start({ ...QUIET, data }), /data folder/);
    const stops = await Promise.all([node.stop(), node.stop()]);
    assert.deepEqual(stops, [0, 0]);
    await using again = await start({ ...QUIET, data, tasks: fileURLToPath(tasks) });
    assert.equal((await again.client.get(id)).status, "completed");
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("library: wrong options are refused by name, and nothing is left running", async () => {
  const data = await Deno.makeTempDir({ prefix: "dtask-library-" });
  try {
    await assert.rejects(start({ ...QUIET, data, http: "nowhere" }), {
      name: "TypeError",
      message: /^Cannot start: --http takes .*, not "nowhere"$/,
    });
    await assert.rejects(start({ ...QUIET, data, executors: 0 }), /--executors takes/);
    const unknown: object = { ...QUIET, data, port: 1 };
    await assert.rejects(start(unknown), /^TypeError: Cannot start: there is no option port; take/);
    await assert.rejects(start({ ...QUIET, data, tasks: join(data, "none") }), /no such folder/);
    const broken = join(data, "broken.ts");
    await Deno.writeTextFile(broken, "throw new Error('not today');");
    await assert.rejects(start({ ...QUIET, data, tasks: broken }), /not today/);
    await using node = await start({ ...QUIET, data });
    assert.match(node.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

interface Printed {
  readonly url: string;
  readonly id: string;
  readonly result: string;
}

/** Runs the program until it has printed what it did, then ends it as a service manager would. */
async function runProgram(data: string): Promise<Printed> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...RIGHTS, ...UNSTABLE, `--config=${ROOT}deno.json`, PROGRAM, data],
    cwd: data,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = new ProcessOutput([child.stdout, child.stderr]);
  let ended = false;
  const status = child.status.finally(() => ended = true);
  try {
    const line = await eventually(() => {
      if (ended) throw new Error(`The program ended:\n${output.text()}`);
      return output.text().split("\n").find((line) => line.startsWith('{"url"')) ?? null;
    }, { what: "the program has printed its result", deadlineMs: 120_000 });
    child.kill("SIGTERM");
    assert.equal((await status).code, 0, output.text());
    return JSON.parse(line);
  } finally {
    if (!ended) child.kill("SIGKILL");
    await status;
    await output.ended();
  }
}
