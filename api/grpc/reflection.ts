/** `grpc.reflection.v1`: lets tools such as grpcurl call the services without the .proto files. */
import type { handleBidiStreamingCall, Server, ServerDuplexStream } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { create, type DescService, type MessageInitShape } from "@bufbuild/protobuf";
import { refuse } from "../../actors/domain/error.ts";
import { getLogger } from "../../actors/telemetry/logger.ts";
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../../proto/gen/grpc/reflection/v1/reflection_pb.ts";
import { file_google_rpc_error_details } from "../../proto/gen/google/rpc/error_details_pb.ts";
import type { Authenticator } from "../auth.ts";
import { callStatus } from "./call_status.ts";
import { decodeRequest } from "./decode_request.ts";
import { DescriptorIndex } from "./descriptor_index.ts";
import { methodDefinition } from "./method_definition.ts";
import { requestContext } from "./request_context.ts";

type Answer = NonNullable<
  MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]
>;
type Call = ServerDuplexStream<Uint8Array, ServerReflectionResponse>;

/** Tools that are older than v1 ask for this name; its messages are the same. */
const ALPHA = "grpc.reflection.v1alpha.ServerReflection";
const STREAMS_MAX = 100;

const log = getLogger("grpc");

/** Describes `services` to whoever has a valid token. */
export class ReflectionService {
  readonly #names: readonly string[];
  readonly #index: DescriptorIndex;
  readonly #authenticator: Authenticator;
  readonly #streams = new Set<Call>();

  constructor(services: readonly DescService[], authenticator: Authenticator) {
    const all = [...services, ServerReflection];
    this.#names = all.map((service) => service.typeName);
    // Tools look up what the details of a refused call are, which no service names.
    const files = [...all.map((service) => service.file), file_google_rpc_error_details];
    this.#index = new DescriptorIndex(files);
    this.#authenticator = authenticator;
  }

  /** Serves reflection on `server`, under both of its names. */
  addTo(server: Server): void {
    const { serverReflectionInfo } = ServerReflection.method;
    for (const name of [ServerReflection.typeName, ALPHA]) {
      server.addService(
        { ServerReflectionInfo: methodDefinition(serverReflectionInfo, name) },
        { ServerReflectionInfo: this.#serve },
      );
    }
  }

  /** Ends the streams under way, so that connections can close. */
  close(): void {
    for (const call of this.#streams) call.end();
  }

  readonly #serve: handleBidiStreamingCall<Uint8Array, ServerReflectionResponse> = (call) => {
    requestContext(call, { access: "any_token", authenticator: this.#authenticator })
      .then((context) => {
        if (!context.ok) call.emit("error", callStatus(context.error));
        else if (this.#streams.size >= STREAMS_MAX) call.emit("error", callStatus(tooMany()));
        else this.#converse(call);
      })
      .catch((error) => {
        log.error("A reflection call failed", { error });
        call.emit("error", { code: status.INTERNAL, details: "Internal error" });
      });
  };

  /** Answers each request until the caller has no more. Events, since iterating would end the call. */
  #converse(call: Call): void {
    this.#streams.add(call);
    call.on("close", () => this.#streams.delete(call));
    call.on("cancelled", () => this.#streams.delete(call));
    call.on("end", () => call.end());
    call.on("data", (bytes: Uint8Array) => {
      const request = decodeRequest(ServerReflectionRequestSchema, bytes);
      if (!request.ok) return void call.emit("error", callStatus(request.error));
      if (call.write(this.#respond(request.value))) return;
      call.pause();
      call.once("drain", () => call.resume());
    });
  }

  #respond(request: ServerReflectionRequest): ServerReflectionResponse {
    return create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: this.#lookUp(request.messageRequest),
    });
  }

  #lookUp(asked: ServerReflectionRequest["messageRequest"]): Answer {
    switch (asked.case) {
      case "listServices": {
        const service = this.#names.map((name) => ({ name }));
        return { case: "listServicesResponse", value: { service } };
      }
      case "fileByFilename":
        return files(this.#index.byFileName(asked.value), asked.value);
      case "fileContainingSymbol":
        return files(this.#index.bySymbol(asked.value), asked.value);
      case "fileContainingExtension": {
        const { containingType, extensionNumber } = asked.value;
        const found = this.#index.byExtension(containingType, extensionNumber);
        return files(found, `${containingType} ${extensionNumber}`);
      }
      case "allExtensionNumbersOfType": {
        if (!this.#index.has(asked.value)) return notFound(asked.value);
        const extensionNumber = this.#index.extensionNumbers(asked.value);
        const value = { baseTypeName: asked.value, extensionNumber };
        return { case: "allExtensionNumbersResponse", value };
      }
      case undefined:
        return failure(status.INVALID_ARGUMENT, "The request asks for nothing");
    }
  }
}

function files(found: Uint8Array[] | null, name: string): Answer {
  if (found === null) return notFound(name);
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto: found } };
}

function notFound(name: string): Answer {
  return failure(status.NOT_FOUND, `"${name}" does not exist`);
}

function failure(errorCode: number, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

function tooMany() {
  return refuse("resource_exhausted", "too_many_streams", "Too many reflect already; try later")
    .error;
}
