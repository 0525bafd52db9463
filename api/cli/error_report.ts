import { ApiError, ConnectionError } from "../client/mod.ts";
import { CliError } from "./cli_error.ts";
import { printable } from "./printable.ts";

interface ReportOptions {
  /** Writes a JSON object, for programs. */
  readonly json: boolean;
  readonly stderr: (text: string) => void;
}

/** Tells on stderr why a command failed and what to do; returns its exit code. */
export function reportError(error: unknown, { json, stderr }: ReportOptions): number {
  stderr(json ? JSON.stringify({ error: toJson(error) }) + "\n" : toText(error));
  return error instanceof CliError ? error.exitCode : 1;
}

function toJson(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof ApiError) return error.problem;
  if (error instanceof ConnectionError) return { code: "no_answer", detail: error.message };
  return { detail: messageOf(error) };
}

function toText(error: unknown): string {
  const hint = hintFor(error);
  const text = messageOf(error);
  // The text names the first fault as a rule: it is not said twice.
  const fields = error instanceof ApiError
    ? error.errors.filter(({ message }) => !text.includes(message))
    : [];
  return [
    `dtask: ${printable(text)}\n`,
    ...fields.map(({ pointer, message }) => `  ${printable(`${pointer || "/"} ${message}`)}\n`),
    ...(hint === null ? [] : [`  ${hint}\n`]),
  ].join("");
}

function hintFor(error: unknown): string | null {
  if (error instanceof ConnectionError) {
    return 'Is the node running? "dtask start" starts one; --url or --data names another.';
  }
  if (!(error instanceof ApiError)) return null;
  if (error.status === 401) {
    return 'Run it on the node\'s machine with --data, or give --token; "dtask token" makes one there.';
  }
  if (error.status === 403) {
    return 'The token lacks a scope; "dtask token --scope admin" makes one that has all.';
  }
  if (error.status === 503) return 'Try again; "dtask doctor" tells what is wrong with a node.';
  return null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
