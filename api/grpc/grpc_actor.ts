/**
 * The grpc actor: serves `dtask.v1`, the older `taskscheduler.TaskScheduler`, health and reflection on
 * one address.
 *
 * Takes `EventsPublished` (which wake the calls that wait for a task) and `StopAccepting`; asks
 * scheduler, reader, dispatcher and supervisor, and sends measurements to the http actor. Owns the
 * listening socket and the table of waiting calls, and no state of any task.
 */
import type { Server } from "@grpc/grpc-js";
import type { NodeConfig } from "../../actors/config.ts";
import { ok, type Result } from "../../actors/domain/error.ts";
import { unreachable } from "../../actors/domain/exhaustive.ts";
import type { MethodDefinition } from "../../actors/domain/task.ts";
import type { FrontEndProtocol } from "../../actors/protocol.ts";
import type { ActorContext, Behaviour, Started } from "../../actors/runtime/actor.ts";
import { configureLogging } from "../../actors/telemetry/logger.ts";
import { TaskScheduler } from "../../proto/gen/task_scheduler_pb.ts";
import { Health } from "../../proto/gen/grpc/health/v1/health_pb.ts";
import { Authenticator } from "../auth.ts";
import type { OperationNode } from "../operations/operation.ts";
import { ChangeFeed } from "../change_feed.ts";
import { Pulse } from "../pulse.ts";
import { readStats } from "../operations/stats.ts";
import { operationNode } from "../operations/operation_node.ts";
import { getResult } from "./get_result.ts";
import { createServer, listen, shutDown, type TlsTexts } from "./grpc_server.ts";
import { HealthService } from "./health.ts";
import { methodDefinition } from "./method_definition.ts";
import { ReflectionService } from "./reflection.ts";
import { RequestLog } from "./request_log.ts";
import { bindAgain } from "../bind_again.ts";
import { RateLimiter, tooManyRequests } from "../rate_limiter.ts";
import { submitTask } from "./submit_task.ts";
import { UnaryCalls } from "./unary_call.ts";
import { DTASK_SERVICES, DtaskServices } from "./v1/dtask_services.ts";

/** What the grpc actor is started with. */
export interface GrpcInit {
  readonly config: NodeConfig;
  /** Name of the node. */
  readonly node: string;
  readonly methods: readonly MethodDefinition[];
  readonly tls?: TlsTexts;
  /** How long to try to bind: see `bindAgain`. */
  readonly bindPatienceMs?: number;
}

/** What it tells the supervisor once it listens. */
export interface GrpcReady {
  readonly host: string;
  readonly port: number;
}

/** Bound where the default address cannot be and nobody asked for it. */
const FALLBACK_HOST = "127.0.0.1";
/** More calls under way than these are refused; the waiting ones are bounded by the task service. */
const CALLS_MAX = 12_000;
/** How long calls may take to be answered after everybody who waits was woken. */
const SHUTDOWN_MS = 2_000;

/** The front-end's behaviour; `startGrpc` makes it. */
class GrpcActor implements Behaviour<FrontEndProtocol> {
  readonly #server: Server;
  readonly #node: OperationNode;
  readonly #feed: ChangeFeed;
  readonly #pulse: Pulse;
  readonly #dtask: DtaskServices;
  readonly #health: HealthService;
  readonly #reflection: ReflectionService;
  readonly #requests: RequestLog;
  #draining = false;

