import assert from "node:assert/strict";
import type { TaskValue } from "../../../mod.ts";
import { OutputLines } from "../../../tasks/builtin/shell/output_lines.ts";
import { OutputTail } from "../../../tasks/builtin/shell/output_tail.ts";
import { childrenOf, isRunning } from "../../support/process_state.ts";
import { eventually } from "../../support/eventually.ts";
import { runBuiltin, type RunBuiltinOptions } from "./run_builtin.ts";

const encoder = new TextEncoder();

interface Line {
  readonly message: string;
  readonly stream: unknown;
}

interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
}

/** Runs `script` in a shell. */
async function sh(
  script: string,
  more: Readonly<Record<string, TaskValue>> = {},
  options: RunBuiltinOptions = {},
): Promise<Result> {
  const input = { command: "sh", args: ["-c", script], ...more };
  return await runBuiltin("shell.run", [input], options) as Result;
}

Deno.test("shell.run returns what the program wrote, and logs it line by line", async () => {
  const lines: Line[] = [];
  const onLine: RunBuiltinOptions["onLine"] = (message, { stream }) =>
    lines.push({ message, stream });
  const result = await sh("echo one; printf 'two\\r\\nthree'; echo oops >&2", {}, { onLine });
  assert.deepEqual(result, {
    exitCode: 0,
    stdout: "one\ntwo\r\nthree",
    stderr: "oops\n",
    truncated: false,
  });
  const of = (stream: string) =>
    lines.filter((line) => line.stream === stream).map(({ message }) => message);
  assert.deepEqual(of("stdout"), ["one", "two", "three"]);
  assert.deepEqual(of("stderr"), ["oops"]);
});

Deno.test("shell.run fails with the exit code and the end of what the program said", async () => {
  await assert.rejects(sh("echo never mind; echo broken >&2; exit 3"), {
    name: "Error",
    message: '"sh" exited with code 3: broken',
  });
  await assert.rejects(sh("echo all there is; exit 1"), /exited with code 1: all there is$/);
  await assert.rejects(sh("kill -KILL $$"), { message: '"sh" was ended by SIGKILL' });
});

Deno.test("shell.run hands arguments and input over as they are", async () => {
  const args = ["-c", 'printf "%s|" "$@"; cat', "sh", "a b", "$HOME", "*", ""];
  const { stdout } = await sh("", { args, stdin: "from outside" });
  assert.equal(stdout, "a b|$HOME|*||from outside");
  const bytes = new Uint8Array([104, 105]);
  assert.equal((await sh("cat", { stdin: bytes })).stdout, "hi");
  assert.equal((await sh("cat")).stdout, "", "without input there is an empty one");
  assert.equal((await sh("exit 0", { stdin: "x".repeat(1 << 20) })).exitCode, 0, "nobody reads it");
});

Deno.test("shell.run gives a program the harmless part of the environment, and what is asked", async () => {
  Deno.env.set("DTASK_JWT_SECRET_OF_THIS_TEST", "hush");
  const { stdout } = await sh('env; echo "in $(pwd)"', { env: { OWN: "1" }, cwd: "/" });
  Deno.env.delete("DTASK_JWT_SECRET_OF_THIS_TEST");
  assert.doesNotMatch(stdout, /DTASK|hush/);
  assert.match(stdout, /^PATH=/m);
  assert.match(stdout, /^OWN=1$/m);
  assert.match(stdout, /^in \/$/m);
});

Deno.test("shell.run keeps the end of a long output, and a bounded part of it", async () => {
  const script = "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done";
  const { stdout, truncated } = await sh(script);
  assert.equal(truncated, true);
  assert.equal(stdout.length, 64 << 10);
  assert.match(stdout, /line 19999\n$/);
});

