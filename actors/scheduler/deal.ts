import type { ClaimingExecutor } from "../protocol.ts";

interface Hand {
  readonly executor: ClaimingExecutor;
  credits: number;
  held: number;
}

/** Deals claimed runs out: each goes to the executor of its pool that holds the fewest, so that work spreads. */
export class Deal {
  readonly #pools = new Map<string, Hand[]>();

  constructor(executors: readonly ClaimingExecutor[]) {
    for (const executor of executors) {
      const hand = { executor, credits: executor.credits, held: executor.held };
      const hands = this.#pools.get(executor.pool);
      if (hands === undefined) this.#pools.set(executor.pool, [hand]);
      else hands.push(hand);
    }
  }

  /** How many runs the executors of `pool` can still take. */
  creditsOf(pool: string): number {
    return (this.#pools.get(pool) ?? []).reduce((sum, { credits }) => sum + credits, 0);
  }

  /** The executor that takes the next run of `pool`. */
  next(pool: string): ClaimingExecutor {
    let least: Hand | undefined;
    for (const hand of this.#pools.get(pool) ?? []) {
      if (hand.credits > 0 && (least === undefined || hand.held < least.held)) least = hand;
    }
    if (least === undefined) {
      throw new Error(`no executor of pool ${pool} can take the claimed run`);
    }
    least.credits--;
    least.held++;
    return least.executor;
  }
}
