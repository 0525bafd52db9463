/**
 * Bundles the dashboard into `api/dashboard/bundle`, or checks that it is current and small:
 *
 *     deno run -A .ci/generate_dashboard.ts             write the bundle
 *     deno run -A .ci/generate_dashboard.ts --check     compare with it, refuse one that is too large
 *
 * `deno bundle` of the pinned Deno does it, with the dashboard's own configuration and lock file:
 * nobody who only runs dtask downloads React. The same sources give the same bytes on any machine.
 */
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const ROOT = join(import.meta.dirname ?? ".", "..");
const SOURCES = join(ROOT, "api", "dashboard");
const BUNDLE = join(SOURCES, "bundle");
const REGENERATE = "deno task generate";
/** All of it, as browsers load it. */
const GZIP_MAX_KIB = 350;
/** Each made of its entry. */
const ASSETS = [
  { name: "app.gen.js", entry: "main.tsx" },
  { name: "app.gen.css", entry: "style/main.css" },
] as const;

/** Thrown for what the reader has to put right; its message is all that is printed. */
class DashboardError extends Error {}

/** The bundle of `entry` as text. */
async function bundle(entry: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "dtask-dashboard-" });
  try {
    const output = join(folder, "bundle");
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["bundle", "--quiet", "--config", "deno.json", "--frozen"],
        ...["--platform=browser", "--minify", "--output", output, entry],
      ],
      cwd: SOURCES,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return await Deno.readTextFile(output);
    throw new DashboardError(`Cannot bundle ${entry}:\n${new TextDecoder().decode(stderr)}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function readBundled(name: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(join(BUNDLE, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Does what `option` asks for and returns the line that reports it. */
async function run(option: string | undefined): Promise<string> {
  if (option !== undefined && option !== "--check") {
    throw new DashboardError(`Unknown option "${option}". Use none or --check.`);
  }
  let gzipBytes = 0;
  for (const { name, entry } of ASSETS) {
    const text = await bundle(entry);
    gzipBytes += gzipSync(text).length;
    if (option === undefined) await Deno.writeTextFile(join(BUNDLE, name), text);
    else if (text !== await readBundled(name)) {
      throw new DashboardError(
        `Stale generated file: api/dashboard/bundle/${name}\nRun: ${REGENERATE}`,
      );
    }
  }
  const kib = gzipBytes / 1_024;
  if (kib > GZIP_MAX_KIB) {
    throw new DashboardError(
      `The dashboard's bundle has ${kib.toFixed(0)} KiB compressed, more than ${GZIP_MAX_KIB}`,
    );
  }
  const what = option === undefined ? "written" : "current";
  return `api/dashboard/bundle is ${what}: ${kib.toFixed(0)} KiB compressed.`;
}

if (import.meta.main) {
  try {
    // deno-lint-ignore no-console -- a command line
    console.log(await run(Deno.args[0]));
  } catch (error) {
    if (!(error instanceof DashboardError)) throw error;
    // deno-lint-ignore no-console -- a command line
    console.error(error.message);
    Deno.exit(1);
  }
}