Deno.test("shell.run says that a program can't be started, and does not try again", async () => {
  for (const input of [{ command: "no-such-program" }, { command: "sh", cwd: "/no/such/folder" }]) {
    await assert.rejects(runBuiltin("shell.run", [input]), {
      name: "NonRetryableError",
      message: /^Cannot start "(no-such-program|sh)": /,
    });
  }
});

Deno.test("shell.run ends the program and all that it started with its signal", async (t) => {
  const begin = async (script: string) => {
    const controller = new AbortController();
    const pids = Promise.withResolvers<readonly number[]>();
    const options: RunBuiltinOptions = {
      signal: controller.signal,
      onLine: (message) => pids.resolve(message.split(" ").map(Number)),
    };
    const running = sh(script, {}, options);
    running.catch(() => {}); // looked at below
    return {
      controller,
      running,
      pids: await Promise.race([pids.promise, running.then(() => [])]),
    };
  };
  const script = "sleep 600 & echo $$ $!; wait";
  for (const [name, prefix] of [["by asking", ""], ["by force", "trap '' TERM; "]] as const) {
    await t.step(name, async () => {
      const { controller, running, pids } = await begin(prefix + script);
      assert.equal(pids.length, 2);
      assert.ok(pids.every(isRunning));
      controller.abort(new Error("cancelled"));
      await assert.rejects(running, /^Error: cancelled$/);
      await eventually(() => !pids.some(isRunning), { what: "all of it has ended" });
    });
  }
  await t.step("what the program leaves behind ends with it", async () => {
    const { running, pids } = await begin("sleep 600 & echo $!");
    assert.equal((await running).exitCode, 0);
    await eventually(() => !pids.some(isRunning), { what: "all of it has ended" });
    assert.deepEqual(childrenOf(Deno.pid), [], "nobody watches over it any more");
  });
  await t.step("before it has begun", async () => {
    const signal = AbortSignal.abort(new Error("too late"));
    await assert.rejects(sh("echo $$", {}, { signal }), /^Error: too late$/);
  });
});

Deno.test("shell.run says what is wrong with its input", async () => {
  const faults: readonly [TaskValue, RegExp][] = [
    ["ls", /0: must be a map, not a string/],
    [{}, /0\.command: is missing/],
    [{ command: "" }, /0\.command: must be a text/],
    [{ command: "ls", args: "-l" }, /0\.args: must be an array/],
    [{ command: "ls", args: ["a\0b"] }, /0\.args/],
    [{ command: "ls", env: { "A=B": "c" } }, /0\.env/],
    [{ command: "ls", shell: true }, /0\.shell: is unknown; there are command, args/],
  ];
  for (const [input, message] of faults) {
    await assert.rejects(runBuiltin("shell.run", [input]), message);
  }
});

Deno.test("output lines come whole however they are cut, and long ones in pieces", () => {
  const bytes = encoder.encode("grüß\r\n\nabcdefghij\nrest");
  for (let size = 1; size <= bytes.length; size++) {
    const lines: string[] = [];
    const output = new OutputLines(4, (line) => lines.push(line));
    for (let at = 0; at < bytes.length; at += size) output.add(bytes.subarray(at, at + size));
    output.end();
    assert.deepEqual(lines, ["grüß", "", "abcd", "efgh", "ij", "rest"], `pieces of ${size}`);
  }
});

Deno.test("an output tail keeps whole characters of the end", () => {
  const bytes = encoder.encode("aü€😀z");
  for (let max = 1; max <= bytes.length + 1; max++) {
    for (let size = 1; size <= bytes.length; size++) {
      const tail = new OutputTail(max);
      for (let at = 0; at < bytes.length; at += size) tail.add(bytes.subarray(at, at + size));
      assert.equal(tail.length, bytes.length);
      const kept = ["aü€😀z", "ü€😀z", "€😀z", "😀z", "z"];
      const fitting = kept.find((text) => encoder.encode(text).length <= max);
      assert.equal(tail.text(), fitting, `${max} of pieces of ${size}`);
    }
  }
});
