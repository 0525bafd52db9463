import type { ClaimingExecutor } from "../protocol.ts";

/** Deals claimed runs out: each goes to the executor of its pool that can take the most, so that work spreads. */
export class Deal {
  readonly #pools = new Map<string, { executor: ClaimingExecutor; credits: number }[]>();

  constructor(executors: readonly ClaimingExecutor[]) {
    for (const executor of executors) {
      const hand = { executor, credits: executor.credits };
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
    const [first, ...others] = this.#pools.get(pool) ?? [];
    if (first === undefined) throw new Error(`no executor of pool ${pool} takes part in the claim`);
    const most = others.reduce((best, hand) => hand.credits > best.credits ? hand : best, first);
    most.credits--;
    return most.executor;
  }
}
