/** How a unary call is served: who calls, what is asked, the handler, the status, the measurement. */
import type { handleUnaryCall, ServerUnaryCall } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { ok, refuse, type Result } from "../../actors/domain/error.ts";
import { getLogger } from "../../actors/telemetry/logger.ts";
import type { Authenticator } from "../auth.ts";
import { callStatus, statusName } from "./call_status.ts";
import { decodeRequest } from "./decode_request.ts";
import type { TypedMethod } from "./method_definition.ts";
import { type Access, type RequestContext, requestContext } from "./request_context.ts";

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
export interface UnaryHandler<I extends DescMessage, O extends DescMessage> {
  readonly access: Access;
  handle(
    request: MessageShape<I>,
    context: RequestContext,
  ): Promise<Result<MessageShape<O>>> | Result<MessageShape<O>>;
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
    handler: UnaryHandler<I, O>,
  ): handleUnaryCall<Uint8Array, MessageShape<O>> {
    const name = `${method.parent.typeName}/${method.name}`;
    return (call, callback) => {
      const startedAt = performance.now();
      this.#underWay++;
      void this.#answer(method.input, handler, call).then((answer) => {
        this.#underWay--;
        const code = answer.ok ? status.OK : callStatus(answer.error).code;
        this.#environment.observe({
          method: name,
          code: statusName(code),
          seconds: (performance.now() - startedAt) / 1_000,
        });
        if (answer.ok) callback(null, answer.value);
        else callback(callStatus(answer.error));
      });
    };
  }

  /** Never throws: a rejection here would end the isolate and with it every other call. */
  async #answer<I extends DescMessage, O extends DescMessage>(
    input: I,
    handler: UnaryHandler<I, O>,
    call: ServerUnaryCall<Uint8Array, MessageShape<O>>,
  ): Promise<Result<MessageShape<O>>> {
    try {
      if (this.#underWay > this.#environment.callsMax) return overloaded();
      const { access } = handler;
      const { authenticator, limitRate } = this.#environment;
      const context = await requestContext(call, { access, authenticator });
      if (!context.ok) return context;
      const subject = context.value.principal?.subject;
      const limited = subject === undefined || limitRate === null ? ok(null) : limitRate(subject);
      if (!limited.ok) return limited;
      const request = decodeRequest(input, call.request);
      return request.ok ? await handler.handle(request.value, context.value) : request;
    } catch (error) {
      log.error("A gRPC call failed", { path: call.getPath(), error });
      return refuse("internal", "internal", "Cannot answer: an internal error, see the node's log");
    }
  }
}

function overloaded(): Result<never> {
  return refuse(
    "resource_exhausted",
    "overloaded",
    "Cannot take the call: too many are under way; try again later",
    { retryAfterMs: 1_000 },
  );
}
