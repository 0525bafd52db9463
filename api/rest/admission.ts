/** Who may call what, in the documented order: authenticate, scope, rate limit, then the body. */
import type { NodeConfig } from "../../actors/config.ts";
import { ok, type Result } from "../../actors/domain/error.ts";
import { type Authenticator, type Principal, requireScope } from "../auth.ts";
import { STOPPING } from "../operations/operation.ts";
import { rateHeaders, RateLimiter, tooManyRequests } from "../rate_limiter.ts";
import { problem } from "./reply.ts";
import type { Route } from "./route.ts";

/** What admission decides with. */
export interface AdmissionOptions {
  readonly config: NodeConfig;
  readonly authenticator: Authenticator;
  readonly now: () => number;
}

/** An admitted caller with the headers that its answer has to carry, or the answer to a refused one. */
export type Admitted =
  | { readonly principal: Principal; readonly headers: Readonly<Record<string, string>> | null }
  | { readonly refusal: Response };

const NOBODY: Principal = { subject: "", scopes: new Set() };
const OPEN: Admitted = { principal: NOBODY, headers: null };

/** Admits requests, or answers them. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #limiter: RateLimiter | null;
  #accepting = true;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    const { rateLimit } = options.config;
    this.#limiter = rateLimit === null ? null : new RateLimiter(rateLimit);
  }

  /** From now on submissions are refused; everything else goes on. */
  stopAccepting(): void {
    this.#accepting = false;
  }

  /** Decides on a request for `route`. Without a promise where the token is known. */
  admit(route: Route, request: Request): Admitted | Promise<Admitted> {
    if (route.scope === null) return OPEN;
    const verified = this.#options.authenticator.verify(request.headers.get("authorization"));
    return verified instanceof Promise
      ? verified.then((principal) => this.#admit(route, principal))
      : this.#admit(route, verified);
  }

  #admit(route: Route, verified: Result<Principal>): Admitted {
    if (!verified.ok) return { refusal: problem(verified.error) };
    const principal = verified.value;
    const scope = route.scope === null ? ok(null) : requireScope(principal, route.scope);
    if (!scope.ok) return { refusal: problem(scope.error) };
    const limited = this.#limiter?.take(principal.subject, this.#options.now());
    const headers = limited === undefined ? null : rateHeaders(limited);
    if (limited?.allowed === false) {
      return { refusal: problem(tooManyRequests(limited), headers ?? undefined) };
    }
    if (route.submits === true && !this.#accepting) return { refusal: problem(STOPPING) };
    return { principal, headers };
  }
}
