import type { SupervisorProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import { StoreBrokenError, StoreFencedError, StoreFullError } from "../storage/port.ts";
import { getLogger } from "../telemetry/logger.ts";
import { isAbsent } from "./store_absence.ts";

const log = getLogger("scheduler");

/** Tells the supervisor whether the store takes writes, at each change of that. */
export class StoreHealth {
  readonly #supervisor: ActorRef<SupervisorProtocol>;
  #healthy = true;

  readonly #node: string;

  constructor(supervisor: ActorRef<SupervisorProtocol>, node: string) {
    this.#supervisor = supervisor;
    this.#node = node;
  }

  /** A commit stood. */
  committed(): void {
    if (this.#healthy) return;
    this.#healthy = true;
    this.#supervisor.tell({ kind: "StoreHealthy" });
    log.info("the store takes writes again");
  }

  /**
   * A commit failed. True when the next one may stand: not where the outcome is unknown, so that the store
   * must not be used any more, nor where it is away, so that what has to be done waits in the loop.
   */
  failed(error: unknown): boolean {
    const cause = error instanceof Error ? error.message : String(error);
    const isAway = isAbsent(error);
    // One that is away is asked again and again.
    if (!isAway || this.#healthy) log.error("a commit failed: {cause}", { cause });
    if (error instanceof StoreBrokenError) {
      this.#supervisor.tell({ kind: "StoreBroken", cause });
      return false;
    }
    // This actor is about to be ended: what it knows belongs to a life that is over.
    if (error instanceof StoreFencedError) {
      this.#supervisor.tell({ kind: "NodeFenced", node: this.#node, cause });
    }
    if ((isAway || error instanceof StoreFullError) && this.#healthy) {
      this.#healthy = false;
      this.#supervisor.tell({ kind: "StoreUnhealthy", cause });
    }
    return !isAway;
  }
}
