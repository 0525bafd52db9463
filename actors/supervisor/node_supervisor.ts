/**
 * The supervisor: starts the actors of a node, wires, watches and restarts them, and stops them in
 * order.
 *
 * Takes questions about the system, and the dispatcher's wishes for executors. Lives in the main
 * isolate, holds no task state, and ends the process when restarts do not help.
 */
import { type NodeConfig, VERSION } from "../config.ts";
import { ok, refuse, type Result } from "../domain/error.ts";
import { unreachable } from "../domain/exhaustive.ts";
import type { MethodDefinition } from "../domain/task.ts";
import type {
  ClusterStatus,
  DispatcherProtocol,
  FrontEndProtocol,
  NodeAddress,
  NodeReport,
  SchedulerProtocol,
  SupervisorMessage,
  SupervisorProtocol,
  SystemStatus,
} from "../protocol.ts";
import {
  ActorSystem,
  type Behaviour,
  errorMessage,
  type SystemEvent,
  type Transport,
} from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";
import { AbandonedIsolates, MAX_ABANDONED } from "./abandoned_isolates.ts";
import { childSpecs } from "./child_specs.ts";
import { ClusterMember } from "./cluster_member.ts";
import { ConditionReports } from "./condition_reports.ts";
import { logSystemEvent } from "./event_log.ts";
import { ExecutorPools } from "./executor_pools.ts";
import {
  methodsGoingOn,
  offeredMethods,
  permissionsOfPool,
  warnAboutPermissions,
} from "./method_rights.ts";
import { notReadyReasons } from "./readiness.ts";
import { addressFrom, definitionsFrom, nodeAddress, portFrom } from "./ready_data.ts";
import { actorTree, clusterOfOne, clusterWith } from "./system_status.ts";
import { listTaskModules } from "./task_modules.ts";

export interface NodeAddresses {
  readonly http: { readonly host: string; readonly port: number };
  readonly grpc: { readonly host: string; readonly port: number } | null;
}

export interface NodeSupervisorOptions {
  readonly config: NodeConfig;
  /** `file:` URLs of modules with tasks, beside those of `config.tasks`. */
  readonly taskModules: readonly string[];
  /** Makes the node's id, and another one whenever it has to begin anew. */
  readonly newId: () => string;
  /** Texts of the TLS files, read by the caller. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly otel: boolean;
  /** Web Workers when absent. Of actors in other places than those nobody asks for signs of life. */
  readonly transport?: Transport;
}

/** How long aborted code may take to stop before its isolate is ended. */
const GRACE_MS = 5_000;
/** Beyond the drain: for the actors themselves to stop. */
const STOP_MS = 10_000;
const SHORT_MS = 5_000;

const log = getLogger("supervisor");

export class NodeSupervisor implements Behaviour<SupervisorProtocol> {
  readonly #options: NodeSupervisorOptions;
  readonly #system: ActorSystem;
  readonly #startedAt = Date.now();
  readonly #member: ClusterMember;
  #pools: ExecutorPools | null = null;
  #definer = "";
  readonly #abandoned = new AbandonedIsolates();
  readonly #reports = new ConditionReports();
  #draining: Promise<number> | null = null;
  #started = false;
  /** Settles with why the node can't go on by itself. */
  readonly #failed = Promise.withResolvers<string>();

