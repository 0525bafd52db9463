/**
 * Makes one executable of dtask: program, Worker entries and assets. `DENO_FOR_COMPILE` names
 * another Deno to compile with, for machines that cannot download a base runtime.
 *
 *     deno task compile [--output FILE]
 */
import { join } from "node:path/posix";
import { ENTRIES } from "./structure/rules.ts";

const DEFAULT_OUTPUT = "dist/dtask";

/** What `deno task dtask` has, no more. */
const RIGHTS = [
  "--no-prompt",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys=statfs",
];

/** Folders with modules that are loaded by URL, and files that are read at run time. */
const FOLDERS = ["actors", "api"];

/** Builds the arguments of `deno compile`; `foreign`: for a Deno other than the pinned one. */
export function compileArgs(output: string, includes: readonly string[], foreign: boolean) {
  return [
    "compile",
    "--quiet",
    "--no-check",
    ...RIGHTS,
    "--unstable-worker-options",
    // An older Deno can neither read a newer lock file nor import text without asking.
    ...(foreign
      ? ["--no-lock", "--unstable-raw-imports"]
      : ["--no-remote", "--unstable-no-legacy-abort"]),
    ...includes.map((path) => `--include=${path}`),
    `--output=${output}`,
    "main.ts",
  ];
}

/** Worker entries, which no import leads to. */
export function* workerEntries(folders: readonly string[] = FOLDERS): Generator<string> {
  for (const folder of folders) {
    for (const entry of Deno.readDirSync(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory) yield* workerEntries([path]);
      else if (ENTRIES.test(path)) yield path;
    }
  }
}

/** The value of `--output`, or the default place. Throws for anything else on the command line. */
function outputOf(args: readonly string[]): string {
  const [option, value, ...rest] = args.flatMap((arg) => arg.split("="));
  if (option === undefined) return DEFAULT_OUTPUT;
  if (option === "--output" && value !== undefined && rest.length === 0) return value;
  throw new Error(`Cannot compile with "${args.join(" ")}": give --output FILE or nothing`);
}

async function main(): Promise<number> {
  const output = outputOf(Deno.args);
  const other = Deno.env.get("DENO_FOR_COMPILE");
  const args = compileArgs(output, ["mod.ts", ...[...workerEntries()].sort()], other !== undefined);
  const { code } = await new Deno.Command(other ?? Deno.execPath(), {
    args,
    // Deno 2.6 runs out of stack over the module graph with its default of 2 MiB a thread.
    env: other === undefined ? {} : { RUST_MIN_STACK: String(256 << 20) },
    stdin: "null",
  }).spawn().status;
  if (code === 0) console.log(`made ${output}`);
  return code;
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url));
  Deno.exit(await main());
}
