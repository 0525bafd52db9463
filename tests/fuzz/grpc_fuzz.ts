/** Random calls of `dtask.v1` and of the older service, made from their descriptors. */
import type { ServiceError } from "@grpc/grpc-js";
import { create, type DescMethod, fromBinary, toBinary } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { DTASK_SERVICES } from "../../api/grpc/v1/dtask_services.ts";
import { TaskScheduler } from "../../proto/gen/task_scheduler_pb.ts";
import { GrpcClient, pathOf } from "../support/grpc_client.ts";
import { messageJson } from "../support/message_json.ts";
import type { NodeProcess } from "../support/node_process.ts";
import type { Chance } from "./chance.ts";
import { KnownWords } from "./known_words.ts";
import { RandomMessages } from "./random_message.ts";

/** Statuses of a server that did not know what to do: UNKNOWN, UNIMPLEMENTED, INTERNAL, DATA_LOSS. */
const NEVER = [2, 12, 13, 15];
const OK = 0;
/** Longer than any answer takes on a busy machine. */
const PATIENCE_MS = 60_000;
/** The older service waits for the end of a task as long as its caller does. */
const WAITING_MS = 2_000;
/** What a task keeps for ever. */
const KEPT = ["id", "method", "queue", "priority", "labels", "deps", "timeoutMs", "maxAttempts"];

interface Answer {
  readonly code: number;
  readonly details: string;
  readonly bytes: Buffer | null;
}

/** Calls with messages that are valid, nearly valid and broken. */
export class GrpcFuzz implements Disposable {
  readonly #client: GrpcClient;
  readonly #chance: Chance;
  readonly #words: KnownWords;
  readonly #messages: RandomMessages;
  readonly #token: Promise<string>;
  readonly #methods: readonly DescMethod[];
  /** Answers by status code. */
  readonly codes = new Map<number, number>();
  readBack = 0;

  constructor(node: NodeProcess, chance: Chance) {
    this.#client = new GrpcClient(node.grpc ?? "");
    this.#token = node.token();
    this.#chance = chance;
    this.#words = new KnownWords(chance, "grpc");
    this.#messages = new RandomMessages(chance, this.#words);
    this.#methods = [...DTASK_SERVICES, TaskScheduler].flatMap(({ methods }) => methods)
      .filter(({ methodKind }) => methodKind === "unary");
  }

  /** Makes one call. */
  async once(): Promise<void> {
    const chance = this.#chance;
    const method = chance.happens(0.3) ? this.#methodNamed("SubmitTask") : chance.of(this.#methods);
    const message = toBinary(method.input, this.#messages.make(method.input));
    const bytes = chance.happens(0.8) ? message : this.#broken(message);
    const { code, details, bytes: answer } = await this.#call(method, Buffer.from(bytes));
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    const what = `${pathOf(method)} ${Buffer.from(bytes).toString("base64").slice(0, 2_000)}`;
    assert.ok(!NEVER.includes(code), `${code} ${details} to ${what}`);
    if (code !== OK || answer === null) return;
    const json = messageJson(method.output, fromBinary(method.output, answer));
    if (method.name === "SubmitTask" && method.parent !== TaskScheduler) {
      await this.#readTask(json, what);
    }
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  #broken(message: Uint8Array): Uint8Array {
    const chance = this.#chance;
    return chance.of([
      () => chance.bytes(100),
      () => message.slice(0, chance.below(message.length + 1)),
      () => Uint8Array.from(message, (byte) => chance.happens(0.05) ? chance.below(256) : byte),
    ])();
  }

  // deno-lint-ignore no-explicit-any -- the JSON of an answer
  async #readTask({ task }: any, what: string): Promise<void> {
    this.#words.addTask(task.id);
    const method = this.#methodNamed("GetTask");
    const request = Buffer.from(toBinary(method.input, create(method.input, { id: task.id })));
    const { code, bytes } = await this.#call(method, request);
    // Deleted meanwhile by another call.
    if (code === 5) return;
    assert.ok(code === OK && bytes !== null, `GetTask answered ${code} after ${what}`);
    // deno-lint-ignore no-explicit-any -- as above
    const read = (messageJson(method.output, fromBinary(method.output, bytes)) as any).task;
    for (const field of KEPT) assert.deepEqual(read[field], task[field], `${field} after ${what}`);
    this.readBack++;
  }

  #methodNamed(name: string): DescMethod {
    const method = this.#methods.find((method) => method.name === name);
    if (method === undefined) throw new Error(`There is no method ${name}`);
    return method;
  }

  async #call(method: DescMethod, message: Buffer): Promise<Answer> {
    const metadata = this.#client.metadata({ authorization: `Bearer ${await this.#token}` });
    const waits = method === TaskScheduler.method.submitTask;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#client.raw.makeUnaryRequest(
      pathOf(method),
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      message,
      metadata,
      { deadline: Date.now() + (waits ? WAITING_MS : PATIENCE_MS) },
      (error: ServiceError | null, bytes?: Buffer) =>
        resolve(
          error === null
            ? { code: OK, details: "", bytes: bytes ?? null }
            : { code: error.code, details: error.details, bytes: null },
        ),
    );
    return await promise;
  }
}
