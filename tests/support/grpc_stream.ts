/** Streaming calls as a client makes them, on the generated code. */
import type { ClientDuplexStream, ClientReadableStream, ServiceError } from "@grpc/grpc-js";
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Buffer } from "node:buffer";
import { type GrpcClient, type Headers, pathOf } from "./grpc_client.ts";

type TypedMethod<I extends DescMessage, O extends DescMessage> = DescMethod & {
  readonly input: I;
  readonly output: O;
};

/** Messages of a stream, one after the other. */
export class StreamReader<T> implements Disposable {
  readonly #call: ClientReadableStream<T> | ClientDuplexStream<unknown, T>;
  readonly #messages: T[] = [];
  #wanted: PromiseWithResolvers<void> | null = null;
  #end: { readonly error: ServiceError | null } | null = null;

  constructor(call: ClientReadableStream<T> | ClientDuplexStream<unknown, T>) {
    this.#call = call;
    call.on("data", (message: T) => {
      this.#messages.push(message);
      this.#wanted?.resolve();
    });
    call.on("error", (error: ServiceError) => this.#over(error));
    call.on("end", () => this.#over(null));
  }

  /** The next message; null at the end. Throws the status where that is not OK. */
  async next(): Promise<T | null> {
    while (this.#messages.length === 0 && this.#end === null) {
      this.#wanted = Promise.withResolvers();
      await this.#wanted.promise;
    }
    const message = this.#messages.shift();
    if (message !== undefined) return message;
    if (this.#end?.error) throw this.#end.error;
    return null;
  }

  /** The first message, from the next on, for which `found` holds. */
  async until(found: (message: T) => boolean): Promise<T> {
    for (;;) {
      const message = await this.next();
      if (message === null) throw new Error("The stream ended before what was awaited");
      if (found(message)) return message;
    }
  }

  /** All that is left, and the status with which the stream ended: null for OK. */
  async rest(): Promise<{ readonly messages: readonly T[]; readonly error: ServiceError | null }> {
    const messages: T[] = [];
    try {
      for (let next = await this.next(); next !== null; next = await this.next()) {
        messages.push(next);
      }
      return { messages, error: null };
    } catch (error) {
      return { messages, error: error as ServiceError };
    }
  }

  [Symbol.dispose](): void {
    this.#call.cancel();
  }

  #over(error: ServiceError | null): void {
    // An error ends the stream as well, in either order.
    if (this.#end === null || error !== null) this.#end = { error };
    this.#wanted?.resolve();
  }
}

/** Opens a stream of the server's. */
export function watchStream<I extends DescMessage, O extends DescMessage>(
  client: GrpcClient,
  method: TypedMethod<I, O>,
  request: MessageInitShape<I>,
  headers: Headers = {},
): StreamReader<MessageShape<O>> {
  const call = client.raw.makeServerStreamRequest(
    pathOf(method),
    (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
    (bytes) => fromBinary(method.output, bytes),
    create(method.input, request),
    client.metadata(headers),
  );
  return new StreamReader(call);
}

/** A stream in both directions. */
export interface DuplexStream<I extends DescMessage, O extends DescMessage> extends Disposable {
  readonly answers: StreamReader<MessageShape<O>>;
  /** Resolves when there is room for the next message. */
  readonly send: (message: MessageInitShape<I>) => Promise<void>;
  readonly end: () => void;
}

/** Opens a stream in both directions. */
export function duplexStream<I extends DescMessage, O extends DescMessage>(
  client: GrpcClient,
  method: TypedMethod<I, O>,
  headers: Headers = {},
): DuplexStream<I, O> {
  const call = client.raw.makeBidiStreamRequest(
    pathOf(method),
    (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
    (bytes) => fromBinary(method.output, bytes),
    client.metadata(headers),
  );
  const answers = new StreamReader(call);
  return {
    answers,
    send: (message) =>
      new Promise((resolve) => {
        call.write(create(method.input, message), () => resolve());
      }),
    end: () => call.end(),
    [Symbol.dispose]: () => call.cancel(),
  };
}
