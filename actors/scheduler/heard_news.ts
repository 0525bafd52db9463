import { methodOfUnregistered } from "../domain/pool.ts";
import type { NodeNews, OthersCommitted, RunRef } from "../protocol.ts";
import { getLogger } from "../telemetry/logger.ts";
import type { Announcer } from "./announcer.ts";
import type { CommitContext } from "./commit.ts";
import type { CommitLoop } from "./commit_loop.ts";
import { relayCancels } from "./relay_cancels.ts";
import type { ScheduleKeeper } from "./schedule_keeper.ts";

export interface HeardNewsOptions {
  readonly memory: CommitContext;
  readonly loop: CommitLoop;
  readonly schedules: Pick<ScheduleKeeper, "ended">;
  readonly announcer: Pick<Announcer, "hint" | "hintQueues">;
  readonly publish: (event: OthersCommitted) => void;
  /** Has everything looked at that other nodes may have changed. */
  readonly refresh: () => void;
}

const log = getLogger("scheduler");

/** Passes on what other nodes tell of their commits, to whom it concerns on this one. */
export class HeardNews {
  readonly #options: HeardNewsOptions;

  constructor(options: HeardNewsOptions) {
    this.#options = options;
  }

  receive(news: NodeNews): void {
    const { lastSeq, ended, endedWorkflows, logged, ready, freed, cancels, refresh } = news;
    const { memory, schedules, announcer, publish } = this.#options;
    if (lastSeq > 0 || ended === null || logged === null || logged.length > 0) {
      publish({ kind: "OthersCommitted", lastSeq, ended, logged });
    }
    schedules.ended({ tasks: ended ?? [], workflows: endedWorkflows });
    announcer.hint(ready.filter(({ pool }) => methodOfUnregistered(pool) === null));
    announcer.hintQueues(freed);
    for (const { node, runs } of cancels) if (node === memory.node) this.#relay(runs);
    if (refresh || ready.some(({ pool }) => this.#isKnownStray(pool))) this.#options.refresh();
  }

  /** True for tasks that wait apart because a node met them that does not know their method; this one does. */
  #isKnownStray(pool: string): boolean {
    const method = methodOfUnregistered(pool);
    return method !== null && this.#options.memory.methods.find(method, null) !== null;
  }

  #relay(runs: readonly RunRef[]): void {
    this.#options.loop.submit("control", relayCancels, { work: runs, held: true })
      .catch((error) => {
        log.warn("runs to be cancelled are looked for later: {error}", { error: String(error) });
      });
  }
}
