/** What processes that tests start add to the coverage. */

const measured = new Set<string>();

/**
 * Variables for a process of that kind. The first of its kind in each file of tests writes down what
 * it covers: that costs as much as a start and leaves thousands of files, and the later ones would
 * add next to nothing.
 */
export function coverageEnv(kind: string): Readonly<Record<string, string>> {
  const folder = Deno.env.get("COVERAGE_DIR");
  if (folder === undefined || measured.has(kind)) return {};
  measured.add(kind);
  return { DENO_COVERAGE_DIR: folder };
}
