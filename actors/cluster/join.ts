import type { SupervisorProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import { StoreFencedError, StoreUnavailableError } from "../storage/port.ts";
import type { ClusterStore, NewMember } from "../storage/port/cluster.ts";

export interface JoinOptions {
  readonly store: Pick<ClusterStore, "join">;
  readonly supervisor: Pick<ActorRef<SupervisorProtocol>, "tell">;
  readonly member: NewMember;
  /** Between two tries, in ms. */
  readonly retryMs?: number;
}

/** Less than a start may take, so that the database's own words are what it fails with. */
const TRIES = 20;
const RETRY_MS = 1_000;

/**
 * Enters the node. A database that is away is waited for: this may be a restart of the actor, for which
 * the node need not end.
 */
export async function join(options: JoinOptions): Promise<void> {
  const { store, supervisor, member, retryMs = RETRY_MS } = options;
  for (let tries = 1;; tries++) {
    try {
      await store.join(member);
      return;
    } catch (error) {
      if (error instanceof StoreFencedError) {
        supervisor.tell({ kind: "NodeFenced", node: member.id, cause: error.message });
      }
      if (!(error instanceof StoreUnavailableError) || tries === TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