  constructor({ config, methods }: GrpcInit, context: ActorContext) {
    this.#server = createServer();
    this.#node = operationNode(context);
    this.#feed = new ChangeFeed(this.#node.service);
    this.#pulse = new Pulse({ read: () => readStats(this.#node) });
    const authenticator = new Authenticator(config.auth);
    this.#requests = new RequestLog(context.ref<FrontEndProtocol>("http"));
    const services = [...DTASK_SERVICES, TaskScheduler];
    this.#health = new HealthService(services.map(({ typeName }) => typeName));
    this.#reflection = new ReflectionService([...services, Health], authenticator);
    const environment = {
      authenticator,
      observe: this.#requests.add,
      callsMax: CALLS_MAX,
      limitRate: rateLimitOf(config),
    };
    const calls = new UnaryCalls(environment);
    this.#dtask = new DtaskServices({
      node: this.#node,
      feed: this.#feed,
      pulse: this.#pulse,
      calls,
      environment,
    });
    this.#dtask.addTo(this.#server);
    this.#addTaskScheduler(calls, config, methods);
    this.#health.addTo(this.#server, calls);
    this.#reflection.addTo(this.#server);
  }

  /** Binds the configured address. */
  async listen({ config, tls }: GrpcInit): Promise<GrpcReady> {
    if (config.grpc === null) throw new Error("the grpc actor was started with gRPC off");
    const { host, port, asked } = config.grpc;
    const fallback = asked ? null : { host: FALLBACK_HOST, port };
    return await listen(this.#server, { address: { host, port }, fallback, tls: tls ?? null });
  }

  receive(message: FrontEndProtocol["message"]): null {
    switch (message.kind) {
      case "EventsPublished":
        this.#node.service.onEvents(message.events);
        this.#feed.onEvents(message.events);
        this.#pulse.onEvents(message.events);
        this.#node.rates.onEvents(message.events);
        this.#node.commits.onEvents(message.events);
        return null;
      case "StopAccepting":
        this.#stopAccepting();
        return null;
      case "GrpcRequestsObserved":
        return null; // for the http actor alone
      default:
        return unreachable(message);
    }
  }

  async stop(): Promise<void> {
    this.#stopAccepting();
    this.#node.service.close();
    this.#feed.close();
    this.#pulse.close();
    this.#health.close();
    this.#reflection.close();
    await shutDown(this.#server, SHUTDOWN_MS);
    this.#requests.flush();
  }

  /** Health says so first, for load balancers to turn away before a call is refused. */
  #stopAccepting(): void {
    this.#health.stopServing();
    this.#dtask.stopAccepting();
    this.#draining = true;
  }

  #addTaskScheduler(
    calls: UnaryCalls,
    config: NodeConfig,
    methods: readonly MethodDefinition[],
  ): void {
    const methodsOf = TaskScheduler.method;
    const submit = submitTask({
      service: this.#node.service,
      methods,
      syncWaitMs: config.syncWaitMs,
      asyncWaitMs: config.asyncWaitMs,
      draining: () => this.#draining,
      now: Date.now,
    });
    this.#server.addService({
      SubmitTask: methodDefinition(methodsOf.submitTask),
      GetResult: methodDefinition(methodsOf.getResult),
    }, {
      SubmitTask: calls.serve(methodsOf.submitTask, submit),
      GetResult: calls.serve(methodsOf.getResult, getResult({ service: this.#node.service })),
    });
  }
}

/** Makes the grpc actor and binds its address; rejects with one line when it can't. */
export async function startGrpc(
  init: GrpcInit,
  context: ActorContext,
): Promise<Started<FrontEndProtocol>> {
  configureLogging({ format: init.config.logFormat, level: init.config.logLevel });
  // A server of the library that failed to bind fails for ever, so each try has one of its own.
  const start = async () => {
    const behaviour = new GrpcActor(init, context);
    return { behaviour, ready: await behaviour.listen(init) };
  };
  return await bindAgain(start, { patienceMs: init.bindPatienceMs ?? 0 });
}

/** The same limit as REST's, with buckets of its own: the front-ends share no memory. */
function rateLimitOf({ rateLimit }: NodeConfig): ((subject: string) => Result<null>) | null {
  if (rateLimit === null) return null;
  const limiter = new RateLimiter(rateLimit);
  return (subject) => {
    const decision = limiter.take(subject, Date.now());
    return decision.allowed ? ok(null) : { ok: false, error: tooManyRequests(decision) };
  };
}
