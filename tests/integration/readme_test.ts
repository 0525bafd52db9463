/**
 * Every code block of the README. After its language each says what it is: `run` for commands that are
 * run here as they are, against a node; the name of a file, which is written and used (the gate checks
 * its types); nothing for commands of which only the words are checked.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CodeBlock, codeBlocks, writeBlocks } from "../../.ci/code_blocks.ts";
import { commandsOf, exportsOf } from "../support/readme.ts";
import { type NodeProcess, startNode, taskRights } from "../support/node_process.ts";
import { FakeWorld } from "../unit/cli/fake_world.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const README = Deno.readTextFileSync(join(ROOT, "README.md"));
const BLOCKS = codeBlocks(README);
/** The address that the README takes a node to have. */
const NODE_URL = "http://127.0.0.1:8080";
/** What the README takes for granted: tasks by these names, and a schedule in a file. */
const OTHER_TASKS = `import { task } from "dtask";
for (const name of ["report.build", "alarm.raise"]) task({ name, run: () => null });`;

Deno.test("README", async (t) => {
  const place = await Deno.makeTempDir({ prefix: "dtask-" });
  await t.step("says of each code block what it is", classifyAll);
  await t.step("names commands, options and tasks that there are", checkUsage);
  await writeFiles(place);
  {
    const args = ["--no-grpc", "--tasks", join(place, "my_tasks")];
    await using node = await startNode({ dataDir: join(place, "data"), cwd: place, args });
    for (const block of BLOCKS.filter(({ role }) => role === "run")) {
      await t.step(`does what line ${block.line} says`, () => runCommands(block, { place, node }));
    }
    await t.step("submits its graph", () => submitGraph({ place, node }));
    await t.step("shows a client that works", () => runClient({ place, node }));
  }
  await t.step("shows a test that passes", () => runTest(place));
  await t.step("shows a program with a node in it that works", () => runProgram(place));
  await Deno.remove(place, { recursive: true });
});

interface Place {
  readonly place: string;
  readonly node: NodeProcess;
}

function classifyAll(): void {
  for (const { line, language, role } of BLOCKS) {
    const isKnown = language === "sh"
      ? ["run", ""].includes(role)
      : ["ts", "json"].includes(language)
      ? role.endsWith(`.${language}`)
      : ["sql", "text"].includes(language) && role === ""; // for a database, for the eye
    assert.ok(
      isKnown,
      `README.md:${line}: say what the block is: run, the name of a file, or text`,
    );
  }
}

async function checkUsage(): Promise<void> {
  // What is run needs no look at its words.
  const scripts = BLOCKS.filter(({ language, role }) => language === "sh" && role === "");
  const env = Object.assign({}, ...scripts.map(({ text }) => exportsOf(text)));
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const world = new FakeWorld({
    env,
    ports: { fetch: () => Promise.reject(new Error("offline")) },
  });
  for (const { line, text } of scripts) {
    for (const [program = "", ...words] of commandsOf(text)) {
      const at = `README.md:${line}: ${[program, ...words].join(" ")}`;
      if (program === "npx") assert.equal(words[1], `deno@${Deno.version.deno}`, at);
      const task = words.indexOf("task");
      const [name = "", ...rest] = words.slice(task + 1).filter((word) => word !== "-q");
      const isTask = ["npx", "deno"].includes(program) && task >= 0;
      if (isTask) assert.ok(name in tasks, `${at}: there is no such task`);
      const usage = program === "dtask" ? words : isTask && name === "dtask" ? rest : null;
      if (usage === null) continue;
      const { code, err } = await world.run(...usage);
      assert.notEqual(code, 2, `${at}: ${err}`);
    }
  }
}

/** Files that the README shows, and those that it takes for granted. */
async function writeFiles(place: string): Promise<void> {
  await writeBlocks(place, README);
  const workflow = JSON.parse(await Deno.readTextFile(join(place, "report.json")));
  await Deno.mkdir(join(place, "bin"));
  for (
    const [name, text] of [
      ["my_tasks/others.ts", OTHER_TASKS],
      ["etl.json", JSON.stringify({ cron: "0 4 * * *", workflow })],
      ["bin/deno", PRETEND_DENO],
    ] as const
  ) await Deno.writeTextFile(join(place, name), text);
  await Deno.chmod(join(place, "bin/deno"), 0o755);
}

