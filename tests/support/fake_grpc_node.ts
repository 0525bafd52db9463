/** The grpc front-end with a scheduler and a reader that are a table in memory. */
import { type GrpcInit, type GrpcReady, startGrpc } from "../../api/grpc/grpc_actor.ts";
import type { NodeConfig } from "../../actors/config.ts";
import { ok, refuse, type Result } from "../../actors/domain/error.ts";
import type { MethodDefinition, TaskRecord } from "../../actors/domain/task.ts";
import type { FrontEndProtocol, GrpcRequestObserved, Submission } from "../../actors/protocol.ts";
import type {
  ActorContext,
  ActorRef,
  AskResult,
  Behaviour,
  Protocol,
} from "../../actors/runtime/actor.ts";
import { fakeConfig } from "./fake_config.ts";
import { fakeTask } from "./fake_task.ts";

type FakeMessage =
  | { readonly kind: "SubmitTasks"; readonly items: readonly Submission[] }
  | { readonly kind: "GetTasks"; readonly ids: readonly string[] }
  | { readonly kind: "GrpcRequestsObserved"; readonly items: readonly GrpcRequestObserved[] };

/**
 * Methods that the fake knows: `echo` completes with its first argument, `first` and `second` are
 * one name in two modes, `fail` fails, `hold` runs until the test ends it.
 */
const METHODS: readonly MethodDefinition[] = [
  method("echo", "async"),
  method("fail", "async"),
  method("hold", "async"),
  method("both", "async"),
  method("both", "blocking"),
];

/** What a test may set differently. */
export interface FakeGrpcNodeOptions {
  readonly config?: Partial<NodeConfig>;
  readonly tls?: NonNullable<GrpcInit["tls"]>;
}

/** A served front-end and what stands behind it. */
export class FakeGrpcNode implements AsyncDisposable {
  readonly tasks = new Map<string, TaskRecord>();
  readonly submissions: Submission[] = [];
  readonly observed: GrpcRequestObserved[] = [];
  /** Refuses every submission when set. */
  refusal: Result<never> | null = null;
  /** Submissions are answered when this resolves. */
  gate: Promise<void> | null = null;
  /** Called after each submission. */
  onSubmit: (submission: Submission) => void = () => {};
  #behaviour: Behaviour<FrontEndProtocol> | null = null;
  #ready: GrpcReady = { host: "", port: 0 };

  /** Starts it on a free port of the loopback address. */
  static async start(options: FakeGrpcNodeOptions = {}): Promise<FakeGrpcNode> {
    const node = new FakeGrpcNode();
    const init: GrpcInit = {
      config: fakeConfig({
        grpc: { host: "127.0.0.1", port: 0, asked: true },
        ...options.config,
      }),
      node: "n-fake",
      methods: METHODS,
      ...(options.tls === undefined ? {} : { tls: options.tls }),
    };
    const started = await startGrpc(init, node.#context());
    node.#behaviour = started.behaviour;
    node.#ready = started.ready as GrpcReady;
    return node;
  }

  /** `host:port` of the server. */
  get address(): string {
    return `${this.#ready.host}:${this.#ready.port}`;
  }

  /** Hands the front-end a message. */
  tell(message: FrontEndProtocol["message"]): void {
    this.#behaviour?.receive(message, { name: "scheduler" });
  }

  /** Ends a task and announces it, as the scheduler does after its commit. */
  end(id: string, change: Partial<TaskRecord>): void {
    const task = this.tasks.get(id);
    if (task === undefined) throw new Error(`no task ${id}`);
    this.tasks.set(id, { ...task, ...change });
    this.tell({
      kind: "EventsPublished",
      events: [{
        kind: "TasksCommitted",
        lastSeq: 1,
        ended: [id],
        counts: [],
        commitSeconds: 0,
        batchSize: 1,
        cacheHits: 0,
        cacheMisses: 0,
      }],
    });
  }

  /** Stops the front-end as the supervisor does. */
  async stop(): Promise<void> {
    const behaviour = this.#behaviour;
    this.#behaviour = null;
    await behaviour?.stop?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #context(): ActorContext {
    return {
      name: "grpc",
      incarnation: "1",
      ref: <P extends Protocol>(peer: string) => this.#ref(peer) as unknown as ActorRef<P>,
      peers: () => ["scheduler", "reader", "supervisor", "http"],
      fail: (error) => {
        throw error;
      },
    };
  }

  #ref(name: string) {
    const answer = (message: FakeMessage) => this.#answer(message);
    return {
      name,
      tell: (message: FakeMessage) => {
        answer(message);
        return true;
      },
      ask: async (message: FakeMessage): Promise<AskResult<unknown>> => {
        const value = answer(message);
        await this.gate;
        return { ok: true, value };
      },
    };
  }

  #answer(message: FakeMessage): unknown {
    switch (message.kind) {
      case "SubmitTasks":
        return message.items.map((item) => this.#submit(item));
      case "GetTasks":
        return message.ids.map((id) => this.tasks.get(id) ?? null);
      case "GrpcRequestsObserved":
        this.observed.push(...message.items);
        return null;
    }
  }

  #submit(submission: Submission) {
    if (this.refusal !== null) return this.refusal;
    const { id, deps, method } = submission;
    const known = this.tasks.get(id);
    if (known !== undefined) {
      if (known.contentHash === submission.contentHash) return ok({ created: false, task: known });
      return refuse("already_exists", "id_in_use", `Task "${id}" exists with other content`);
    }
    if (!METHODS.some(({ name }) => name === method)) {
      return refuse("invalid_argument", "unknown_method", `Method "${method}" does not exist`);
    }
    const unknown = deps.find((dep) => !this.tasks.has(dep));
    if (unknown !== undefined) {
      return refuse("invalid_argument", "unknown_dependency", "…", { subject: unknown });
    }
    const task = fakeTask(submission);
    this.tasks.set(id, task);
    this.submissions.push(submission);
    this.#run(task);
    this.onSubmit(submission);
    return ok({ created: true, task });
  }

  #run({ id, method, args }: TaskRecord): void {
    if (method === "hold") return;
    // In a later turn, so that a submission is answered before its task has ended.
    queueMicrotask(() => {
      if (method === "fail") return this.end(id, failed("It was told to fail"));
      this.end(id, { status: "completed", result: JSON.stringify(JSON.parse(args)[0] ?? null) });
    });
  }
}

/** What changes when a task has failed for good. */
export function failed(message: string): Partial<TaskRecord> {
  const error = { name: "Error", message, stack: null };
  return { status: "failed", reason: "attempts_exhausted", error };
}

function method(name: string, mode: "async" | "blocking"): MethodDefinition {
  return {
    name,
    aliases: [],
    mode,
    queue: null,
    timeoutMs: null,
    heartbeatTimeoutMs: null,
    retry: null,
    permissions: {},
    inputSchema: null,
    description: null,
    definition: "sha256-0",
  };
}
