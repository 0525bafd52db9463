/** Between two tries, in ms: nothing tells when an address comes free. */
const RETRY_MS = 100;

/**
 * Binds an address, and tries again for `patienceMs` where that fails. A front-end that is restarted
 * binds where its former incarnation listened, whose isolate holds the address until it has come to
 * its end; at a first start there is nothing to be patient for.
 *
 * @throws what `bind` threw at its last try.
 */
export async function bindAgain<T>(
  bind: () => T | Promise<T>,
  { patienceMs }: { readonly patienceMs: number },
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await bind();
    } catch (error) {
      if (performance.now() + RETRY_MS > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
