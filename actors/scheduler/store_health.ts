import type { SupervisorProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import { StoreBrokenError, StoreFullError } from "../storage/port.ts";
import { getLogger } from "../telemetry/logger.ts";

const log = getLogger("scheduler");

/** Tells the supervisor whether the store takes writes, at each change of that. */
export class StoreHealth {
  readonly #supervisor: ActorRef<SupervisorProtocol>;
  #healthy = true;

  constructor(supervisor: ActorRef<SupervisorProtocol>) {
    this.#supervisor = supervisor;
  }

  /** A commit stood. */
  committed(): void {
    if (this.#healthy) return;
    this.#healthy = true;
    this.#supervisor.tell({ kind: "StoreHealthy" });
    log.info("the store takes writes again");
  }

  /** A commit failed. False when the store must not be used any more, because its outcome is unknown. */
  failed(error: unknown): boolean {
    const cause = error instanceof Error ? error.message : String(error);
    log.error("a commit failed: {cause}", { cause });
    if (error instanceof StoreBrokenError) {
      this.#supervisor.tell({ kind: "StoreBroken", cause });
      return false;
    }
    if (error instanceof StoreFullError && this.#healthy) {
      this.#healthy = false;
      this.#supervisor.tell({ kind: "StoreUnhealthy", cause });
    }
    return true;
  }
}
