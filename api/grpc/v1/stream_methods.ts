/** The streaming methods of `dtask.v1`. */
import type { ServerDuplexStream, ServerWritableStream, UntypedHandleCall } from "@grpc/grpc-js";
import type { DescMethod } from "@bufbuild/protobuf";
import { type ErrorData, refuse, type Result } from "../../../actors/domain/error.ts";
import { unreachable } from "../../../actors/domain/exhaustive.ts";
import { NodeService } from "../../../proto/gen/dtask/v1/node_service_pb.ts";
import { TaskService } from "../../../proto/gen/dtask/v1/task_service_pb.ts";
import type { ChangeFeed } from "../../change_feed.ts";
import { encodeEventId } from "../../event_id.ts";
import { findLog, type LogUpdate } from "../../log_watch.ts";
import { type OperationNode, STOPPING } from "../../operations/operation.ts";
import type { Pulse } from "../../pulse.ts";
import { type PulseUpdate, PulseWatch } from "../../pulse_watch.ts";
import { eventsQuery, logsQuery, parse, toFilter } from "../../schema.ts";
import { logLineView, taskView } from "../../task_view.ts";
import { startingPlace, TaskWatch, type WatchUpdate } from "../../task_watch.ts";
import type { RequestContext } from "../request_context.ts";
import { serveStream, type StreamCall, type StreamForm, streamWatch } from "../stream_call.ts";
import { type CallEnvironment, methodName } from "../unary_call.ts";
import { detailedStatus } from "./detailed_status.ts";
import { asQuery, decodeJson, readTarget } from "./json_method.ts";
import { encoderOf } from "./message_encoder.ts";
import { SubmitStream } from "./submit_stream.ts";

type Watching = ServerWritableStream<Uint8Array, Uint8Array>;
type Submitting = ServerDuplexStream<Uint8Array, Uint8Array>;

/** What the streams work with. */
export interface StreamMethodsOptions {
  readonly node: OperationNode;
  readonly feed: ChangeFeed;
  readonly pulse: Pulse;
  readonly environment: CallEnvironment;
}

/** Streams of submissions at a time: each keeps some thousand tasks in memory. */
const SUBMIT_STREAMS_MAX = 100;

/** Serves the streaming methods. */
export class StreamMethods {
  readonly #options: StreamMethodsOptions;
  readonly #submitting = new Set<SubmitStream>();
  #accepting = true;

  constructor(options: StreamMethodsOptions) {
    this.#options = options;
  }

  /** Each method with the function that grpc-js calls for it. */
  handlers(): readonly { readonly method: DescMethod; readonly handler: UntypedHandleCall }[] {
    const { submitStream, watchTasks, followLog } = TaskService.method;
    const { watchStats } = NodeService.method;
    return [
      this.#serve<Submitting>(submitStream, { access: "tasks:write", run: this.#submit }),
      this.#serve<Watching>(watchTasks, { access: "tasks:read", run: this.#watchTasks }),
      this.#serve<Watching>(watchStats, { access: "tasks:read", run: this.#watchStats }),
      this.#serve<Watching>(followLog, { access: "tasks:read", run: this.#followLog }, "id"),
    ];
  }

