import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { renderRegistry } from "../../../.ci/generate_registry.ts";

Deno.test("the registry imports built-in tasks and those added directly under tasks/", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["builtin", "sdk"]) await Deno.mkdir(`${folder}/${name}`);
    const files = ["builtin/b.ts", "builtin/a.ts", "sdk/mod.ts", "my_task.ts", "plain.mjs"];
    const others = ["registry.gen.ts", "my_task_test.ts", "types.d.ts", "notes.md"];
    for (const name of [...files, ...others]) await Deno.writeTextFile(`${folder}/${name}`, "");
    const text = await renderRegistry(pathToFileURL(`${folder}/`));
    const imports = text.split("\n").filter((line) => line.startsWith("import"));
    assert.deepEqual(imports, [
      'import "./builtin/a.ts";',
      'import "./builtin/b.ts";',
      'import "./my_task.ts";',
      'import "./plain.mjs";',
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the registry that is committed is current", async () => {
  const tasks = new URL("../../../tasks/", import.meta.url);
  const committed = await Deno.readTextFile(new URL("registry.gen.ts", tasks));
  assert.equal(committed, await renderRegistry(tasks));
});
