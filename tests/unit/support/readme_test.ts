import assert from "node:assert/strict";
import { codeBlocks } from "../../../.ci/code_blocks.ts";
import { commandsOf, exportsOf } from "../../support/readme.ts";

Deno.test("code blocks are found with their language, role and place", () => {
  const text =
    "# Title\n\n```sh run\nls\n```\ntext\n\n```ts a/b.ts\nx\ny\n```\n\n```\ndrawing\n```\n";
  assert.deepEqual(codeBlocks(text), [
    { line: 3, language: "sh", role: "run", text: "ls\n" },
    { line: 8, language: "ts", role: "a/b.ts", text: "x\ny\n" },
    { line: 13, language: "", role: "", text: "drawing\n" },
  ]);
});

Deno.test("commands are read as a shell reads them, as far as the README goes", () => {
  const script = `
    # a comment
    deno task dtask submit add 1 2 --wait    # prints 3
    deno task dtask submit m '{"a": "…"}' --cron "0 3 * * 1-5"
    export A='x y' && curl -s \\
      -H "authorization: Bearer $TOKEN"; dtask start
    TOKEN=$(deno task -q dtask token)`;
  assert.deepEqual(commandsOf(script), [
    ["deno", "task", "dtask", "submit", "add", "1", "2", "--wait"],
    ["deno", "task", "dtask", "submit", "m", '{"a": "…"}', "--cron", "0 3 * * 1-5"],
    ["export", "A=x y"],
    ["curl", "-s", "-H", "authorization: Bearer $TOKEN"],
    ["dtask", "start"],
    ["TOKEN=$(deno task -q dtask token)"],
  ]);
  assert.deepEqual(exportsOf(script), { A: "x y" });
});
