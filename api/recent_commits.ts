import type { SubscriberMessage } from "../actors/protocol.ts";

/** How a number was spread. */
export interface Spread {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What the latest commits were like. */
export interface CommitSummary {
  /** How many commits this is about. */
  readonly count: number;
  /** Epoch ms of the oldest and the newest of them; null where there is none. */
  readonly from: number | null;
  readonly to: number | null;
  /** Milliseconds from the begin of the transaction until it stood; null where there is no commit. */
  readonly ms: Spread | null;
  /** Commands, outcomes and claims in one commit. */
  readonly items: Spread | null;
}

/** Enough for a 99th percentile; at full load a few seconds. */
const COMMITS_MAX = 1_000;

/** Remembers the latest commits of the node, from what the scheduler publishes of them. */
export class RecentCommits {
  readonly #now: () => number;
  readonly #at = new Float64Array(COMMITS_MAX);
  readonly #ms = new Float64Array(COMMITS_MAX);
  readonly #items = new Float64Array(COMMITS_MAX);
  #seen = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  onEvents(events: SubscriberMessage["events"]): void {
    for (const event of events) {
      if (event.kind !== "TasksCommitted") continue;
      const place = this.#seen++ % COMMITS_MAX;
      this.#at[place] = this.#now();
      this.#ms[place] = event.commitSeconds * 1_000;
      this.#items[place] = event.batchSize;
    }
  }

  summary(): CommitSummary {
    const count = Math.min(this.#seen, COMMITS_MAX);
    if (count === 0) return { count, from: null, to: null, ms: null, items: null };
    const at = this.#at.slice(0, count).sort();
    return {
      count,
      from: at.at(0) ?? null,
      to: at.at(-1) ?? null,
      ms: spreadOf(this.#ms.slice(0, count)),
      items: spreadOf(this.#items.slice(0, count)),
    };
  }
}

/** By nearest rank: each is a number that was there. */
function spreadOf(values: Float64Array): Spread {
  const sorted = values.sort();
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), max: rank(1) };
}
