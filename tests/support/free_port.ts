/** Below the ports that Linux gives to connections by itself (from 32,768): none of those takes it again. */
const [FIRST, COUNT] = [10_000, 22_000];
const TRIES = 100;

/** A port of the loopback interface that was free a moment ago, for what must keep its port. */
export function freePort(): number {
  for (let tried = 0; tried < TRIES; tried++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`None of ${TRIES} ports tried is free`);
}
