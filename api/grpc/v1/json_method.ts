/** Methods whose requests are bytes until the caller is known, and JSON then. */
import type { MethodDefinition } from "@grpc/grpc-js";
import type { DescMethod } from "@bufbuild/protobuf";
import { ok, refuse, type Result } from "../../../actors/domain/error.ts";
import { idText, parse } from "../../schema.ts";
import { asBuffer } from "../method_definition.ts";
import { methodName } from "../unary_call.ts";
import { decoderOf, type JsonObject } from "./message_decoder.ts";

/** What grpc-js needs to know of a method whose messages it passes on as bytes. */
export function bytesMethod(method: DescMethod): MethodDefinition<Uint8Array, Uint8Array> {
  const { methodKind } = method;
  return {
    path: `/${methodName(method)}`,
    requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
    responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
    requestSerialize: asBuffer,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: asBuffer,
    responseDeserialize: (bytes) => bytes,
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
export function readTarget(request: JsonObject, name: "id" | "name"): Result<string> {
  const target = request[name] ?? "";
  delete request[name];
  return parse(idText, target, `/${name}`);
}

/** A query is made of texts. */
export function asQuery(request: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(request).map(([name, value]) => [name, String(value)]));
}
