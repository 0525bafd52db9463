import { modeOf } from "../domain/pool.ts";
import type { DispatcherProtocol, ExecutorProtocol } from "../protocol.ts";
import type { ActorInfo, ActorSystem } from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";

/** How long an isolate may take to say how much of its code still runs. */
const ANSWER_MS = 1_000;

const log = getLogger("supervisor");

export interface LeaseEndOptions {
  readonly system: Pick<ActorSystem, "info" | "ref" | "terminate">;
  readonly poolOf: (executor: string) => string | null;
  /** Names of the methods whose code goes on without the lease. */
  readonly goingOn: () => readonly string[];
  /** Hears of an isolate that was ended without an answer, which may leave a thread behind. */
  readonly onAbandoned: (executor: string) => void;
}

/**
 * Ends what a node runs when its lease is about to be lost. It speaks to executors itself: neither the
 * scheduler nor the dispatcher has to be alive for it, though the dispatcher, if it is, sees to it that
 * nobody is charged.
 */
export class LeaseEnd {
  readonly #options: LeaseEndOptions;
  readonly #ending = new Set<string>();

  constructor(options: LeaseEndOptions) {
    this.#options = options;
  }

  /** Has every executor abort what it runs. */
  abort(): void {
    this.#dispatcher().tell({ kind: "LeaseChanged", held: false });
    for (const { name } of this.#executors()) void this.#abort(name);
  }

  /** Ends every isolate in which code runs that should have stopped. */
  terminate(): void {
    this.#dispatcher().tell({ kind: "LeaseChanged", held: false });
    for (const executor of this.#executors()) {
      const { name, incarnation } = executor;
      if (incarnation === null || this.#ending.has(incarnation)) continue;
      this.#ending.add(incarnation);
      void this.#endUnlessStopped(name, incarnation).finally(() =>
        this.#ending.delete(incarnation)
      );
    }
  }

  /** The lease holds again. */
  resume(): void {
    this.#dispatcher().tell({ kind: "LeaseChanged", held: true });
  }

  async #endUnlessStopped(executor: string, incarnation: string): Promise<void> {
    const running = await this.#abort(executor);
    if (running === 0) return;
    const answered = running !== null;
    const verdict = await this.#dispatcher().ask({
      kind: "CondemnExecutor",
      executor,
      incarnation,
      sparing: answered ? [] : this.#options.goingOn(),
    }, { deadlineMs: ANSWER_MS });
    if (verdict.ok && verdict.value.spared) return;
    const { system, poolOf, onAbandoned } = this.#options;
    const ended = await system.terminate(executor, { incarnation, reason: "lease", restart: true });
    if (!ended) return;
    log.warn("ended the isolate of {executor}: its code did not stop for the lost lease", {
      executor,
    });
    // Blocking code is ended inside its isolate at its timeout, and leaves nothing behind.
    const pool = poolOf(executor);
    if (!answered && pool !== null && modeOf(pool) === "async") onAbandoned(executor);
  }

  /** How many runs have not stopped; null where the isolate does not answer. */
  async #abort(executor: string): Promise<number | null> {
    const ref = this.#options.system.ref<ExecutorProtocol>(executor);
    const answer = await ref.ask({ kind: "AbortForLease" }, { deadlineMs: ANSWER_MS });
    return answer.ok ? answer.value.running : null;
  }

  #executors(): readonly ActorInfo[] {
    return this.#options.system.info().filter(({ name, state }) =>
      name.startsWith("executor-") && state === "ready"
    );
  }

  #dispatcher() {
    return this.#options.system.ref<DispatcherProtocol>("dispatcher");
  }
}
