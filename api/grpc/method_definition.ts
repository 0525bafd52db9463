import type { MethodDefinition } from "@grpc/grpc-js";
import {
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Buffer } from "node:buffer";

/** A generated method with the types of its messages. */
export type TypedMethod<I extends DescMessage, O extends DescMessage> = DescMethod & {
  readonly input: I;
  readonly output: O;
};

/**
 * What grpc-js needs to know of `method`. Requests stay bytes: they are decoded only once the
 * caller is known, and bytes that don't decode are the caller's mistake, not an internal error.
 * `service` serves the method under another service's name.
 */
export function methodDefinition<I extends DescMessage, O extends DescMessage>(
  method: TypedMethod<I, O>,
  service: string = method.parent.typeName,
): MethodDefinition<Uint8Array, MessageShape<O>> {
  const { methodKind, output } = method;
  return {
    path: `/${service}/${method.name}`,
    requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
    responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
    requestSerialize: asBuffer,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (message) => asBuffer(toBinary(output, message)),
    responseDeserialize: (bytes) => fromBinary(output, bytes),
  };
}

/** The same bytes as the class that grpc-js copies from. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
