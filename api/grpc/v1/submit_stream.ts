/**
 * `SubmitStream`: tasks as fast as they can be stored. Whatever the size of its messages, what arrives
 * while a commit is under way is submitted together, and answered in the order in which it came.
 */
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { type ErrorData, ok, type Result } from "../../../actors/domain/error.ts";
import type { SubmittedTask } from "../../../actors/protocol.ts";
import { getLogger } from "../../../actors/telemetry/logger.ts";
import { SubmitStreamRequestSchema } from "../../../proto/gen/dtask/v1/task_service_pb.ts";
import { submitEach, type SubmittingNode } from "../../operations/submissions.ts";
import { batchInput, parse } from "../../schema.ts";
import { INTERNAL } from "../unary_call.ts";
import { refusalView } from "./detailed_status.ts";
import type { JsonObject } from "./message_decoder.ts";

/** What a stream works with. */
export interface SubmitStreamOptions {
  readonly node: SubmittingNode;
  readonly decode: (bytes: Uint8Array) => Result<JsonObject>;
  readonly encode: (answer: object) => Uint8Array;
  readonly traceparent: string | null;
  /** Refuses a message that comes too soon, which then has to wait; null: no limit. */
  readonly limitRate: (() => Result<null>) | null;
}

type Call = ServerDuplexStream<Uint8Array, Uint8Array>;

/** A task that waits to be submitted, with its place in the message that brought it. */
interface QueuedTask {
  readonly task: unknown;
  readonly index: number;
}

/** Tasks without an answer from which on nothing more is read; one message may go beyond it. */
const IN_FLIGHT_MAX = 4_000;
/** Tasks in one submission, which is at most one commit. */
const BATCH_MAX = 250;
/** Submissions under way at a time: with one of them waiting, no commit waits for the next. */
const PARALLEL_MAX = 4;
const log = getLogger("grpc");
const REFUSED = { message: SubmitStreamRequestSchema };

/** One stream of submissions. */
export class SubmitStream {
  readonly #call: Call;
  readonly #options: SubmitStreamOptions;
  readonly #over = Promise.withResolvers<Result<null>>();
  /** Messages that came sooner than the rate limit allows. */
  readonly #held: Uint8Array[] = [];
  #queue: QueuedTask[] = [];
  #underWay = 0;
  #inFlight = 0;
  #acknowledged = 0;
  /** Settles when all that was submitted so far was answered. */
  #answered: Promise<void> = Promise.resolve();
  #writable = true;
  #ended = false;
  #failure: ErrorData | null = null;

  constructor(call: Call, options: SubmitStreamOptions) {
    this.#call = call;
    this.#options = options;
  }

  /** Resolves when the client has no more and all was answered, or with what ended it before. */
  run(): Promise<Result<null>> {
    const call = this.#call;
    call.on("data", (bytes: Uint8Array) => this.#receive(bytes));
    call.on("end", () => {
      this.#ended = true;
      this.#goOn();
    });
    call.on("cancelled", () => this.#leave());
    if (call.cancelled) this.#leave();
    return this.#over.promise;
  }

  /** Takes no more, answers what is under way, and ends with `error`. */
  fail(error: ErrorData): void {
    this.#failure ??= error;
    this.#queue = [];
    this.#held.length = 0;
    this.#goOn();
  }

  /** There is nobody left to answer, so what was not submitted yet never is. */
  #leave(): void {
    this.#queue = [];
    this.#held.length = 0;
    this.#over.resolve(ok(null));
  }

  #receive(bytes: Uint8Array): void {
    if (this.#failure !== null) return;
    const limited = this.#held.length > 0 ? null : this.#options.limitRate?.() ?? ok(null);
    if (limited?.ok === true) return this.#read(bytes);
    this.#held.push(bytes);
    this.#call.pause();
    if (limited !== null) this.#retryIn(limited.error.retryAfterMs ?? 0);
  }

  /** Looks at the oldest message again; the others wait their turn. */
  #retryIn(ms: number): void {
    setTimeout(() => {
      const [oldest] = this.#held;
      if (oldest === undefined || this.#call.cancelled) return;
      const limited = this.#options.limitRate?.() ?? ok(null);
      if (!limited.ok) return this.#retryIn(limited.error.retryAfterMs ?? 0);
      this.#held.shift();
      this.#read(oldest);
      if (this.#held.length > 0) this.#retryIn(0);
    }, ms);
  }

  #read(bytes: Uint8Array): void {
    const request = this.#options.decode(bytes);
    if (!request.ok) return this.fail(request.error);
    const input = parse(batchInput, request.value);
    if (!input.ok) return this.fail(input.error);
    input.value.tasks.forEach((task, index) => this.#queue.push({ task, index }));
    this.#goOn();
  }

  /** Submits what there is room for, reads on or not, and sees whether all is done. */
  #goOn(): void {
    while (this.#writable && this.#underWay < PARALLEL_MAX && this.#queue.length > 0) {
      this.#submit(this.#queue.splice(0, BATCH_MAX));
    }
    if (this.#queue.length + this.#inFlight >= IN_FLIGHT_MAX) this.#call.pause();
    else if (this.#held.length === 0) this.#call.resume();
    if (this.#underWay > 0 || this.#queue.length + this.#held.length > 0) return;
    if (this.#failure !== null) this.#over.resolve({ ok: false, error: this.#failure });
    else if (this.#ended) this.#over.resolve(ok(null));
  }

  /** Submissions keep their order, and so do the answers, whichever comes first. */
  #submit(batch: readonly QueuedTask[]): void {
    this.#underWay++;
    this.#inFlight += batch.length;
    const outcomes = submitEach(this.#options, batch.map(({ task }) => task), (i) => ({
      key: null,
      at: `/tasks/${batch[i]?.index}`,
    }));
    this.#answered = Promise.all([outcomes, this.#answered]).then(([results]) => {
      this.#acknowledge(results);
    }).catch((error) => {
      log.error("A stream of submissions failed", { error });
      this.#failure ??= INTERNAL.error;
    }).then(() => {
      this.#underWay--;
      this.#inFlight -= batch.length;
      this.#goOn();
    });
  }

  #acknowledge(outcomes: readonly Result<SubmittedTask>[]): void {
    this.#acknowledged += outcomes.length;
    if (this.#call.cancelled) return;
    const answer = { results: outcomes.map(resultView), acknowledged: this.#acknowledged };
    this.#writable = this.#call.write(this.#options.encode(answer));
    if (this.#writable) return;
    this.#call.once("drain", () => {
      this.#writable = true;
      this.#goOn();
    });
  }
}

function resultView(outcome: Result<SubmittedTask>): object {
  if (!outcome.ok) return { refusal: refusalView(outcome.error, REFUSED) };
  const { created, duplicate, task } = outcome.value;
  return { id: task.id, created, duplicate };
}
