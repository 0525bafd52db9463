/** The services of `dtask.v1`: every operation of the API, as messages. */
import type { Server } from "@grpc/grpc-js";
import type { DescService } from "@bufbuild/protobuf";
import { ok } from "../../../actors/domain/error.ts";
import { DeadLetterService } from "../../../proto/gen/dtask/v1/dead_letter_service_pb.ts";
import { NodeService } from "../../../proto/gen/dtask/v1/node_service_pb.ts";
import { QueueService } from "../../../proto/gen/dtask/v1/queue_service_pb.ts";
import { ScheduleService } from "../../../proto/gen/dtask/v1/schedule_service_pb.ts";
import { TaskService } from "../../../proto/gen/dtask/v1/task_service_pb.ts";
import { WorkflowService } from "../../../proto/gen/dtask/v1/workflow_service_pb.ts";
import type { ChangeFeed } from "../../change_feed.ts";
import {
  mapped,
  type OperationCall,
  type OperationNode,
  STOPPING,
} from "../../operations/operation.ts";
import type { Pulse } from "../../pulse.ts";
import { type RequestContext, timeLeft } from "../request_context.ts";
import {
  type CallEnvironment,
  methodName,
  type UnaryCalls,
  type UnaryHandler,
} from "../unary_call.ts";
import { detailedStatus } from "./detailed_status.ts";
import { asQuery, bytesMethod, decodeJson, readTarget } from "./json_method.ts";
import type { JsonObject } from "./message_decoder.ts";
import { encoderOf } from "./message_encoder.ts";
import { StreamMethods } from "./stream_methods.ts";
import { UNARY_METHODS, type UnaryMethod } from "./unary_methods.ts";

/** The services, for health and reflection. */
export const DTASK_SERVICES: readonly DescService[] = [
  TaskService,
  WorkflowService,
  DeadLetterService,
  QueueService,
  ScheduleService,
  NodeService,
];

/** What the services are made of. */
export interface DtaskServicesOptions {
  readonly node: OperationNode;
  readonly feed: ChangeFeed;
  readonly pulse: Pulse;
  readonly calls: UnaryCalls;
  /** What `calls` works with; the streams do, too. */
  readonly environment: CallEnvironment;
}

/** Serves `dtask.v1`. */
export class DtaskServices {
  readonly #options: DtaskServicesOptions;
  readonly #streams: StreamMethods;
  #accepting = true;

  constructor(options: DtaskServicesOptions) {
    this.#options = options;
    this.#streams = new StreamMethods(options);
  }

  /** Serves all of it on `server`. */
  addTo(server: Server): void {
    const methods = [
      ...UNARY_METHODS.map((unary) => ({ method: unary.method, handler: this.#serve(unary) })),
      ...this.#streams.handlers(),
    ];
    for (const service of DTASK_SERVICES) {
      const own = methods.filter(({ method }) => method.parent === service);
      server.addService(
        Object.fromEntries(own.map(({ method }) => [method.name, bytesMethod(method)])),
        Object.fromEntries(own.map(({ method, handler }) => [method.name, handler])),
      );
    }
  }

  /** Refuses new submissions from now on. */
  stopAccepting(): void {
    this.#accepting = false;
    this.#streams.stopAccepting();
  }

  #serve(unary: UnaryMethod) {
    const { method, target } = unary;
    const request = { message: method.input, target };
    const form = {
      name: methodName(method),
      decode: decodeJson(method),
      status: (error: typeof STOPPING) => detailedStatus(error, request),
    };
    return this.#options.calls.serveAs(form, this.#handler(unary));
  }

  #handler(
    { method, operation, target, input = itself }: UnaryMethod,
  ): UnaryHandler<JsonObject, Uint8Array> {
    const encode = encoderOf(method.output);
    return {
      access: operation.scope,
      handle: async (request, context) => {
        if (operation.submits === true && !this.#accepting) return { ok: false, error: STOPPING };
        const about = target === undefined ? ok("") : readTarget(request, target);
        if (!about.ok) return about;
        const given = input(request);
        const read = operation.input === "query" ? asQuery(given) : given;
        return mapped(await operation.run(this.#call(context, read, about.value)), encode);
      },
    };
  }

  #call(context: RequestContext, input: JsonObject, target: string): OperationCall {
    const { node } = this.#options;
    return {
      node,
      target,
      input,
      subject: context.principal?.subject ?? "",
      idempotencyKey: context.idempotencyKey,
      traceparent: context.traceparent,
      timeLeftMs: timeLeft(context, node.now()),
      signal: () => context.signal,
    };
  }
}

function itself(request: JsonObject): JsonObject {
  return request;
}
