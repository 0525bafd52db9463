import type { SupervisorProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import {
  StoreConflictError,
  StoreFencedError,
  StoreUnavailableError,
  StoreUncertainError,
} from "../storage/port.ts";

export interface PatienceOptions {
  readonly node: string;
  readonly supervisor: Pick<ActorRef<SupervisorProtocol>, "tell">;
  /** Between two tries, in ms. */
  readonly retryMs?: number;
}

/** Less than a start may take, so that the database's own words are what it fails with. */
const TRIES = 20;
const RETRY_MS = 1_000;
/** What passes. Nothing is written that could not be written twice. */
const MAY_HELP = [StoreConflictError, StoreUnavailableError, StoreUncertainError] as const;

/**
 * Does the first `work` with a store, again and again while the store is away: this may be a restart of the
 * actor, for which the node need not end.
 */
export async function openPatiently<T>(
  work: () => Promise<T>,
  { node, supervisor, retryMs = RETRY_MS }: PatienceOptions,
): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof StoreFencedError) {
        supervisor.tell({ kind: "NodeFenced", node, cause: error.message });
      }
      if (!MAY_HELP.some((kind) => error instanceof kind) || tries === TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
