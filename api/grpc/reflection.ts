/** `grpc.reflection.v1`: lets tools such as grpcurl call the services without the .proto files. */
import type { handleBidiStreamingCall, Server, ServerDuplexStream } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { create, type DescService, type MessageInitShape } from "@bufbuild/protobuf";
import { getLogger } from "../../actors/telemetry/logger.ts";
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../../proto/gen/grpc/reflection/v1/reflection_pb.ts";
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
    this.#index = new DescriptorIndex(all.map((service) => service.file));
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
    this.#answerAll(call).catch((error) => {
      // A caller that goes away destroys the stream while it is read or written.
      if (!call.cancelled) log.error("A reflection call failed", { error });
      call.destroy();
    }).finally(() => this.#streams.delete(call));
  };

  async #answerAll(call: Call): Promise<void> {
    const context = await requestContext(call, {
      access: "any_token",
      authenticator: this.#authenticator,
    });
    if (!context.ok) return void call.emit("error", callStatus(context.error));
    if (this.#streams.size >= STREAMS_MAX) {
      return void call.emit("error", { code: status.RESOURCE_EXHAUSTED, details: "Too many" });
    }
    this.#streams.add(call);
    for await (const bytes of call) {
      const request = decodeRequest(ServerReflectionRequestSchema, bytes);
      if (!request.ok) return void call.emit("error", callStatus(request.error));
      const response = this.#respond(request.value);
      if (!call.write(response)) await new Promise((resolve) => call.once("drain", resolve));
    }
    call.end();
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
