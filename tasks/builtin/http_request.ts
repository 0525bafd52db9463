import { NonRetryableError, task, type TaskContext, type TaskValue } from "../sdk/mod.ts";
import { bodyToSend, receivedBody } from "./http/body.ts";
import { type HttpRequest, REQUEST_RULES } from "./http/request_rules.ts";
import { errorOf } from "./http/verdict.ts";
import { mapArgument } from "./map_argument.ts";

/** What a task can keep as its result, even where base64 makes a third more of it. */
const ANSWER_BYTES_MAX = 512 << 10;
const SENT_BYTES_MAX = 4 << 20;
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_REDIRECTS = 5;

/**
 * Sends an HTTP request and returns `{status, url, headers, body}`. Connections, 408, 425, 429 and
 * 500, 502, 503, 504 fail the attempt, to be retried, after `Retry-After` where the server says so;
 * other statuses than 2xx fail the task. Reaches the public internet, and what `--http-allow` adds.
 */
export const httpRequest = task({
  name: "http.request",
  description: "Sends an HTTP request and returns status, url, headers and body of the answer. " +
    "Passing failures are retried; other statuses than 2xx and okStatus fail the task.",
  input: mapArgument<HttpRequest>(REQUEST_RULES, ["url"]),
  permissions: { net: true },
  run: async ([input], ctx) => await request(input, ctx),
});

async function request(input: HttpRequest, ctx: TaskContext): Promise<TaskValue> {
  const { method = "GET", timeoutMs = DEFAULT_TIMEOUT_MS, okStatus = [] } = input;
  const url = new URL(input.url);
  const what = `${method} ${url.origin}${url.pathname}`; // a query may hold secrets
  const startedAt = performance.now();
  const answer = await sendAll(input, { method, url, what, timeoutMs, ctx });
  const body = receivedBody(answer.body, answer.headers["content-type"]);
  const { status, headers } = answer;
  ctx.log.info(`${what} was answered ${status}`, {
    bytes: answer.body.byteLength,
    ms: Math.round(performance.now() - startedAt),
  });
  const error = errorOf(answer, body, { what, okStatus, now: Date.now() });
  if (error !== null) throw error;
  return { status, url: answer.url.href, headers, body };
}

interface SendOptions {
  readonly method: string;
  readonly url: URL;
  /** The request in words. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly ctx: TaskContext;
}

async function sendAll(
  { headers, body, redirects = DEFAULT_REDIRECTS }: HttpRequest,
  { method, url, what, timeoutMs, ctx }: SendOptions,
) {
  const sent = bodyToSend(body);
  if (sent !== null && sent.bytes.byteLength > SENT_BYTES_MAX) {
    throw new NonRetryableError(
      `Cannot send ${what}: the body is longer than ${SENT_BYTES_MAX} bytes`,
    );
  }
  // Loaded by those who need it: every executor loads this module.
  const { follow } = await import("./http/follow.ts");
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await follow({
      method,
      url,
      headers: headersToSend(headers ?? {}, { method, contentType: sent?.contentType, ctx }),
      body: sent?.bytes ?? null,
      redirects,
      signal: AbortSignal.any([ctx.signal, timeout]),
      answerBytesMax: ANSWER_BYTES_MAX,
      onData: () => ctx.heartbeat(),
    });
  } catch (error) {
    ctx.signal.throwIfAborted();
    const why = timeout.aborted ? `it took longer than ${timeoutMs} ms` : messageOf(error);
    const text = `${what} failed: ${why}`;
    throw error instanceof NonRetryableError
      ? new NonRetryableError(text)
      : new Error(text, { cause: error });
  }
}

interface HeaderFacts {
  readonly method: string;
  readonly contentType: string | undefined;
  readonly ctx: TaskContext;
}

/** What the caller gave, and what he left to us. */
function headersToSend(
  given: Readonly<Record<string, string>>,
  { method, contentType, ctx }: HeaderFacts,
): Readonly<Record<string, string>> {
  const named = Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    accept: "*/*",
    // Nothing here unpacks what is sent packed.
    "accept-encoding": "identity",
    "user-agent": "dtask",
    ...(contentType !== undefined && { "content-type": contentType }),
    // A task may run again after a crash: so a server can tell the second request from a new one.
    ...(["POST", "PATCH"].includes(method) && { "idempotency-key": ctx.taskId }),
    ...Object.fromEntries(named),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
