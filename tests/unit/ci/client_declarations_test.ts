import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { runDeno } from "../../../.ci/child_process.ts";

const CI = fileURLToPath(new URL("../../../.ci", import.meta.url));

/** A definition as a node and its clients share it, checked by a schema of its own. */
const DEFINITION = `
import { task } from "dtask";

interface Picture { readonly url: string; readonly width: number }

export const resize = task({
  name: "image.resize",
  input: {
    "~standard": {
      version: 1,
      vendor: "own",
      validate: (value: unknown) => ({ value: value as [Picture] }),
      types: undefined as unknown as { readonly input: [Picture]; readonly output: [Picture] },
    },
  },
  run: async ([{ width }], ctx) => {
    ctx.progress(0.5, "half");
    return { width };
  },
});

export const add = task({
  name: "add",
  input: {
    "~standard": {
      version: 1,
      vendor: "own",
      validate: (value: unknown) => ({ value: value as [number, number] }),
      types: undefined as unknown as { input: [number, number]; output: [number, number] },
    },
  },
  run: ([a, b]) => a + b,
});
`;

/** What is right compiles; below each `@ts-expect-error` stands what must not. */
const PROGRAM = `
import { ApiError, Client, type StatsJson, TaskOutcomeError, Workflow } from "./dtask_client.js";
import { add, type resize } from "./definitions.js";

const client = new Client({ url: "http://127.0.0.1:8080", token: async () => "…" });

export async function right(): Promise<number> {
  const sum = await client.submit(add, [1, 2], { priority: 1 });
  const picture = await client.submit<typeof resize>("image.resize", [{ url: "u", width: await sum.wait() }]);
  for await (const { status, progress } of picture.watch()) console.log(status, progress?.note);
  const report = new Workflow({ name: "report" });
  const left = report.add(add, [1, 2]);
  const both = report.add(add, [left.result, 3]);
  report.add<typeof resize>("image.resize", [{ url: "u", width: both.result }]);
  await (await client.submitWorkflow(report)).wait();
  const { windows }: StatsJson = await client.stats();
  const total: number = await client.task(both).wait();
  const loose = await client.submit("anything", [1n, new Uint8Array(1), { deep: [left.result] }]);
  try {
    console.log(await loose.wait({ signal: AbortSignal.timeout(1) }));
  } catch (error) {
    if (error instanceof TaskOutcomeError) console.log(error.task.reason);
    if (error instanceof ApiError) console.log(error.message);
  }
  return total + windows["5m"].finished.completed;
}

export async function wrong(): Promise<void> {
  // @ts-expect-error: one argument is missing
  await client.submit(add, [1]);
  // @ts-expect-error: a text is no number
  await client.submit(add, [1, "2"]);
  // @ts-expect-error: a field is missing
  await client.submit<typeof resize>("image.resize", [{ url: "u" }]);
  // @ts-expect-error: there is no such setting
  await client.submit(add, [1, 2], { priorty: 1 });
  const picture = new Workflow().add<typeof resize>("image.resize", [{ url: "u", width: 1 }]);
  // @ts-expect-error: the result of the other task is no number
  new Workflow().add(add, [picture.result, 1]);
  // @ts-expect-error: the result is a number
  const text: string = await (await client.submit(add, [1, 2])).wait();
  // @ts-expect-error: there is no such method
  await client.sumbit(add, [1, 2]);
  // @ts-expect-error: what a node can do alone is not there
  await import("./dtask_client.js").then(({ start }) => start());
  console.log(text);
}
`;

Deno.test("deno task client makes types that TypeScript takes without anything else", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "dtask-" });
  const module = join(folder, "dtask_client.js");
  const { success, output } = await runDeno([
    "run",
    "-A",
    join(CI, "bundle_client.ts"),
    "--output",
    module,
  ]);
  assert.ok(success, output);
  const types = join(folder, "dtask_client.d.ts");
  await t.step("one file that imports nothing", async () => {
    const { importedFiles, typeReferenceDirectives, referencedFiles } = ts.preProcessFile(
      await Deno.readTextFile(types),
    );
    assert.deepEqual([...importedFiles, ...typeReferenceDirectives, ...referencedFiles], []);
  });
  await Deno.writeTextFile(join(folder, "definitions.ts"), DEFINITION);
  await Deno.writeTextFile(join(folder, "program.ts"), PROGRAM);
  const settings: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    paths: { dtask: [types] },
  };
  await t.step("in Node", async () => {
    await Deno.writeTextFile(join(folder, "package.json"), '{ "type": "module" }');
    for (const name of ["deno.json", "deno.lock"]) {
      await Deno.copyFile(join(CI, "client_declarations", name), join(folder, name));
    }
    const installed = await runDeno(["install", "--quiet", "--frozen"], { cwd: folder });
    assert.ok(installed.success, installed.output);
    const problems = problemsOf(folder, {
      ...settings,
      module: ts.ModuleKind.NodeNext,
      lib: ["lib.es2023.d.ts"],
      types: ["node"],
      typeRoots: [join(folder, "node_modules", "@types")],
    });
    assert.deepEqual(problems, []);
  });
  await t.step("in a browser", () => {
    const problems = problemsOf(folder, {
      ...settings,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: [],
    });
    assert.deepEqual(problems, []);
  });
  await Deno.remove(folder, { recursive: true });
});

/** What TypeScript says of the program in `folder`. */
function problemsOf(folder: string, settings: ts.CompilerOptions): readonly string[] {
  const program = ts.createProgram([join(folder, "program.ts")], settings);
  return ts.getPreEmitDiagnostics(program)
    .map((found) =>
      ts.formatDiagnostic(found, {
        getCurrentDirectory: () => folder,
        getCanonicalFileName: (name) => name,
        getNewLine: () => "\n",
      })
    );
}
