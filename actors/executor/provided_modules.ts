/** Imports one module of tasks. */
export type ModuleLoader = () => Promise<unknown>;

const loaders = new Map<string, ModuleLoader>();

/**
 * Takes the loaders of the user's modules, by URL, from the entry of the isolate. An isolate without
 * the right to read may import only what its entry names, so an `import()` of a computed URL would be
 * refused; those in `loaders` are literals of the entry that the supervisor writes.
 */
export function provideModules(provided: Readonly<Record<string, ModuleLoader>>): void {
  for (const [url, load] of Object.entries(provided)) loaders.set(url, load);
}

/** The loader of `url`, as the entry gave it. */
export function loaderOf(url: string): ModuleLoader {
  return loaders.get(url) ?? (() => import(url));
}
