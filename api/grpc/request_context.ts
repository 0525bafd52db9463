/** What a handler knows of its caller, taken from the call's metadata. */
import type { Metadata, ServerWritableStream } from "@grpc/grpc-js";
import { ok, type Result } from "../../actors/domain/error.ts";
import { normalizeTraceparent } from "../../actors/telemetry/trace_context.ts";
import { type Authenticator, type Principal, requireScope, type Scope } from "../auth.ts";

/** Kept of a call's time for the way back, so that the answer arrives before the deadline does. */
const RESERVE_MIN_MS = 20;
const RESERVE_MAX_MS = 500;
const RESERVE_SHARE = 0.1;

/** What a call has to be allowed: a scope, any valid token, or nothing. */
export type Access = Scope | "any_token" | "open";

/** The circumstances of one call. */
export interface RequestContext {
  /** Null for what is open to everybody. */
  readonly principal: Principal | null;
  /** A valid W3C trace context, or null. */
  readonly traceparent: string | null;
  /** As it was sent, or null. */
  readonly idempotencyKey: string | null;
  /** Epoch ms at which the caller gives up; `Infinity` when it did not say. */
  readonly deadline: number;
  /** Aborts when the caller cancels or goes away. */
  readonly signal: AbortSignal;
}

/** What all kinds of grpc-js server calls have. */
export type AnyCall =
  & Pick<
    ServerWritableStream<unknown, unknown>,
    "metadata" | "cancelled" | "getDeadline"
  >
  & { on(event: "cancelled", listener: () => void): unknown };

/** Verifies the caller of `call` against `access` and gathers what its handler needs. */
export async function requestContext(
  call: AnyCall,
  { access, authenticator }: { readonly access: Access; readonly authenticator: Authenticator },
): Promise<Result<RequestContext>> {
  // Before anything waits, so that no cancellation is missed.
  const controller = new AbortController();
  call.on("cancelled", () => controller.abort());
  if (call.cancelled) controller.abort();
  const principal = await authorize(call.metadata, access, authenticator);
  if (!principal.ok) return principal;
  const deadline = call.getDeadline();
  return ok({
    principal: principal.value,
    traceparent: normalizeTraceparent(single(call.metadata, "traceparent")),
    idempotencyKey: single(call.metadata, "idempotency-key"),
    deadline: deadline instanceof Date ? deadline.getTime() : deadline,
    signal: controller.signal,
  });
}

async function authorize(
  metadata: Metadata,
  access: Access,
  authenticator: Authenticator,
): Promise<Result<Principal | null>> {
  if (access === "open") return ok(null);
  const principal = await authenticator.verify(single(metadata, "authorization"));
  if (!principal.ok || access === "any_token") return principal;
  const scope = requireScope(principal.value, access);
  return scope.ok ? principal : scope;
}

/** How long the caller still listens, less what the way back takes; `now` in epoch ms. */
export function timeLeft({ deadline }: Pick<RequestContext, "deadline">, now: number): number {
  const leftMs = deadline - now;
  const reserveMs = Math.min(Math.max(leftMs * RESERVE_SHARE, RESERVE_MIN_MS), RESERVE_MAX_MS);
  return Math.max(leftMs - reserveMs, 0);
}

/** The value of `key`, or null. Several are joined as HTTP does, and so no longer a valid token. */
function single(metadata: Metadata, key: string): string | null {
  const values = metadata.get(key);
  return values.length === 0 ? null : values.join(", ");
}