/** Tasks of `deno.json` run in the folder of the clone: this runs them as they are, but in `place`. */
const PRETEND_DENO = `#!/bin/sh
[ "$1" = task ] || exec "$REAL_DENO" "$@"
shift
[ "$1" = -q ] && shift
shift
exec "$REAL_DENO" run ${taskRights("dtask").join(" ")} "$CLONE/main.ts" "$@"
`;

async function runCommands({ text }: CodeBlock, at: Place): Promise<void> {
  const output = await runScript(text, at);
  for (const [, printed = ""] of text.matchAll(/# prints (.*)$/gm)) {
    assert.ok(output.split("\n").includes(printed), `${output} has no line ${printed}`);
  }
}

async function submitGraph(at: Place): Promise<void> {
  const [command] = /deno task dtask workflow report\.json --wait/.exec(README) ?? [];
  assert.ok(command !== undefined, "the README says how to submit the graph");
  assert.match(await runScript(command, at), /4 completed/);
}

async function runClient({ place, node }: Place): Promise<void> {
  const program = join(place, "client.ts");
  await Deno.writeTextFile(program, (await Deno.readTextFile(program)).replace(NODE_URL, node.url));
  const output = await execute(
    [Deno.execPath(), "run", "--no-check", "--config", join(ROOT, "deno.json"), "-A", program],
    { place, env: { DTASK_TOKEN: await node.token() } },
  );
  assert.match(output, /^completed half way$/m);
  assert.match(output, /^6$/m);
}

/** Runs the test of a task by the command that stands above it. */
async function runTest(place: string): Promise<void> {
  const text = BLOCKS.find(({ role }) => role === "resize_test.ts")?.text ?? "";
  const [, command = ""] = /^\/\/ resize_test\.ts: deno (.*)$/m.exec(text) ?? [];
  const args = command.replace("dtask/deno.json", join(ROOT, "deno.json")).split(" ");
  const output = await execute(
    [Deno.execPath(), ...args, "--no-check", "resize_test.ts"],
    { place },
  );
  assert.match(output, /\b1 passed\b/);
}

/** Runs the program as the README says, until it has done its work, and stops it. */
async function runProgram(place: string): Promise<void> {
  const file = join(place, "app.ts");
  const app = await Deno.readTextFile(file);
  // A signal that comes before it listens ends it at once: it says when it does.
  const listening = `((ended) => (console.log("listens"), ended))(node.untilStopped())`;
  await Deno.writeTextFile(file, app.replace("node.untilStopped()", listening));
  const script = BLOCKS.find(({ text }) => text.includes("--config dtask/deno.json"))?.text ?? "";
  const [command = ""] = script.split("\n\n");
  const child = new Deno.Command("sh", {
    args: ["-c", `exec ${command.replace("dtask/deno.json", join(ROOT, "deno.json"))}`],
    cwd: place,
    env: { NO_COLOR: "1", DTASK_HTTP: "127.0.0.1:0", DTASK_ADDR: "127.0.0.1:0" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stderr).text();
  let output = "";
  let isAsked = false;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += chunk;
    if (isAsked || !/Hello you.*\nlistens/s.test(output)) continue;
    isAsked = true;
    child.kill("SIGTERM");
  }
  const { code } = await child.status;
  assert.deepEqual([isAsked, code], [true, 0], output + await said);
}

/** Runs a script in `place`; throws with all that it wrote when it fails. */
function runScript(script: string, { place, node }: Place): Promise<string> {
  const text = `set -eu\n${script.replaceAll(NODE_URL, node.url)}`;
  const path = `${join(place, "bin")}:${Deno.env.get("PATH")}`;
  const env = { PATH: path, REAL_DENO: Deno.execPath(), CLONE: ROOT };
  return execute(["sh", "-c", text], { place, env });
}

async function execute(
  [program = "", ...args]: readonly string[],
  { place, env = {} }: {
    readonly place: string;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: place,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout);
  assert.ok(success, output + decoder.decode(stderr));
  return output;
}
