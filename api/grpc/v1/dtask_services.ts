/** The services of `dtask.v1`: every operation of the API, as messages. */
import type { MethodDefinition, Server, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { Buffer } from "node:buffer";
import { ok, refuse, type Result } from "../../../actors/domain/error.ts";
import { DeadLetterService } from "../../../proto/gen/dtask/v1/dead_letter_service_pb.ts";
import { NodeService } from "../../../proto/gen/dtask/v1/node_service_pb.ts";
import { QueueService } from "../../../proto/gen/dtask/v1/queue_service_pb.ts";
import { ScheduleService } from "../../../proto/gen/dtask/v1/schedule_service_pb.ts";
import { TaskService } from "../../../proto/gen/dtask/v1/task_service_pb.ts";
import { WorkflowService } from "../../../proto/gen/dtask/v1/workflow_service_pb.ts";
import { type OperationCall, type OperationNode, STOPPING } from "../../operations/operation.ts";
import { idText, parse } from "../../schema.ts";
import { type RequestContext, timeLeft } from "../request_context.ts";
import { methodName, type UnaryCalls, type UnaryHandler } from "../unary_call.ts";
import { detailedStatus } from "./detailed_status.ts";
import { decoderOf, type JsonObject } from "./message_decoder.ts";
import { encoderOf } from "./message_encoder.ts";
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
  readonly calls: UnaryCalls;
}

/** Serves `dtask.v1`. */
export class DtaskServices {
  readonly #options: DtaskServicesOptions;
  #accepting = true;

  constructor(options: DtaskServicesOptions) {
    this.#options = options;
  }

  /** Serves all of it on `server`. */
  addTo(server: Server): void {
    for (const service of DTASK_SERVICES) {
      const handlers: UntypedServiceImplementation = {};
      const definitions: Record<string, MethodDefinition<Uint8Array, object>> = {};
      for (const unary of UNARY_METHODS) {
        if (unary.method.parent !== service) continue;
        definitions[unary.method.name] = jsonMethod(unary.method);
        handlers[unary.method.name] = this.#serve(unary);
      }
      server.addService(definitions, handlers);
    }
  }

  /** Refuses new submissions from now on. */
  stopAccepting(): void {
    this.#accepting = false;
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

  #handler({ operation, target, input = itself }: UnaryMethod): UnaryHandler<JsonObject, object> {
    return {
      access: operation.scope,
      handle: (request, context) => {
        if (operation.submits === true && !this.#accepting) return { ok: false, error: STOPPING };
        const about = target === undefined ? ok("") : readTarget(request, target);
        if (!about.ok) return about;
        const given = input(request);
        const read = operation.input === "query" ? asQuery(given) : given;
        return operation.run(this.#call(context, read, about.value));
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

/** What grpc-js needs to know of a method whose requests are decoded later, and whose answers are JSON. */
export function jsonMethod(method: DescMethod): MethodDefinition<Uint8Array, object> {
  const { methodKind } = method;
  const encode = encoderOf(method.output);
  return {
    path: `/${methodName(method)}`,
    requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
    responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
    requestSerialize: () => notHere(),
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (answer) => {
      const bytes = encode(answer);
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    responseDeserialize: () => notHere(),
  };
}

/** Decodes requests of `method`; bytes that are none are the caller's mistake. */
export function decodeJson(method: DescMethod): (bytes: Uint8Array) => Result<JsonObject> {
  const decode = decoderOf(method.input);
  return (bytes) => {
    try {
      return ok(decode(bytes));
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return refuse("malformed", "malformed", `Cannot decode the ${method.input.name}: ${cause}`);
    }
  };
}

/** Takes what the call is about out of its request. */
function readTarget(request: JsonObject, name: "id" | "name"): Result<string> {
  const target = request[name] ?? "";
  delete request[name];
  return parse(idText, target, `/${name}`);
}

function itself(request: JsonObject): JsonObject {
  return request;
}

/** A query is made of texts. */
function asQuery(request: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(request).map(([name, value]) => [name, String(value)]));
}

function notHere(): never {
  throw new Error("Only clients do this");
}
