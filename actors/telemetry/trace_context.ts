/** A W3C trace context: where in a distributed trace a request stands. */
export interface TraceContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits: the caller's span. */
  readonly parentId: string;
  /** The caller records this trace. */
  readonly sampled: boolean;
}

const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/**
 * Parses a `traceparent` header. Null for anything that the W3C recommendation calls invalid, in
 * which case a receiver acts as if there were none. Later versions than 00 may carry more parts.
 */
export function parseTraceparent(text: string | null | undefined): TraceContext | null {
  const match = TRACEPARENT.exec(text ?? "");
  if (match === null) return null;
  const [, version, traceId, parentId, flags, more] = match;
  if (traceId === undefined || parentId === undefined || flags === undefined) return null;
  if (version === "ff" || (version === "00" && more !== undefined)) return null;
  if (isZero(traceId) || isZero(parentId)) return null;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Writes `context` as a version 00 `traceparent`. */
export function formatTraceparent({ traceId, parentId, sampled }: TraceContext): string {
  return `00-${traceId}-${parentId}-${sampled ? "01" : "00"}`;
}

/** `text` as a version 00 `traceparent` when it is a valid one, else null: what is safe to keep. */
export function normalizeTraceparent(text: string | null | undefined): string | null {
  const context = parseTraceparent(text);
  return context === null ? null : formatTraceparent(context);
}

function isZero(hex: string): boolean {
  return /^0+$/.test(hex);
}
