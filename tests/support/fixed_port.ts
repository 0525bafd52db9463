/** Below the ports that systems hand out by themselves, to listeners on port 0 and to connections. */
const PORTS = { from: 15_000, to: 32_000 };
const TRIES = 100;

/**
 * A free port of the loopback interface for a server that goes and comes back on it: the system gives
 * it to nobody else in between.
 */
export function fixedPort(random: () => number = Math.random): number {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = PORTS.from + Math.floor(random() * (PORTS.to - PORTS.from));
    if (isFree(port)) return port;
  }
  throw new Error(`Found no free port from ${PORTS.from} to ${PORTS.to} in ${TRIES} tries`);
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
