import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "./eventually.ts";
import type { NodeProcess } from "./node_process.ts";

const PAUSE_MS = 50;
/** Longer than any restart takes. */
const ACCEPTED_WITHIN_MS = 60_000;
const ANSWER_MS = 10_000;

/**
 * Submits tasks one after the other, as a careful client does: with ids of its own, and again with
 * the same id when the answer stays out or says that the node is busy.
 */
export class SteadyLoad {
  readonly #node: NodeProcess;
  readonly #prefix: string;
  readonly #accepted: string[] = [];
  readonly #lanes: Promise<void>;
  #stopped = false;

  constructor(
    node: NodeProcess,
    { prefix, lanes = 4 }: { readonly prefix: string; readonly lanes?: number },
  ) {
    this.#node = node;
    this.#prefix = prefix;
    this.#lanes = Promise.all(Array.from({ length: lanes }, (_, lane) => this.#run(lane)))
      .then(() => {});
    // A failure is the test's at `stop`, not an unhandled rejection before.
    this.#lanes.catch(() => {});
  }

  /** Ids that were accepted so far. */
  get accepted(): readonly string[] {
    return this.#accepted;
  }

  /** Ends the load once what is in flight is accepted, and gives all accepted ids. */
  async stop(): Promise<readonly string[]> {
    this.#stopped = true;
    await this.#lanes;
    return this.#accepted;
  }

  async #run(lane: number): Promise<void> {
    for (let index = 0; !this.#stopped; index++) {
      const id = `${this.#prefix}-${lane}-${index}`;
      await this.#submit({ id, method: index % 5 === 0 ? "sleep" : "noop", args: [5] });
      this.#accepted.push(id);
      await delay(PAUSE_MS);
    }
  }

  async #submit(submission: { readonly id: string; readonly [field: string]: unknown }) {
    const status = await eventually(async () => {
      const answer = await this.#trySubmit(submission);
      return answer !== null && answer < 500 ? answer : null;
    }, {
      what: `${submission.id} is accepted`,
      deadlineMs: ACCEPTED_WITHIN_MS,
      everyMs: PAUSE_MS,
    });
    assert.ok(status === 200 || status === 201, `${submission.id} was refused with ${status}`);
  }

  /** The status of the answer; null when there was none. */
  async #trySubmit(submission: unknown): Promise<number | null> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    try {
      const { status } = await this.#node.fetchApi("POST", "/api/tasks", submission, { signal });
      return status;
    } catch (error) {
      if (error instanceof TypeError || error instanceof DOMException) return null;
      throw error;
    }
  }
}
