import { getLogger } from "../telemetry/logger.ts";
import type { Clock } from "./clock.ts";
import type { CommitLoop } from "./commit_loop.ts";
import { refreshMemory } from "./refresh.ts";

export interface RefresherOptions {
  readonly loop: CommitLoop;
  readonly clock: Clock;
  readonly now: () => number;
  /** False where nobody else writes: then memory is never out of date. */
  readonly shared: boolean;
  readonly onRefreshed: () => void;
}

/** From one look at what others have written to the next. Nobody waits for it whom others tell in time. */
export const REFRESH_MS = 15_000;
/** After one that failed. */
const RETRY_MS = 1_000;

const log = getLogger("scheduler");

/** Has memory brought up to date with a shared store, every few seconds and when something asks for it. */
export class Refresher {
  readonly #options: RefresherOptions;
  #at = Infinity;
  /** A look is under way, and another was asked for since it began. */
  #looking = false;
  #again = false;

  constructor(options: RefresherOptions) {
    this.#options = options;
    this.#wakeIn(REFRESH_MS);
  }

  /** Does it where it is time to. The clock fires for many, and forgets what was set for later. */
  onTime(): void {
    const { now, clock } = this.#options;
    if (now() >= this.#at) this.soon();
    else if (this.#at < Infinity) clock.set(this.#at);
  }

  /** Does it in the next commit; what is asked for while one is under way is done once, after it. */
  soon(): void {
    if (!this.#options.shared) return;
    if (this.#looking) this.#again = true;
    else void this.#look();
  }

  async #look(): Promise<void> {
    const { loop, onRefreshed } = this.#options;
    this.#looking = true;
    this.#at = Infinity;
    try {
      do {
        this.#again = false;
        await loop.submit("control", refreshMemory, { work: null, held: true });
        onRefreshed();
      } while (this.#again);
      this.#wakeIn(REFRESH_MS);
    } catch (error) {
      log.warn("what other nodes have changed is read again: {error}", { error: String(error) });
      this.#wakeIn(RETRY_MS);
    }
    this.#looking = false;
  }

  #wakeIn(ms: number): void {
    const { clock, now, shared } = this.#options;
    if (!shared) return;
    this.#at = now() + ms;
    clock.set(this.#at);
  }
}
