import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeAny } from "../support/encode_any.ts";
import { fetchApi } from "../support/api_request.ts";
import { signAccessToken } from "../support/access_token.ts";
import { type CompilePair, findCompilePair } from "../support/compile_pair.ts";
import { eventually } from "../support/eventually.ts";
import { GrpcClient } from "../support/grpc_client.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { ProcessOutput } from "../support/process_output.ts";
import { testOrSkip } from "../support/test_or_skip.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const pair = await findCompilePair();

testOrSkip({
  name: "binary serves REST and the command line from an empty folder",
  skip: typeof pair === "string" ? pair : null,
  fn: async () => {
    assert.ok(typeof pair !== "string");
    const folder = await Deno.makeTempDir({ prefix: "dtask-binary-" });
    try {
      const binary = await compile(folder, pair);
      const empty = join(folder, "empty");
      await Deno.mkdir(empty);
      const compiledWith = await runBinary(binary, empty, ["--version"]);
      console.log(`binary: ${compiledWith.trim()}`);
      await smokeTest(binary, empty);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

testOrSkip({
  name: "binary of a user's program has the node and the program's own tasks in it",
  skip: typeof pair === "string" ? pair : null,
  fn: async () => {
    assert.ok(typeof pair !== "string");
    const folder = await Deno.makeTempDir({ prefix: "dtask-program-" });
    try {
      const binary = join(folder, "greeter");
      await compileProgram(binary, pair);
      const program = new Deno.Command(binary, { args: ["data"], cwd: folder, stdout: "piped" })
        .spawn();
      const output = new ProcessOutput([program.stdout]);
      const printed = () => /"result":"Hello you"/.test(output.text());
      try {
        await eventually(printed, { what: "its task has run", deadlineMs: 120_000 });
        program.kill("SIGTERM");
        assert.equal((await program.status).code, 0, output.text());
      } catch (error) {
        program.kill("SIGKILL");
        throw error;
      } finally {
        await program.status;
        await output.ended();
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** As the README says, and what an older Deno needs besides. */
async function compileProgram(binary: string, { env }: CompilePair): Promise<void> {
  const foreign = Deno.env.get("DENO_FOR_COMPILE") ?? env["DENO_FOR_COMPILE"];
  const { success, stderr } = await new Deno.Command(foreign ?? Deno.execPath(), {
    args: [
      ...["compile", "--quiet", "--no-check", "--no-prompt", "--config=deno.json"],
      ...["--allow-net", "--allow-read", "--allow-write", "--allow-env"],
      "--unstable-worker-options",
      ...(foreign === undefined ? [] : ["--no-lock", "--unstable-raw-imports"]),
      ...["actors", "api/rest", "api/grpc"].map((path) => `--include=${path}`),
      ...[`--output=${binary}`, "tests/support/programs/greeter.ts"],
    ],
    cwd: ROOT,
    env: { ...env, RUST_MIN_STACK: String(256 << 20) },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

async function compile(folder: string, { env }: CompilePair): Promise<string> {
  const binary = join(folder, "dtask");
  const rights = ["--no-prompt", "--allow-read", "--allow-write", "--allow-env", "--allow-run"];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...rights, ".ci/compile.ts", "--output", binary],
    cwd: ROOT,
    env: { ...env },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return binary;
}

/** Runs tasks through a node of the binary: REST, the command line, and gRPC where its Deno can. */
async function smokeTest(binary: string, folder: string): Promise<void> {
  const args = ["--no-grpc", "--http-allow", "127.0.0.1"];
  const denoVersion = await withNode(binary, { folder, args }, async ({ http }) => {
    const { denoVersion } = await smokeRest(http, await adminToken(folder));
    const sum = await runBinary(binary, folder, ["submit", "add", "2", "3", "--wait"]);
    assert.match(sum, /\b5\b/);
    assert.match(await runBinary(binary, folder, ["methods"]), /\bnoop\b/);
    // What `http.request` loads when it is called is in the binary, too.
    const input = JSON.stringify({ url: `${http}/healthz` });
    const asked = await runBinary(binary, folder, ["submit", "http.request", input, "--wait"]);
    assert.match(asked, /"status":\s*200/);
    return denoVersion;
  });
  const tasks = await bundle(folder);
  await withNode(binary, { folder, args: ["--no-grpc", "--tasks", tasks] }, async () => {
    const twice = await runBinary(binary, folder, ["submit", "bundled.twice", "21", "--wait"]);
    assert.match(twice, /\b42\b/);
  });
  const grpc = servesGrpc(denoVersion);
  if (grpc) {
    const args = ["--addr", "127.0.0.1:0"];
    await withNode(binary, { folder, args }, async (node) => {
      using client = new GrpcClient(node.grpc ?? "", { token: await adminToken(folder) });
      const request = { method: "add", args: [2, 3].map((value) => encodeAny(value)) };
      assert.equal((await client.submit(request)).result, "5");
    });
  }
  await smokeSharedDatabase(binary, folder);
  const tested = `REST${grpc ? ", gRPC" : ""}, PostgreSQL and the command line`;
  console.log(`binary: tested ${tested} on Deno ${denoVersion}${grpc ? "" : ", without gRPC"}`);
}

/** A user's tasks as JavaScript; answers their folder. */
async function bundle(folder: string): Promise<string> {
  const output = join(folder, "tasks");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "bundle", "tests/support/task_modules/bundled", "--output", output],
    cwd: ROOT,
    stdin: "null",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return output;
}

/** The same over a PostgreSQL, of which the data folder holds nothing. */
async function smokeSharedDatabase(binary: string, folder: string): Promise<void> {
  await using server = await startPostgres({ fsync: false });
  const { url } = await server.createDatabase();
  const secret = crypto.randomUUID();
  const env = { DTASK_DATABASE_URL: url, DTASK_JWT_SECRET: secret };
  await withNode(binary, { folder, args: ["--no-grpc"], env }, async ({ http }) => {
    await smokeRest(http, await signAccessToken(secret));
  });
}

/** Older ones have no HTTP/2 server that grpc-js could use. */
function servesGrpc(denoVersion: string): boolean {
  const [major = 0, minor = 0] = denoVersion.split(".").map(Number);
  return major > 2 || major === 2 && minor >= 8;
}

interface BinaryNode {
  readonly folder: string;
  /** Arguments of `start` besides those for REST and data. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a node of the binary in `folder`, and stops it in order after `use`. */
async function withNode<T>(
  binary: string,
  { folder, args, env = {} }: BinaryNode,
  use: (address: NodeAddress) => Promise<T>,
): Promise<T> {
  const node = new Deno.Command(binary, {
    args: ["start", "--http", "127.0.0.1:0", "--data", "data", ...args],
    cwd: folder,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = new ProcessOutput([node.stdout, node.stderr]);
  let ended = false;
  const status = node.status.finally(() => ended = true);
  try {
    const address = await eventually(async () => {
      if (ended) throw new Error(`The binary ended:\n${await output.ended()}`);
      return await readAddress(join(folder, "data", "node.json"), node.pid);
    }, { what: "the binary's node is ready" });
    const value = await use(address);
    node.kill("SIGTERM");
    assert.equal((await status).code, 0, output.text());
    return value;
  } finally {
    if (!ended) node.kill("SIGKILL");
    await status;
    await output.ended();
  }
}

async function adminToken(folder: string): Promise<string> {
  return await signAccessToken((await Deno.readTextFile(join(folder, "data", "secret"))).trim());
}

async function smokeRest(
  url: string,
  token: string,
): Promise<{ readonly denoVersion: string }> {
  const graph = {
    tasks: [
      { key: "sum", method: "add", args: [1, 2] },
      { key: "total", method: "add", args: [{ $result: "sum" }, 10], deps: ["sum"] },
    ],
  };
  const submitted = await fetchApi(`${url}/api/workflows`, "POST", graph, { token });
  assert.equal(submitted.status, 201, JSON.stringify(submitted.body));
  await eventually(async () => {
    const path = `${url}/api/workflows/${submitted.body.id}`;
    const { body } = await fetchApi(path, "GET", undefined, { token });
    assert.notEqual(body.status, "failed", JSON.stringify(body));
    return body.status === "completed";
  }, { what: "the workflow has completed" });
  const { body: page } = await fetchApi(`${url}/`, "GET", undefined, { token: null });
  const assets = [...String(page).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)];
  assert.equal(assets.length, 2, "the dashboard is in the binary");
  for (const [, path] of assets) {
    const asset = await fetchApi(`${url}${path}`, "GET", undefined, { token: null });
    assert.ok(asset.status === 200 && asset.body.length > 10_000, String(path));
  }
  return (await fetchApi(`${url}/api/system`, "GET", undefined, { token })).body;
}

async function runBinary(binary: string, cwd: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(binary, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, `${args.join(" ")}: ${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

interface NodeAddress {
  readonly http: string;
  readonly grpc: string | null;
}

/** What the node of `pid` wrote; null before that. */
async function readAddress(path: string, pid: number): Promise<NodeAddress | null> {
  try {
    const file = JSON.parse(await Deno.readTextFile(path));
    return file.pid === pid ? file : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}
