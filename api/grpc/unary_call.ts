/** How a unary call is served: who calls, what is asked, the handler, the status, the measurement. */
import type { handleUnaryCall, ServerUnaryCall } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { DescMessage, DescMethod, MessageShape } from "@bufbuild/protobuf";
import { type ErrorData, ok, refuse, type Result } from "../../actors/domain/error.ts";
import { getLogger } from "../../actors/telemetry/logger.ts";
import type { Authenticator } from "../auth.ts";
import { type CallStatus, callStatus, statusName } from "./call_status.ts";
import { decodeRequest } from "./decode_request.ts";
import type { TypedMethod } from "./method_definition.ts";
import {
  type Access,
  type AnyCall,
  type RequestContext,
  requestContext,
} from "./request_context.ts";

/** What every call is served with. */
export interface CallEnvironment {
  readonly authenticator: Authenticator;
  /** Takes each call that was answered, for the metrics. */
  readonly observe: (call: ObservedCall) => void;
  /** Most unary calls under way at a time, over all connections. */
  readonly callsMax: number;
  /** Refuses a principal that calls too often; null: no limit. */
  readonly limitRate: ((subject: string) => Result<null>) | null;
}

/** One answered call. */
export interface ObservedCall {
  /** Full name: `taskscheduler.TaskScheduler/SubmitTask`. */
  readonly method: string;
  /** Name of the status code. */
  readonly code: string;
  readonly seconds: number;
}

/** What answers one unary method. */
export interface UnaryHandler<I, O> {
  readonly access: Access;
  handle(request: I, context: RequestContext): Promise<Result<O>> | Result<O>;
}

/** How a method looks on the wire. */
export interface CallForm<I> {
  /** Full name, for the metrics. */
  readonly name: string;
  readonly decode: (bytes: Uint8Array) => Result<I>;
  readonly status: (error: ErrorData) => CallStatus;
}

const log = getLogger("grpc");

/** Serves unary methods in one environment, counting what is under way. */
export class UnaryCalls {
  readonly #environment: CallEnvironment;
  #underWay = 0;

  constructor(environment: CallEnvironment) {
    this.#environment = environment;
  }

  /** The function that grpc-js calls for `method`. */
  serve<I extends DescMessage, O extends DescMessage>(
    method: TypedMethod<I, O>,
    handler: UnaryHandler<MessageShape<I>, MessageShape<O>>,
  ): handleUnaryCall<Uint8Array, MessageShape<O>> {
    const decode = (bytes: Uint8Array) => decodeRequest(method.input, bytes);
    return this.serveAs({ name: methodName(method), decode, status: callStatus }, handler);
  }

  /** The same for a method whose messages have a form of their own. */
  serveAs<I, O>(form: CallForm<I>, handler: UnaryHandler<I, O>): handleUnaryCall<Uint8Array, O> {
    return (call, callback) => {
      const startedAt = performance.now();
      this.#underWay++;
      void this.#answer(form, handler, call).then((answer) => {
        this.#underWay--;
        const refusal = answer.ok ? null : form.status(answer.error);
        this.#environment.observe({
          method: form.name,
          code: statusName(refusal?.code ?? status.OK),
          seconds: (performance.now() - startedAt) / 1_000,
        });
        if (answer.ok) callback(null, answer.value);
        else callback(refusal);
      });
    };
  }

  /** Never throws: a rejection here would end the isolate and with it every other call. */
  async #answer<I, O>(
    form: CallForm<I>,
    handler: UnaryHandler<I, O>,
    call: ServerUnaryCall<Uint8Array, O>,
  ): Promise<Result<O>> {
    try {
      if (this.#underWay > this.#environment.callsMax) return overloaded();
      const context = await admit(call, handler.access, this.#environment);
      if (!context.ok) return context;
      const request = form.decode(call.request);
      return request.ok ? await handler.handle(request.value, context.value) : request;
    } catch (error) {
      log.error("A gRPC call failed", { path: call.getPath(), error });
      return INTERNAL;
    }
  }
}

/** Who calls and whether they may, in the documented order; calls of all kinds begin with it. */
export async function admit(
  call: AnyCall,
  access: Access,
  { authenticator, limitRate }: Pick<CallEnvironment, "authenticator" | "limitRate">,
): Promise<Result<RequestContext>> {
  const context = await requestContext(call, { access, authenticator });
  if (!context.ok || limitRate === null) return context;
  const subject = context.value.principal?.subject;
  const limited = subject === undefined ? ok(null) : limitRate(subject);
  return limited.ok ? context : limited;
}

/** Full name of a method, as metrics show it. */
export function methodName(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}

/** The answer to a call on which the front-end itself has failed. */
export const INTERNAL = refuse(
  "internal",
  "internal",
  "Cannot answer: an internal error, see the node's log",
);

function overloaded(): Result<never> {
  return refuse(
    "resource_exhausted",
    "overloaded",
    "Cannot take the call: too many are under way; try again later",
    { retryAfterMs: 1_000 },
  );
}