  /** Ends the streams of submissions, once what is under way is answered. */
  stopAccepting(): void {
    this.#accepting = false;
    for (const stream of this.#submitting) stream.fail(STOPPING);
  }

  #serve<C extends StreamCall>(
    method: DescMethod,
    { access, run }: Pick<StreamForm<C>, "access" | "run">,
    target?: "id",
  ) {
    const status = (error: ErrorData) => detailedStatus(error, { message: method.input, target });
    const form = { name: methodName(method), access, status, run };
    return { method, handler: serveStream<C>(form, this.#options.environment) };
  }

  readonly #submit = async (
    call: Submitting,
    { principal, traceparent }: RequestContext,
  ): Promise<Result<null>> => {
    if (!this.#accepting) return { ok: false, error: STOPPING };
    if (this.#submitting.size >= SUBMIT_STREAMS_MAX) return TOO_MANY;
    const { node, environment: { limitRate } } = this.#options;
    const subject = principal?.subject ?? "";
    const stream = new SubmitStream(call, {
      node,
      decode: DECODE.submitStream,
      encode: ENCODE.submitStream,
      traceparent,
      limitRate: limitRate === null ? null : () => limitRate(subject),
    });
    this.#submitting.add(stream);
    try {
      return await stream.run();
    } finally {
      this.#submitting.delete(stream);
    }
  };

  readonly #watchTasks = async (call: Watching): Promise<Result<null>> => {
    const request = DECODE.watchTasks(call.request);
    if (!request.ok) return request;
    const query = parse(eventsQuery, asQuery(request.value));
    if (!query.ok) return query;
    const { node: { service }, feed } = this.#options;
    const place = await startingPlace(feed, { after: query.value.after, last: null });
    if (!place.ok) return place;
    const watch = new TaskWatch({ service, feed, filter: toFilter(query.value), ...place.value });
    const opened = watch.open();
    const write = (update: WatchUpdate) => ENCODE.watchTasks(changeAnswer(update));
    return opened.ok ? await streamWatch(call, watch, { write }) : opened;
  };

  readonly #watchStats = async (call: Watching): Promise<Result<null>> => {
    const request = DECODE.watchStats(call.request);
    if (!request.ok) return request;
    const watch = new PulseWatch(this.#options.pulse);
    const opened = watch.open();
    const write = (update: PulseUpdate) =>
      ENCODE.watchStats(update.kind === "ping" ? {} : JSON.parse(update.json));
    return opened.ok ? await streamWatch(call, watch, { write }) : opened;
  };

  readonly #followLog = async (call: Watching): Promise<Result<null>> => {
    const request = DECODE.followLog(call.request);
    if (!request.ok) return request;
    const id = readTarget(request.value, "id");
    if (!id.ok) return id;
    const query = parse(logsQuery, asQuery(request.value));
    if (!query.ok) return query;
    const { node: { service }, feed } = this.#options;
    const { after = null } = query.value;
    const found = await findLog({ service, feed, id: id.value, after });
    if (!found.ok) return found;
    const opened = found.value.open();
    if (!opened.ok) return opened;
    const isLast = ({ kind }: LogUpdate) => kind === "end" || kind === "deleted";
    const write = (update: LogUpdate) => ENCODE.followLog(logAnswer(update));
    return await streamWatch(call, found.value, { write, isLast });
  };
}

const DECODE = {
  submitStream: decodeJson(TaskService.method.submitStream),
  watchTasks: decodeJson(TaskService.method.watchTasks),
  followLog: decodeJson(TaskService.method.followLog),
  watchStats: decodeJson(NodeService.method.watchStats),
};

const ENCODE = {
  submitStream: encoderOf(TaskService.method.submitStream.output),
  watchTasks: encoderOf(TaskService.method.watchTasks.output),
  followLog: encoderOf(TaskService.method.followLog.output),
  watchStats: encoderOf(NodeService.method.watchStats.output),
};

const TOO_MANY = refuse(
  "resource_exhausted",
  "too_many_streams",
  "Cannot open the stream: too many submit already; use one of those, or try another node",
  { retryAfterMs: 10_000 },
);

function changeAnswer(update: WatchUpdate): object {
  const after = encodeEventId(update.seq);
  switch (update.kind) {
    case "task":
      return { after, task: taskView(update.task) };
    case "deleted":
      return { after, deletedId: update.id };
    case "reset":
      return { after, reset: {} };
    case "ping":
      return { after };
    default:
      return unreachable(update);
  }
}

function logAnswer(update: LogUpdate): object {
  switch (update.kind) {
    case "line": {
      const { run, line } = update.line;
      return { after: `${run}.${line}`, line: logLineView(update.line) };
    }
    case "end":
      return { ended: update.status };
    case "deleted":
      return { deleted: {} };
    case "ping":
      return {};
    default:
      return unreachable(update);
  }
}
