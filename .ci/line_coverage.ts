import { join } from "node:path";
import { runDeno } from "./child_process.ts";

/**
 * Percentage of executable lines of `actors/` and `api/` that ran, over the profiles in `folder`:
 * those of the tests, their Workers, and the nodes that they started and stopped in order.
 */
export async function lineCoverage(folder: string): Promise<number> {
  await removeUselessProfiles(folder);
  const { success, output } = await runDeno([
    "coverage",
    "--lcov",
    "--include=^file:.*/(actors|api)/",
    "--exclude=/tests/|\\.gen\\.ts$|/node_modules/",
    folder,
  ]);
  if (!success) throw new Error(`Cannot read the coverage profiles in ${folder}:\n${output}`);
  const [found, hit] = ["LF", "LH"].map((key) =>
    [...output.matchAll(new RegExp(`^${key}:(\\d+)$`, "gm"))]
      .reduce((sum, match) => sum + Number(match[1]), 0)
  );
  return found === undefined || hit === undefined || found === 0 ? 0 : 100 * hit / found;
}

/** Long enough for the first fields of a profile, of which the URL is one. */
const HEAD_BYTES = 512;
const MEASURED = /"url": "file:[^"]*\/(?:actors|api)\/[^"]*"/;

/**
 * Removes the profiles of packages and tests, by the ten thousand, which would be read for nothing;
 * and what an isolate that was killed, as tests do, could not write to its end.
 */
async function removeUselessProfiles(folder: string): Promise<void> {
  const head = new Uint8Array(HEAD_BYTES);
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isFile && !(isMeasured(path, head) && isWhole(await Deno.readTextFile(path)))) {
      await Deno.remove(path);
    }
  }
}

function isMeasured(path: string, head: Uint8Array): boolean {
  using file = Deno.openSync(path);
  const length = file.readSync(head) ?? 0;
  return MEASURED.test(new TextDecoder().decode(head.subarray(0, length)));
}

function isWhole(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
