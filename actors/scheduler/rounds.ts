import { getLogger } from "../telemetry/logger.ts";
import type { Handler } from "./commit_batch.ts";

export interface RoundsOptions {
  /** What is done, for the log. */
  readonly what: string;
  /** Does a page of it in the next commit; true when there may be more. */
  readonly handler: Handler<null, boolean>;
  /** Has the handler in the next commit. */
  readonly submit: (handler: Handler<null, boolean>) => Promise<boolean>;
  /** Something failed: `resume` should be called later. */
  readonly onFailure: () => void;
}

const log = getLogger("scheduler");

/** Does something page by page, a commit each, so that everybody else's work comes in between. */
export class Rounds {
  readonly #options: RoundsOptions;
  #running = false;
  #again = false;
  #failed = false;
  #stopped = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Goes on until there is nothing left; what is asked for meanwhile begins anew after that. */
  run(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (!this.#running) void this.#run();
  }

  /** Goes on where it has failed; does nothing where it has not. */
  resume(): void {
    if (this.#failed) this.run();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    const { what, handler, submit, onFailure } = this.#options;
    this.#running = true;
    this.#failed = false;
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        if (await submit(handler)) this.#again = true;
      }
    } catch (error) {
      log.warn("{what} waits on: {error}", { what, error: String(error) });
      this.#failed = true;
      onFailure();
    }
    this.#running = false;
  }
}
