import { getLogger } from "../telemetry/logger.ts";
import { type Stage, STAGES } from "./commit_batch.ts";
import type { CommitReport } from "./commit_loop.ts";

export interface SlowCommitsOptions {
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  /** True where nodes share the store: then the way to it can be what is slow. False when absent. */
  readonly shared?: boolean;
  /** Takes a line; the log when absent. */
  readonly warn?: (line: SlowCommitLine) => void;
}

/** What is said of a slow commit. */
export interface SlowCommitLine {
  readonly ms: number;
  readonly items: number;
  /** Items by stage, as `3 outcomes, 1 claims`. */
  readonly what: string;
  /** Slow commits since the last line of which there was none. */
  readonly unsaid: number;
  /** Where to look. */
  readonly hint: string;
}

/** A commit that takes longer is worth a line: everybody's answer waits for it. */
export const SLOW_COMMIT_MS = 250;
/** At most one line in this time: a slow disk makes every commit slow. */
const LINE_EVERY_MS = 10_000;

const log = getLogger("scheduler");

/** Warns of slow commits, seldom enough that the log does not grow with them. */
export class SlowCommits {
  readonly #monotonic: () => number;
  readonly #warn: (line: SlowCommitLine) => void;
  readonly #hint: string;
  #saidAt = -Infinity;
  #unsaid = 0;

  constructor({ monotonic, shared = false, warn = warnInLog }: SlowCommitsOptions) {
    this.#monotonic = monotonic;
    this.#warn = warn;
    this.#hint = shared
      ? "is the database busy, or the way to it slow?"
      : "is the data folder's disk slow or shared?";
  }

  /** Takes note of a commit. */
  note({ seconds, items, stages }: Pick<CommitReport, "seconds" | "items" | "stages">): void {
    const ms = Math.round(seconds * 1_000);
    if (ms < SLOW_COMMIT_MS) return;
    const now = this.#monotonic();
    if (now - this.#saidAt < LINE_EVERY_MS) {
      this.#unsaid++;
      return;
    }
    this.#warn({ ms, items, what: describe(stages), unsaid: this.#unsaid, hint: this.#hint });
    this.#saidAt = now;
    this.#unsaid = 0;
  }
}

function describe(stages: Readonly<Record<Stage, number>>): string {
  return STAGES.filter((stage) => stages[stage] > 0)
    .map((stage) => `${stages[stage]} ${stage}`).join(", ");
}

function warnInLog({ ms, items, what, unsaid, hint }: SlowCommitLine): void {
  log.warn(
    "slow commit: {ms} ms for {items} items ({what}); {hint} " +
      "({unsaid} more since the last such line)",
    { ms, items, what, unsaid, hint },
  );
}
