/**
 * The guard of a node without authentication: a page from elsewhere in the user's browser must not
 * reach it, neither directly (`Origin`) nor under a name that resolves to this machine (`Host`).
 */
import { ok, refuse, type Result } from "../../actors/domain/error.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/** What a host check allows. */
export interface HostCheckOptions {
  /** False where the operator insists on an address that is not loopback: then any `Host` will do. */
  readonly loopbackOnly: boolean;
}

/** Refuses a request whose `Host` is not loopback or whose `Origin` is not this node. */
export function checkHost(headers: Headers, { loopbackOnly }: HostCheckOptions): Result<null> {
  const host = headers.get("host");
  if (loopbackOnly && host !== null && !LOOPBACK.test(host)) {
    return forbidden("foreign_host", "its Host is not a loopback address");
  }
  const origin = headers.get("origin");
  if (origin === null) return ok(null);
  const same = origin === `http://${host}` || origin === `https://${host}`;
  return same ? ok(null) : forbidden("foreign_origin", "its Origin is another site");
}

function forbidden(reason: string, why: string): Result<never> {
  return refuse(
    "permission_denied",
    reason,
    `Cannot accept the request: ${why}, and this node runs without authentication`,
  );
}
