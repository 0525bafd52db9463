/** The command line as a process, with the rights of `deno task dtask`. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { coverageEnv } from "./coverage.ts";
import { taskRights } from "./node_process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface CliOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command to its end. */
export function runDtask(...words: readonly string[]): Promise<CliOutcome> {
  return runDtaskWith({}, ...words);
}

/** Runs one command with these variables. */
export async function runDtaskWith(
  env: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<CliOutcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...taskRights("dtask"), join(ROOT, "main.ts"), ...words],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...coverageEnv(words[0] ?? ""), ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
