/**
 * The types of the client library as one file of declarations that imports nothing.
 *
 * dts-bundle-generator makes it of a copy of the sources, beside which it and the packages that they
 * name are installed from a lock file of their own: nobody who only runs dtask downloads it.
 */
import { dirname, join } from "node:path";
import { runDeno } from "./child_process.ts";

const ROOT = join(import.meta.dirname ?? ".", "..");
const ENTRY = "api/client_library.ts";
const SOURCES = ["api/client", "tasks/sdk"];
/** With what it is made. */
const SETTINGS = ["deno.json", "deno.lock", "tsconfig.json"];
const GENERATOR = "node_modules/dts-bundle-generator/dist/bin/dts-bundle-generator.js";

/** Writes the declarations; throws with what the generator says where that is impossible. */
export async function writeClientDeclarations(output: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dtask-types-" });
  try {
    await copySources(folder);
    await run(folder, ["install", "--quiet", "--frozen"]);
    await run(folder, [
      ...["run", "--quiet", "--no-prompt", "-A", GENERATOR, "--silent"],
      ...["--project", "tsconfig.json", "--external-inlines", "@standard-schema/spec"],
      ...["--no-banner", "--export-referenced-types", "false"],
      ...["--out-file", "client.d.ts", ENTRY],
    ]);
    await Deno.mkdir(dirname(output), { recursive: true });
    await Deno.copyFile(join(folder, "client.d.ts"), output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function copySources(folder: string): Promise<void> {
  for (const name of SETTINGS) {
    await Deno.copyFile(join(ROOT, ".ci", "client_declarations", name), join(folder, name));
  }
  for (const source of SOURCES) {
    await Deno.mkdir(join(folder, source), { recursive: true });
    for await (const { name } of Deno.readDir(join(ROOT, source))) {
      await Deno.copyFile(join(ROOT, source, name), join(folder, source, name));
    }
  }
  await Deno.copyFile(join(ROOT, ENTRY), join(folder, ENTRY));
}

async function run(folder: string, args: readonly string[]): Promise<void> {
  const { success, output } = await runDeno(args, { cwd: folder });
  if (!success) throw new Error(`Cannot make the types of the client library:\n${output}`);
}
