/** How a streaming call is served: admission as for a unary one, the end, the measurement. */
import type { ServerDuplexStream, ServerWritableStream } from "@grpc/grpc-js";
import type { ErrorData, Result } from "../../actors/domain/error.ts";
import { getLogger } from "../../actors/telemetry/logger.ts";
import { unavailable } from "../ask_refusal.ts";
import type { Watch } from "../watch.ts";
import { type CallStatus, statusName } from "./call_status.ts";
import type { Access, RequestContext } from "./request_context.ts";
import { admit, type CallEnvironment, INTERNAL } from "./unary_call.ts";

/** A call that answers a stream of messages, and may ask one, too. */
export type StreamCall =
  | ServerWritableStream<Uint8Array, Uint8Array>
  | ServerDuplexStream<Uint8Array, Uint8Array>;

/** What is served in which way. */
export interface StreamForm<C extends StreamCall> {
  /** Full name, for the metrics. */
  readonly name: string;
  readonly access: Access;
  readonly status: (error: ErrorData) => CallStatus;
  /** Answers until the stream is over: in order, or with the refusal that ends it. */
  readonly run: (call: C, context: RequestContext) => Promise<Result<null>>;
}

const log = getLogger("grpc");

/** The function that grpc-js calls for a streaming method. */
export function serveStream<C extends StreamCall>(
  { name, access, status, run }: StreamForm<C>,
  environment: CallEnvironment,
): (call: C) => void {
  return (call) => {
    const startedAt = performance.now();
    const observe = (code: string) => {
      const seconds = (performance.now() - startedAt) / 1_000;
      environment.observe({ method: name, code, seconds });
    };
    void answer(call, { access, run, environment }).then((end) => {
      if (call.cancelled) return observe("CANCELLED");
      const refusal = end.ok ? null : status(end.error);
      observe(statusName(refusal?.code ?? 0));
      if (refusal === null) call.end();
      else call.emit("error", refusal);
    });
  };
}

interface AnswerOptions<C extends StreamCall> extends Pick<StreamForm<C>, "access" | "run"> {
  readonly environment: CallEnvironment;
}

/** Never throws: a rejection here would end the isolate and with it every other call. */
async function answer<C extends StreamCall>(
  call: C,
  { access, run, environment }: AnswerOptions<C>,
): Promise<Result<null>> {
  try {
    const context = await admit(call, access, environment);
    return context.ok ? await run(call, context.value) : context;
  } catch (error) {
    log.error("A gRPC stream failed", { path: call.getPath(), error });
    return INTERNAL;
  }
}

/** How a watch becomes messages. */
export interface WatchMessages<T> {
  readonly write: (update: T) => Uint8Array;
  /** Whether an update is the last one, after which the stream ends in order. */
  readonly isLast?: (update: T) => boolean;
}

/** Sends what `watch` tells at the pace of its reader. A watch that ends too early is to be resumed. */
export async function streamWatch<T>(
  call: ServerWritableStream<Uint8Array, Uint8Array>,
  watch: Watch<T>,
  { write, isLast = () => false }: WatchMessages<T>,
): Promise<Result<null>> {
  call.on("cancelled", () => watch.close());
  if (call.cancelled) watch.close();
  let over = false;
  try {
    let updates: readonly T[] | null = [watch.opening()];
    while (updates !== null) {
      for (const update of updates) {
        over ||= isLast(update);
        if (!call.write(write(update)) && !await drained(call)) return INTERRUPTED;
      }
      updates = await watch.next();
    }
    return over ? { ok: true, value: null } : INTERRUPTED;
  } finally {
    // Also where an update could not be written: nobody else knows of the watch.
    watch.close();
  }
}

/** Resolves when more may be written; to false when there is nobody left to read it. */
async function drained(call: StreamCall): Promise<boolean> {
  if (call.cancelled) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const onDrain = () => resolve(true);
  const onCancelled = () => resolve(false);
  call.once("drain", onDrain).once("cancelled", onCancelled);
  try {
    return await promise;
  } finally {
    // A slow reader is waited for again and again, and would be listened to each time more.
    call.off("drain", onDrain).off("cancelled", onCancelled);
  }
}

const INTERRUPTED = unavailable(
  "interrupted",
  "The stream was interrupted: the node is stopping, or a part of it does not answer; resume it",
);
