/** Bearer tokens: who calls, and what the caller may do. The same for every front-end. */
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { LRUCache } from "lru-cache";
import type { AuthConfig } from "../actors/config.ts";
import { ok, refuse, type Result } from "../actors/domain/error.ts";

/** What a token allows; `admin` includes the others, and write does not include read. */
export type Scope = "tasks:read" | "tasks:write" | "admin";

/** The caller of a request. */
export interface Principal {
  /** `sub` of the token, empty where it has none. */
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
}

interface VerifiedToken {
  readonly result: Result<Principal>;
  /** Epoch ms after which the token has to be verified anew. */
  readonly validUntil: number;
}

type KeySource = Uint8Array | ReturnType<typeof createRemoteJWKSet>;

const LEEWAY_SECONDS = 30;
const TOKEN_LENGTH_MAX = 8 << 10;
const VERIFIED_MAX = 1_000;
/** A verified token is looked at again after this, so that a revoked key of a key set ends. */
const VERIFIED_MS = 300_000;
const EVERYBODY: Principal = { subject: "anonymous", scopes: new Set(["admin"]) };

/** Verifies the `authorization` of requests as the configuration says. */
export class Authenticator {
  readonly #config: AuthConfig;
  readonly #keys: KeySource | null;
  readonly #now: () => number;
  /**
   * By the whole header. A digest would cost more than all the rest of a known token's check, and
   * would hide nothing: who can read this memory can read the requests.
   */
  readonly #verified = new LRUCache<string, VerifiedToken>({ max: VERIFIED_MAX });
  /**
   * Verifications under way, by the whole header: all that arrives meanwhile with the same token
   * waits for the one, and so goes on in the order of its arrival.
   */
  readonly #verifying = new Map<string, Promise<Result<Principal>>>();

  constructor(config: AuthConfig, now: () => number = Date.now) {
    this.#config = config;
    this.#keys = keysOf(config);
    this.#now = now;
  }

  /**
   * Answers the principal of an `Authorization` header (or gRPC metadata) value. Without a promise
   * where the token was verified a short while ago, which is what makes a request cheap.
   */
  verify(authorization: string | null): Promise<Result<Principal>> | Result<Principal> {
    if (this.#config.kind === "none") return ok(EVERYBODY);
    if (authorization === null) return unauthenticated("a bearer token is required");
    const known = this.#verified.get(authorization);
    if (known !== undefined && this.#now() < known.validUntil) return known.result;
    const verifying = this.#verifying.get(authorization);
    if (verifying !== undefined) return verifying;
    const token = bearerToken(authorization);
    if (token === null) return unauthenticated("the authorization is not a bearer token");
    const verification = this.#verifyToken(token, authorization);
    this.#verifying.set(authorization, verification);
    return verification;
  }

  async #verifyToken(token: string, authorization: string): Promise<Result<Principal>> {
    const now = this.#now();
    let payload: JWTPayload;
    try {
      payload = await this.#verifySignature(token, now);
    } catch (error) {
      return refusalOf(error);
    } finally {
      this.#verifying.delete(authorization);
    }
    const principal = {
      subject: payload.sub ?? "",
      scopes: new Set(typeof payload["scope"] === "string" ? payload["scope"].split(" ") : []),
    };
    const expiresAt = ((payload.exp ?? 0) + LEEWAY_SECONDS) * 1_000;
    const validUntil = Math.min(expiresAt, now + VERIFIED_MS);
    const result = ok(principal);
    this.#verified.set(authorization, { result, validUntil });
    return result;
  }

  async #verifySignature(token: string, now: number): Promise<JWTPayload> {
    const config = this.#config;
    if (config.kind === "none" || this.#keys === null) {
      throw new Error("a node without authentication has no key to verify with");
    }
    const options = {
      algorithms: config.kind === "secret" ? ["HS256"] : ["RS256", "ES256", "EdDSA", "Ed25519"],
      requiredClaims: ["exp"],
      clockTolerance: LEEWAY_SECONDS,
      currentDate: new Date(now),
      ...(config.issuer === null ? {} : { issuer: config.issuer }),
      ...(config.audience === null ? {} : { audience: config.audience }),
    };
    const { payload } = this.#keys instanceof Uint8Array
      ? await jwtVerify(token, this.#keys, options)
      : await jwtVerify(token, this.#keys, options);
    return payload;
  }
}

/** Refuses unless `principal` has `scope`, or `admin`, which includes every scope. */
export function requireScope(principal: Principal, scope: Scope): Result<null> {
  if (principal.scopes.has(scope) || principal.scopes.has("admin")) return ok(null);
  return refuse("permission_denied", "missing_scope", `Not permitted: needs the scope ${scope}`);
}

/** What a new token says. */
export interface TokenOptions {
  readonly secret: string;
  readonly sub: string;
  /** Scopes, separated by spaces. */
  readonly scope: string;
  readonly ttlSeconds: number;
  /** Epoch ms. */
  readonly now: number;
  readonly issuer?: string | null;
  readonly audience?: string | null;
}

/** Makes an HS256 token that a node with `secret` takes. */
export function signToken(options: TokenOptions): Promise<string> {
  const issuedAt = Math.floor(options.now / 1_000);
  const token = new SignJWT({ scope: options.scope })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(options.sub)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + options.ttlSeconds);
  if (options.issuer) token.setIssuer(options.issuer);
  if (options.audience) token.setAudience(options.audience);
  return token.sign(new TextEncoder().encode(options.secret));
}

function keysOf(config: AuthConfig): KeySource | null {
  if (config.kind === "none") return null;
  if (config.kind === "secret") return new TextEncoder().encode(config.secret);
  return createRemoteJWKSet(new URL(config.url), { timeoutDuration: 5_000 });
}

/** The token of `Bearer TOKEN`; null for any other form, or one too long to be looked at. */
function bearerToken(authorization: string): string | null {
  if (authorization.length > TOKEN_LENGTH_MAX) return null;
  const [scheme, token, ...rest] = authorization.split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token || rest.length > 0) return null;
  return token;
}

/** A faulty token is the caller's matter; a key set that can't be read is not. */
function refusalOf(error: unknown): Result<Principal> {
  if (error instanceof errors.JWTExpired) return unauthenticated("the token has expired");
  const ours = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid ||
    !(error instanceof errors.JOSEError) || error.code === "ERR_JOSE_GENERIC";
  if (!ours || error instanceof SyntaxError) return unauthenticated("the token is not valid");
  return refuse(
    "unavailable",
    "keys_unavailable",
    "Cannot verify the token: the key set could not be read; try again",
    { retryAfterMs: 1_000 },
  );
}

function unauthenticated(why: string): Result<Principal> {
  return refuse("unauthenticated", "unauthenticated", `Cannot accept the request: ${why}`);
}
