import { CliError } from "./cli_error.ts";

interface ReportOptions {
  /** Writes a JSON object, for programs. */
  readonly json: boolean;
  readonly stderr: (text: string) => void;
}

/** Tells on stderr why a command failed; returns its exit code. */
export function reportError(error: unknown, { json, stderr }: ReportOptions): number {
  const message = error instanceof Error ? error.message : String(error);
  stderr(json ? JSON.stringify({ error: { detail: message } }) + "\n" : `dtask: ${message}\n`);
  return error instanceof CliError ? error.exitCode : 1;
}
