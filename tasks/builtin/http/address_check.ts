/**
 * Where `http.request` may go. Whoever may submit a task chooses the URL, and the node stands where
 * he does not: so addresses that are not of the public internet are refused unless the operator
 * allows them. What is checked is the very address that is then connected to, so that a name that
 * resolves to something else the next moment gains nothing.
 */
import { lookup } from "node:dns/promises";
import { NonRetryableError } from "../../sdk/mod.ts";

let mayReach: (address: string) => boolean = () => false;

/** Sets which addresses may be connected to; until then none may. */
export function setAddressRule(rule: (address: string) => boolean): void {
  mayReach = rule;
}

/** An address of the host, fit to be connected to. */
export interface HostAddresses {
  /** The name to ask for; null where the URL has an address. */
  readonly name: string | null;
  /** In the order in which to try them; one at least. */
  readonly addresses: readonly string[];
}

/**
 * Resolves the host of `url` to those of its addresses that may be connected to.
 *
 * @throws {NonRetryableError} when it has none of these.
 * @throws {Error} when the name can't be resolved.
 */
export async function resolveHost(url: URL, signal: AbortSignal): Promise<HostAddresses> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isAddress = host.includes(":") || /^[\d.]+$/.test(host);
  const all = isAddress ? [host] : await addressesOf(host, signal);
  const addresses = all.filter(mayReach);
  if (addresses.length > 0) return { name: isAddress ? null : host, addresses };
  const which = isAddress ? "is" : `has the address ${all[0]}, which is`;
  throw new NonRetryableError(
    `Cannot request ${url.origin}: "${host}" ${which} not of the public internet; ` +
      "an operator allows such addresses with --http-allow",
  );
}

async function addressesOf(name: string, signal: AbortSignal): Promise<readonly string[]> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    // A lookup can't be cut short; one that nobody waits for any more ends by itself.
    const found = await Promise.race([lookup(name, { all: true }), aborted.promise]);
    return found.map(({ address }) => address);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