  constructor(options: NodeSupervisorOptions) {
    this.#options = options;
    const { transport } = options;
    this.#system = new ActorSystem({
      onEvent: (event) => this.#onEvent(event),
      ...(transport !== undefined && { transport }),
    });
    this.#member = new ClusterMember({
      system: this.#system,
      newId: options.newId,
      address: () => this.#address(),
      report: () => this.#report(),
      poolOf: (executor) => this.#pools?.poolOf(executor) ?? null,
      goingOn: () => methodsGoingOn(this.#definitions()),
      onAbandoned: (executor) => this.#noteEnd(executor, "unreachable"),
    });
    this.#system.serve<SupervisorProtocol>(this, { laneOf: { GetSystem: "reads" }, max: {} });
  }

  /** Resolves, with the cause, when the node has to end although nobody asked for it. */
  get failed(): Promise<string> {
    return this.#failed.promise;
  }

  /** Starts every actor; rejects with the text of the first that can't. */
  async start(): Promise<NodeAddresses> {
    const { config, taskModules, tls, otel } = this.#options;
    const node = () => this.#member.node;
    const logging = { format: config.logFormat, level: config.logLevel };
    const pools = new ExecutorPools({
      node,
      moduleUrls: [
        ...taskModules,
        ...(config.tasks === null ? [] : await listTaskModules(config.tasks)),
      ],
      executors: config.executors,
      concurrency: config.concurrency,
      httpAllow: config.httpAllow,
      graceMs: GRACE_MS,
      otel,
      logging,
    });
    this.#pools = pools;
    const executors = pools.first();
    this.#definer = executors[0]?.name ?? "";
    const core = childSpecs({
      config,
      node,
      logging,
      graceMs: GRACE_MS,
      tls,
      executors: executors.map(({ name }) => name),
      definitions: () => this.#definitions(),
      boundPort: (actor) => portFrom(this.#system.readyData(actor)),
      aliveExecutors: () => this.#aliveExecutors(),
    });
    const specs = [...executors, ...core];
    const isWatched = this.#options.transport === undefined;
    await this.#system.start(isWatched ? specs : specs.map((spec) => ({ ...spec, ping: null })));
    this.#started = true;
    if (config.databaseUrl !== null) this.#member.begin();
    if (!config.allowTaskPermissions) warnAboutPermissions(this.#definitions());
    return {
      http: addressFrom(this.#system.readyData("http")),
      grpc: config.grpc === null ? null : addressFrom(this.#system.readyData("grpc")),
    };
  }

  receive(message: SupervisorMessage): unknown {
    switch (message.kind) {
      case "GetSystem":
        return this.#status();
      case "TerminateExecutor":
        return this.#onTerminateExecutor(message);
      case "EnsurePool":
        return this.#onEnsurePool(message.pool);
      case "StoreUnhealthy":
      case "StoreHealthy":
      case "ClockStepped":
      case "WorkStalled":
      case "WorkMoving":
        return this.#reports.take(message);
      case "StoreBroken":
        this.#failed.resolve(`the store is broken: ${message.cause}`);
        return null;
      case "LeaseRenewed":
        return this.#member.onRenewed(message);
      case "NodeFenced":
        return this.#member.onFenced(message);
      case "InjectFault":
        return this.#onInjectFault(message);
      default:
        return unreachable(message);
    }
  }

  /** Refuses new work, lets running code finish to the deadline, and stops. Answers what was left. */
  drainAndStop(): Promise<number> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  async #drain(): Promise<number> {
    const { drainMs, grpc } = this.#options.config;
    const short = { deadlineMs: SHORT_MS };
    const frontEnds = grpc === null ? ["http"] : ["http", "grpc"];
    await Promise.all(
      frontEnds.map((name) =>
        this.#system.ref<FrontEndProtocol>(name).ask({ kind: "StopAccepting" }, short)
      ),
    );
    await this.#system.ref<SchedulerProtocol>("scheduler").ask({ kind: "Drain" }, short);
    const drained = await this.#system.ref<DispatcherProtocol>("dispatcher").ask(
      { kind: "DrainRuns", deadlineMs: drainMs },
      { deadlineMs: drainMs + GRACE_MS + SHORT_MS },
    );
    this.#member.stop();
    await this.#system.stop({
      order: ["http", "grpc", "executor-", "dispatcher", "scheduler", "reader", "cluster"],
      deadlineMs: STOP_MS,
    });
    return drained.ok ? drained.value.left : 0;
  }

  #status(): SystemStatus {
    const report = this.#report();
    const { notReady, actors } = report;
    const { storeError, clockSteps, lastClockStep } = this.#reports;
    return {
      node: this.#member.node,
      version: VERSION,
      denoVersion: Deno.version.deno,
      startedAt: this.#startedAt,
      ready: notReady.length === 0,
      notReady,
      draining: this.#draining !== null,
      storeError,
      abandonedIsolates: this.#abandoned.count,
      clockSteps,
      lastClockStep,
      actors,
      executors: this.#pools?.list() ?? [],
      cluster: this.#cluster(report),
    };
  }

  #report(): NodeReport {
    const actors = this.#system.info();
    const draining = this.#draining !== null;
    const { storeError, stalled } = this.#reports;
    const leaseTrouble = this.#member.trouble;
    return {
      notReady: notReadyReasons(actors, { storeError, stalled, draining, leaseTrouble }),
      actors: actorTree(actors, { draining, startedAt: this.#startedAt }),
    };
  }

  #cluster(report: NodeReport): ClusterStatus {
    const own = {
      id: this.#member.node,
      version: VERSION,
      address: this.#address(),
      startedAt: this.#startedAt,
      methods: this.#definitions().length,
      report,
    };
    const isAlone = this.#options.config.databaseUrl === null;
    return isAlone ? clusterOfOne(own) : clusterWith(own, this.#member.cluster);
  }

  async #onTerminateExecutor(
    { executor, incarnation, cause }: MessageOf<"TerminateExecutor">,
  ): Promise<null> {
    const terminated = await this.#system.terminate(executor, {
      incarnation,
      reason: cause,
      restart: true,
    });
    if (terminated) this.#noteEnd(executor, cause);
    return null;
  }

  #noteEnd(executor: string, cause: string): void {
    if (!this.#abandoned.note(cause)) return;
    const { count, tooMany } = this.#abandoned;
    log.warn(
      "{executor} did not answer and was given up: its code may hold a core until the node ends " +
        "({count} so far, at most {max})",
      { executor, count, max: MAX_ABANDONED },
    );
    if (tooMany) this.#failed.resolve(`${count} isolates did not answer and may still hold cores`);
  }

  async #onEnsurePool(pool: string): Promise<Result<null>> {
    const { allowTaskPermissions } = this.#options.config;
    const permissions = permissionsOfPool(pool, this.#definitions(), { allowTaskPermissions });
    if (permissions === null) {
      const message =
        `Cannot start executors for pool "${pool}": no registered task has its rights`;
      return refuse("not_found", "unknown_pool", message, { subject: pool });
    }
    // Some may be there from a start in which others failed.
    const specs = (this.#pools?.add(pool, permissions) ?? []).filter(({ name }) =>
      !this.#isThere(name)
    );
    const starts = await Promise.allSettled(specs.map((spec) => this.#system.spawn(spec)));
    const failed = starts.find((start) => start.status === "rejected");
    if (failed === undefined) return ok(null);
    this.#pools?.forget(pool);
    const message = `Cannot start executors for pool "${pool}": ${errorMessage(failed.reason)}`;
    return refuse("internal", "executor_start_failed", message, { subject: pool });
  }

  #isThere(actor: string): boolean {
    const state = this.#system.info().find(({ name }) => name === actor)?.state;
    return state !== undefined && state !== "failed" && state !== "stopped";
  }

  #onInjectFault({ actor, fault }: MessageOf<"InjectFault">): Result<null> {
    if (this.#system.injectFault(actor, fault)) return ok(null);
    const message = `Cannot inject a fault: there is no actor "${actor}" to fail`;
    return refuse("not_found", "unknown_actor", message, { subject: actor });
  }

  #address(): NodeAddress {
    const [http, grpc] = [this.#system.readyData("http"), this.#system.readyData("grpc")];
    return nodeAddress({ http, grpc, tls: this.#options.config.tls !== null });
  }

  #definitions(): readonly MethodDefinition[] {
    return offeredMethods(
      definitionsFrom(this.#system.readyData(this.#definer)),
      this.#options.config,
    );
  }

  #aliveExecutors(): readonly string[] {
    return this.#system.info().flatMap(({ name, state, incarnation }) =>
      name.startsWith("executor-") && state === "ready" ? incarnation ?? [] : []
    );
  }

  #onEvent(event: SystemEvent): void {
    // While the node starts, the first failure ends the start and is what its caller reports.
    if (event.kind === "ActorDied" && !this.#started) return;
    logSystemEvent(event);
    if (event.kind === "ActorReady" && event.actor === "scheduler") this.#reports.schedulerBegan();
    if (event.kind === "Escalated") {
      this.#failed.resolve(`actor ${event.actor} fails again and again: ${event.error}`);
    }
    // It has been patient already: an isolate that never ends holds its address until the process ends.
    if (
      event.kind === "ActorDied" && event.cause === "start_failed" && isFrontEnd(event.actor)
    ) {
      this.#failed.resolve(`actor ${event.actor} cannot be started again: ${event.error}`);
    }
  }
}

type MessageOf<K extends string> = Extract<SupervisorMessage, { readonly kind: K }>;

function isFrontEnd(actor: string): boolean {
  return actor === "http" || actor === "grpc";
}
