/** What changes of many tasks have in common: a commit's share of them, and what is told of them. */
import type { ErrorData, Result } from "../actors/domain/error.ts";
import type { BatchDecision } from "../actors/protocol.ts";

/** What a change of many has come to. */
export interface BatchChange extends BatchDecision {
  /** True when it stopped before it had seen all: there may be more. */
  readonly more: boolean;
}

/** Most tasks in one message, which is one commit: as many as of a batch of submissions. */
const PAGE_MAX = 250;
/** Most bytes of new arguments that one commit writes. */
const ARGS_MAX_BYTES = 4 << 20;

export const NOTHING: BatchDecision = { matched: 0, changed: 0 };

/** How many tasks fit into one commit: fewer where each gets long new arguments. */
export function pageSize(args: string | null): number {
  const bytes = Math.max(1, args?.length ?? 0);
  return Math.max(1, Math.min(PAGE_MAX, Math.floor(ARGS_MAX_BYTES / bytes)));
}

/** Both together. */
export function sum(a: BatchDecision, b: BatchDecision): BatchDecision {
  return { matched: a.matched + b.matched, changed: a.changed + b.changed };
}

/** A refusal on the way: what was changed before it stays changed, which the caller has to know. */
export function interrupted(error: ErrorData, { changed }: BatchDecision): Result<never> {
  if (changed === 0) return { ok: false, error };
  return { ok: false, error: { ...error, message: `${error.message} (${changed} were changed)` } };
}
