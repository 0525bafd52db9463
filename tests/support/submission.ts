import type { Submission } from "../../actors/protocol.ts";

/** A submission with everything unsaid. */
export function submission(item: Partial<Submission>): Submission {
  return {
    id: crypto.randomUUID(),
    key: null,
    method: "noop",
    mode: null,
    args: "[]",
    deps: [],
    triggerRule: null,
    queue: null,
    priority: null,
    runAt: null,
    delayMs: null,
    expiresAt: null,
    timeoutMs: null,
    heartbeatTimeoutMs: null,
    concurrencyKey: null,
    retry: null,
    defaultMaxAttempts: null,
    labels: {},
    contentHash: "sha256-0",
    idempotencyKey: null,
    traceparent: null,
    ...item,
  };
}
