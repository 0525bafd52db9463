/**
 * Type-checks everything: the program and what the README shows with Deno's types, the dashboard, which
 * runs in a browser, with the browser's and its own packages.
 *
 *     deno task check
 */
import { join } from "node:path/posix";
import { runDeno } from "./child_process.ts";
import { writeBlocks } from "./code_blocks.ts";

const DASHBOARD = "api/dashboard";

/** What to check with Deno's types: all that lies in the repository but the dashboard. */
export function programPaths(): string[] {
  return [".", "api"].flatMap((folder) =>
    [...Deno.readDirSync(folder)]
      .filter(({ name, isDirectory }) => isDirectory ? isSource(name) : name.endsWith(".ts"))
      // So that none is taken for an option, whatever it is called.
      .map(({ name }) => `./${join(folder, name)}`)
      .filter((path) => path !== "./api" && path !== `./${DASHBOARD}`)
  ).sort();
}

/** Hidden folders hold no sources, `.ci` excepted; what is made is not checked. */
function isSource(folder: string): boolean {
  return folder === ".ci" || !/^\.|^(node_modules|coverage|dist|data)$/.test(folder);
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url));
  const readme = await Deno.makeTempDir({ prefix: "dtask-readme-" });
  const shown = (await writeBlocks(readme, await Deno.readTextFile("README.md")))
    .filter((path) => path.endsWith(".ts"));
  const checks = [["--config", "deno.json", ...programPaths(), ...shown], [
    "--config",
    `${DASHBOARD}/deno.json`,
    DASHBOARD,
  ]];
  let failed = false;
  for (const paths of checks) {
    const { success, output } = await runDeno(["check", "--quiet", ...paths]);
    if (!success) console.error(output.trimEnd());
    failed ||= !success;
  }
  await Deno.remove(readme, { recursive: true });
  if (failed) Deno.exit(1);
}
