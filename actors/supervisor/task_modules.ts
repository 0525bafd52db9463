import { pathToFileURL } from "node:url";

const MODULE = /\.(ts|js|mjs)$/;
const NOT_TASKS = /(\.d|[._]test)\.(ts|js|mjs)$/;

/**
 * The modules that `--tasks` names, as `file:` URLs for executors to import: the module itself, or
 * all that stand directly in the folder, sorted by name.
 *
 * @param path Absolute path of a folder or module.
 * @throws {Error} when there is nothing to load there.
 */
export async function listTaskModules(path: string): Promise<string[]> {
  const found = await Deno.stat(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) {
      throw new Error(`Cannot load tasks from ${path}: there is no such folder or module`);
    }
    throw error;
  });
  const paths = found.isDirectory ? await modulesIn(path) : [path];
  for (const module of paths) checkLoadable(module);
  return paths.map((module) => pathToFileURL(module).href);
}

/**
 * The entry of an executor's Worker. Isolates without rights may import only what their entry names:
 * with modules of the user's, the entry is a module written for them, which names each.
 *
 * @param moduleUrls As `listTaskModules` gives them.
 */
export function executorEntry(moduleUrls: readonly string[]): URL {
  const worker = new URL("../executor/worker.ts", import.meta.url);
  if (moduleUrls.length === 0) return worker;
  const provided = new URL("../executor/provided_modules.ts", import.meta.url);
  const loaders = moduleUrls.map((url) => {
    const literal = JSON.stringify(url);
    return `${literal}: () => import(${literal})`;
  });
  const source = [
    `import ${JSON.stringify(worker.href)};`,
    `import { provideModules } from ${JSON.stringify(provided.href)};`,
    `provideModules({ ${loaders.join(", ")} });`,
  ];
  return new URL(`data:text/javascript,${encodeURIComponent(source.join("\n"))}`);
}

async function modulesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory && MODULE.test(name) && !NOT_TASKS.test(name)) names.push(name);
  }
  if (names.length === 0) {
    throw new Error(
      `Cannot load tasks from ${folder}: there is no .ts, .js or .mjs module directly in it`,
    );
  }
  return names.sort().map((name) => `${folder.replace(/[/\\]+$/, "")}/${name}`);
}

function checkLoadable(module: string): void {
  if (!MODULE.test(module)) {
    throw new Error(`Cannot load tasks from ${module}: a module ends in .ts, .js or .mjs`);
  }
  if (Deno.build.standalone && module.endsWith(".ts")) {
    throw new Error(
      `Cannot load tasks from ${module}: the compiled program takes JavaScript only; ` +
        "translate it first, for example with deno bundle",
    );
  }
}
