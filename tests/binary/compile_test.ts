import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchApi } from "../support/api_request.ts";
import { signAccessToken } from "../support/access_token.ts";
import { type CompilePair, findCompilePair } from "../support/compile_pair.ts";
import { eventually } from "../support/eventually.ts";
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

/** Starts a node from the binary, runs tasks through REST and the command line, and stops it. */
async function smokeTest(binary: string, folder: string): Promise<void> {
  const node = new Deno.Command(binary, {
    args: ["start", "--no-grpc", "--http", "127.0.0.1:0", "--data", "data"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = new ProcessOutput([node.stdout, node.stderr]);
  let ended = false;
  const status = node.status.finally(() => ended = true);
  try {
    const file = await eventually(async () => {
      if (ended) throw new Error(`The binary ended:\n${await output.ended()}`);
      return await readJson(join(folder, "data", "node.json"));
    }, { what: "the binary's node is ready" });
    const { denoVersion } = await smokeRest(file.http, join(folder, "data", "secret"));
    console.log(`binary: tested REST and the command line, on Deno ${denoVersion}, without gRPC`);
    const sum = await runBinary(binary, folder, ["submit", "add", "2", "3", "--wait"]);
    assert.match(sum, /\b5\b/);
    assert.match(await runBinary(binary, folder, ["methods"]), /\bnoop\b/);
    node.kill("SIGTERM");
    assert.equal((await status).code, 0, output.text());
  } finally {
    if (!ended) node.kill("SIGKILL");
    await status;
    await output.ended();
  }
}

async function smokeRest(
  url: string,
  secretFile: string,
): Promise<{ readonly denoVersion: string }> {
  const token = await signAccessToken((await Deno.readTextFile(secretFile)).trim());
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

async function readJson(path: string): Promise<{ readonly http: string } | null> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}
