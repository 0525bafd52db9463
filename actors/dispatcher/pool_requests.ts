import type { SupervisorProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";

export interface PoolRequestsOptions {
  readonly supervisor: ActorRef<SupervisorProtocol>;
  /** It is time to see again whether a pool that could not be started is needed. */
  readonly onRetry: () => void;
}

const ASK_DEADLINE_MS = 60_000;
const RETRY_MS = 5_000;

const log = getLogger("dispatcher");

/** Asks the supervisor for executors of pools that have work and none. */
export class PoolRequests {
  readonly #options: PoolRequestsOptions;
  readonly #asked = new Set<string>();
  /** Why the last request of a pool came to nothing; there are no more pools than definitions. */
  readonly #failures = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PoolRequestsOptions) {
    this.#options = options;
  }

  /** Asks, unless that was done and has not failed. */
  ensure(pool: string): void {
    if (this.#asked.has(pool)) return;
    this.#asked.add(pool);
    const message = { kind: "EnsurePool", pool } as const;
    void this.#options.supervisor.ask(message, { deadlineMs: ASK_DEADLINE_MS }).then((answer) => {
      const error = !answer.ok ? answer.error : answer.value.ok ? null : answer.value.error;
      if (error !== null) this.#onFailure(pool, error.message);
    });
  }

  /** An executor of `pool` is there: should all go again, they are asked for anew. */
  onJoined(pool: string): void {
    this.#asked.delete(pool);
    this.#failures.delete(pool);
  }

  /** Why executors of `pool` could not be started when they were asked for last; null: not known. */
  failureOf(pool: string): string | null {
    return this.#failures.get(pool) ?? null;
  }

  /** What became of the request for `pool`; null where there was none. A failure stays known while it is tried again. */
  stateOf(
    pool: string,
  ): { readonly state: "starting" | "failed"; readonly error: string | null } | null {
    const error = this.#failures.get(pool);
    if (error !== undefined) return { state: "failed", error };
    return this.#asked.has(pool) ? { state: "starting", error: null } : null;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #onFailure(pool: string, error: string): void {
    this.#asked.delete(pool);
    this.#failures.set(pool, error);
    log.error("no executors for pool {pool}: {error}", { pool, error });
    // Nothing else need come up that would ask again, and the work waits.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#options.onRetry, RETRY_MS);
  }
}
