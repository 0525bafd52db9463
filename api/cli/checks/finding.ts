import { CliError } from "../cli_error.ts";

/** What one check found. */
export interface Finding {
  readonly check: string;
  readonly level: "ok" | "warn" | "FAIL";
  readonly detail: string;
}

/** A finding without the name of its check. */
export type Verdict = Omit<Finding, "check">;

/** The verdict of a check that could not be carried out. */
export function failed(error: unknown): Verdict {
  // What is no CliError is unforeseen, and says so by its name.
  const name = error instanceof CliError || !(error instanceof Error) ? "" : `${error.name}: `;
  return { level: "FAIL", detail: name + messageOf(error) };
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const RANK: Readonly<Record<Finding["level"], number>> = { ok: 0, warn: 1, FAIL: 2 };

/** One verdict of several: the worst level, and what was said at it. */
export function worstOf(verdicts: readonly Verdict[], otherwise: string): Verdict {
  const rank = Math.max(0, ...verdicts.map(({ level }) => RANK[level]));
  const worst = verdicts.filter(({ level }) => RANK[level] === rank);
  const [first] = worst;
  if (first === undefined) return { level: "ok", detail: otherwise };
  return { level: first.level, detail: worst.map(({ detail }) => detail).join("; ") };
}
