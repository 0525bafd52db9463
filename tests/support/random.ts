/** A seeded generator of numbers in [0, 1), so that a failing run can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed that `DTASK_TEST_SEED` gives, or a new one; printed, so that it can be given. */
export function announceSeed(what: string): number {
  const seed = Number(Deno.env.get("DTASK_TEST_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`${what}: DTASK_TEST_SEED=${seed}`);
  return seed;
}
