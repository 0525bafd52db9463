import type { RestartPolicy } from "./actor.ts";

/** What becomes of an actor that died. */
export type RestartDecision =
  | { readonly kind: "restart"; readonly afterMs: number }
  | { readonly kind: "escalate" };

/**
 * Decides about the next restart from the times (ms, ascending) of those before. The delay doubles
 * with each restart inside the window and starts anew once the window has passed without any.
 */
export function decideRestart(
  policy: RestartPolicy,
  past: readonly number[],
  now: number,
): RestartDecision {
  const recent = past.filter((at) => now - at < policy.windowMs).length;
  if (recent >= policy.maxRestarts) return { kind: "escalate" };
  const afterMs = policy.initialBackoffMs * 2 ** recent;
  return { kind: "restart", afterMs: Math.min(afterMs, policy.maxBackoffMs) };
}
