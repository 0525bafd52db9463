import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { executorEntry, listTaskModules } from "../../../actors/supervisor/task_modules.ts";

Deno.test("task modules are those directly in the folder, sorted, without tests", async () => {
  await using folder = await tempFolder("b.ts", "a.mjs", "c.js", "c_test.ts", "d.d.ts", "e.json");
  await Deno.mkdir(`${folder.path}/deeper.ts`);
  const urls = await listTaskModules(folder.path);
  const names = ["a.mjs", "b.ts", "c.js"];
  assert.deepEqual(urls, names.map((name) => pathToFileURL(`${folder.path}/${name}`).href));
});

Deno.test("task modules may be one module, whatever its name needs escaped", async () => {
  await using folder = await tempFolder("my tasks #1?.ts");
  const path = `${folder.path}/my tasks #1?.ts`;
  const [url] = await listTaskModules(path);
  assert.equal(url, pathToFileURL(path).href);
  assert.match(url ?? "", /my%20tasks%20%231%3F\.ts$/);
});

Deno.test("task modules that are not there are an error that says what is looked for", async () => {
  await using folder = await tempFolder("notes.md");
  const { path } = folder;
  await assert.rejects(listTaskModules(`${path}/none`), /there is no such folder or module/);
  await assert.rejects(listTaskModules(path), /there is no \.ts, \.js or \.mjs module directly in/);
  await assert.rejects(listTaskModules(`${path}/notes.md`), /a module ends in \.ts, \.js or \.mjs/);
});

Deno.test("an executor's entry names the user's modules as literals", () => {
  assert.match(executorEntry([]).href, /^file:.*\/actors\/executor\/worker\.ts$/);
  const url = "file:///x/it's%20%22here%22.ts";
  const entry = decodeURIComponent(executorEntry([url]).href);
  assert.ok(entry.startsWith("data:text/javascript,import"));
  assert.ok(entry.includes(`import(${JSON.stringify(url)})`));
});

async function tempFolder(
  ...names: readonly string[]
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  for (const name of names) await Deno.writeTextFile(`${path}/${name}`, "");
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
