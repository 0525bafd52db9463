import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { finishedTotal } from "../support/node_metrics.ts";
import type { NodeProcess } from "../support/node_process.ts";

const BATCH = 500;
/** Enough that executors never wait, little enough that no node works on a much larger one. */
const BACKLOG = 4_000;
const POLL_MS = 50;

/** Submits tasks that do nothing to a fresh node, as fast as it works them off. */
export class FullLoad {
  readonly #node: NodeProcess;
  #submitted = 0;

  constructor(node: NodeProcess) {
    this.#node = node;
  }

  /** Loads the node until `signal` aborts; what was submitted may then still wait or run. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const finished = await finishedTotal(this.#node);
      for (let room = BACKLOG - (this.#submitted - finished); room > 0; room -= BATCH) {
        if (!signal.aborted) this.#submitted += await this.#submit();
      }
      await delay(POLL_MS);
    }
  }

  /** Submits a batch; answers how many were accepted, which is none while the node is overloaded. */
  async #submit(): Promise<number> {
    const tasks = Array.from({ length: BATCH }, () => ({ method: "noop" }));
    const { status, body } = await this.#node.fetchApi("POST", "/api/tasks/batch", { tasks });
    if (status === 503) return 0;
    assert.equal(status, 200);
    const results: readonly { readonly status: number }[] = body.results;
    return results.filter((result) => result.status === 201).length;
  }
}
