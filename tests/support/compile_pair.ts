import { fileURLToPath } from "node:url";

/** A Deno and what it needs in its environment to compile on this machine. */
export interface CompilePair {
  readonly env: Readonly<Record<string, string>>;
}

const SCRIPT = fileURLToPath(new URL("../../../shared/tools/denort.sh", import.meta.url));
const FOLDER = fileURLToPath(new URL("../../.cache/denort", import.meta.url));

/**
 * What to compile with: what the environment names, or a pair that a script beside the clone
 * prepares where base runtimes cannot be downloaded; else the reason why there is nothing.
 */
export async function findCompilePair(): Promise<CompilePair | string> {
  if (Deno.env.has("DENO_FOR_COMPILE")) return { env: {} };
  if (Deno.env.get("DTASK_TEST_COMPILE") === "1") return { env: {} };
  try {
    await Deno.stat(SCRIPT);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "set DTASK_TEST_COMPILE=1 where deno can download its base runtime, " +
      "or DENO_FOR_COMPILE to a Deno that has one";
  }
  const { success, stdout, stderr } = await new Deno.Command("bash", { args: [SCRIPT, FOLDER] })
    .output();
  if (!success) return `no base runtime: ${new TextDecoder().decode(stderr).trim()}`;
  const exported = new TextDecoder().decode(stdout).matchAll(/(\w+)='([^']*)'/g);
  return { env: Object.fromEntries([...exported].map(([, name, value]) => [name, value])) };
}
