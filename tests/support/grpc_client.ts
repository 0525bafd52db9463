/** A grpc-js client of the served contract, on the generated code. */
import {
  type CallOptions,
  type ChannelCredentials,
  Client,
  type ClientUnaryCall,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
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
import {
  type ResultResponse,
  type TaskResponse,
  TaskScheduler,
} from "../../proto/gen/task_scheduler_pb.ts";
import type { TaskRequestSchema } from "../../proto/gen/task_scheduler_pb.ts";

type TypedMethod<I extends DescMessage, O extends DescMessage> = DescMethod & {
  readonly input: I;
  readonly output: O;
};

/** Metadata as plain texts. */
export type Headers = Readonly<Record<string, string>>;

/** A unary call under way. */
export interface StartedCall<R> {
  readonly call: ClientUnaryCall;
  readonly response: Promise<R>;
}

/** The calls of `TaskScheduler`, and any unary or streaming method of other services. */
export class GrpcClient implements Disposable {
  readonly raw: Client;
  readonly #headers: Headers;

  constructor(
    address: string,
    { token, tls }: { readonly token?: string; readonly tls?: ChannelCredentials } = {},
  ) {
    // A pool of its own: connections that other clients have open must not be shared.
    this.raw = new Client(address, tls ?? credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
    });
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  submit(
    request: MessageInitShape<typeof TaskRequestSchema>,
    options: CallOptions = {},
    headers: Headers = {},
  ): Promise<TaskResponse> {
    return this.unary(TaskScheduler.method.submitTask, request, options, headers);
  }

  getResult(taskId: string, headers: Headers = {}): Promise<ResultResponse> {
    return this.unary(TaskScheduler.method.getResult, { taskId }, {}, headers);
  }

  /** Calls any unary method; rejects with grpc-js's `ServiceError`. */
  unary<I extends DescMessage, O extends DescMessage>(
    method: TypedMethod<I, O>,
    request: MessageInitShape<I>,
    options: CallOptions = {},
    headers: Headers = {},
  ): Promise<MessageShape<O>> {
    return this.start(method, request, options, headers).response;
  }

  /** Starts a unary call that can be cancelled while its response is awaited. */
  start<I extends DescMessage, O extends DescMessage>(
    method: TypedMethod<I, O>,
    request: MessageInitShape<I>,
    options: CallOptions = {},
    headers: Headers = {},
  ): StartedCall<MessageShape<O>> {
    const { promise, resolve, reject } = Promise.withResolvers<MessageShape<O>>();
    const call = this.raw.makeUnaryRequest(
      pathOf(method),
      (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
      (bytes) => fromBinary(method.output, bytes),
      create(method.input, request),
      this.metadata(headers),
      options,
      (error, response) => {
        if (error !== null) reject(error);
        else if (response === undefined) reject(new Error("no response"));
        else resolve(response);
      },
    );
    return { call, response: promise };
  }

  /** The client's metadata with `headers` over it. */
  metadata(headers: Headers = {}): Metadata {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries({ ...this.#headers, ...headers })) {
      metadata.set(name, value);
    }
    return metadata;
  }

  [Symbol.dispose](): void {
    this.raw.close();
  }
}

/** The path of a method on the wire. */
export function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** The status with which `call` is refused; throws when it is answered. */
export async function refusalOf(call: Promise<unknown>): Promise<ServiceError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && "code" in error) return error as ServiceError;
    throw error;
  }
  throw new Error("the call was answered, not refused");
}
