/**
 * Writes `tasks/registry.gen.ts`, which imports every module that may register tasks: those of
 * `tasks/builtin/`, and those that were added directly under `tasks/`. A generated list, because
 * `deno compile` contains only what it finds imported.
 *
 *   deno run --allow-read --allow-write .ci/generate_registry.ts [--check]
 *
 * With `--check` it writes nothing, and exits with 1 when the file is not current.
 */
const COMMAND = "deno run --allow-read --allow-write .ci/generate_registry.ts";
const REGISTRY = "registry.gen.ts";
const MODULE = /\.(ts|js|mjs)$/;
const NOT_TASKS = /(\.d\.ts|\.gen\.ts|_test\.ts)$/;

/** The text of the registry for the folder `tasks`, from which its imports are relative. */
export async function renderRegistry(tasks: URL): Promise<string> {
  const modules = [
    ...await modulesIn(new URL("builtin/", tasks), "./builtin/"),
    ...await modulesIn(tasks, "./"),
  ];
  const imports = modules.map((path) => `import ${JSON.stringify(path)};\n`);
  return `// Made by .ci/generate_registry.ts. Do not edit; run: ${COMMAND}\n\n${imports.join("")}`;
}

async function modulesIn(folder: URL, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && MODULE.test(name) && !NOT_TASKS.test(name)) names.push(prefix + name);
  }
  return names.sort();
}

async function readOrEmpty(file: URL): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

if (import.meta.main) {
  const tasks = new URL("../tasks/", import.meta.url);
  const file = new URL(REGISTRY, tasks);
  const text = await renderRegistry(tasks);
  const current = await readOrEmpty(file) === text;
  if (Deno.args.includes("--check")) {
    if (!current) {
      console.error(`tasks/${REGISTRY} is not current. Run: ${COMMAND}`);
      Deno.exit(1);
    }
  } else if (!current) {
    await Deno.writeTextFile(file, text);
  }
}
