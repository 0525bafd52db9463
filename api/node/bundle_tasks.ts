import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { listTaskModules } from "../../actors/supervisor/task_modules.ts";
import type { BundleRequest } from "../cli/mod.ts";

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/**
 * Makes one JavaScript file of each task module by `deno bundle`, with all that it imports but dtask:
 * tasks register where the program looks, which a copy of their own would not be. Answers the files' paths.
 *
 * @throws {Error} There is no task module, or one can't be bundled; the text says why.
 */
export async function bundleTasks({ path, outputDir }: BundleRequest): Promise<readonly string[]> {
  const modules = (await listTaskModules(path)).map((url) => fileURLToPath(url));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--config", CONFIG, "--external", "dtask"],
      ...["--outdir", outputDir, ...modules],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    const why = new TextDecoder().decode(stderr).trim();
    throw new Error(`Cannot bundle ${modules.join(", ")}:\n${why}`);
  }
  return modules.map((module) => join(outputDir, basename(module).replace(/\.\w+$/, ".js")));
}
