/**
 * The http actor: the REST front-end and the keeper of the node's metrics.
 * Takes the scheduler's commit events, the grpc actor's observations and the end of accepting; asks
 * scheduler, reader, dispatcher and supervisor; owns the listener, the waiters and the streams.
 */
import type { NodeConfig } from "../../actors/config.ts";
import { unreachable } from "../../actors/domain/exhaustive.ts";
import type { MethodDefinition } from "../../actors/domain/task.ts";
import type { FrontEndProtocol } from "../../actors/protocol.ts";
import {
  type ActorContext,
  type Behaviour,
  errorMessage,
  type LaneOptions,
  type Started,
} from "../../actors/runtime/mod.ts";
import { getLogger } from "../../actors/telemetry/logger.ts";
import { Authenticator } from "../auth.ts";
import { bindAgain } from "../bind_again.ts";
import { ChangeFeed } from "../change_feed.ts";
import { Metrics } from "../metrics.ts";
import { operationNode } from "../operations/operation_node.ts";
import { readStats } from "../operations/stats.ts";
import type { RecentCommits } from "../recent_commits.ts";
import type { TaskRates } from "../task_rates.ts";
import type { TaskService } from "../task_service.ts";
import { Pulse } from "../pulse.ts";
import { RestApp } from "./rest_app.ts";

/** What the supervisor hands over at each start. */
export interface HttpInit {
  readonly config: NodeConfig;
  /** The node's id. */
  readonly node: string;
  readonly methods: readonly MethodDefinition[];
  /** The texts of certificate and key: this isolate may not read files. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** How long to try to bind: see `bindAgain`. */
  readonly bindPatienceMs?: number;
}

/** What the supervisor is told: where the node listens, also when any port would do. */
export interface HttpReady {
  readonly host: string;
  readonly port: number;
}

/** Which lanes its messages use. */
export const HTTP_LANES: LaneOptions = {
  laneOf: { EventsPublished: "reads", GrpcRequestsObserved: "reads" },
  max: { reads: 1_000 },
};

/** After a stop answers may still be on their way for so long. */
const SHUTDOWN_MS = 2_000;
const log = getLogger("http");

/** Where requests come from. */
export interface Listener {
  readonly address: HttpReady;
  /** Resolves when it ends without having been closed. */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
}

/** Starts to listen; the actor is ready when it does. */
export async function startHttpActor(
  init: HttpInit,
  context: ActorContext,
  listen: (init: HttpInit, app: RestApp) => Listener = (init, app) => new HttpListener(init, app),
): Promise<Started<FrontEndProtocol>> {
  const node = operationNode(context);
  const { service, rates, commits } = node;
  const feed = new ChangeFeed(service);
  const metrics = new Metrics(init.methods.flatMap(({ name, aliases }) => [name, ...aliases]));
  const authenticator = new Authenticator(init.config.auth);
  const { config } = init;
  const pulse = new Pulse({ read: () => readStats(node) });
  const app = new RestApp({ ...node, feed, pulse, metrics, config, authenticator });
  const patienceMs = init.bindPatienceMs ?? 0;
  const listener = await bindAgain(() => listen(init, app), { patienceMs });
  listener.failed.then((error) => context.fail(error));
  const behaviour = new HttpActor({ service, feed, pulse, metrics, rates, commits, app, listener });
  return { behaviour, ready: listener.address satisfies HttpReady };
}

/** Parts of the actor, put together by `startHttpActor`. */
interface HttpActorParts {
  readonly service: TaskService;
  readonly feed: ChangeFeed;
  readonly pulse: Pulse;
  readonly metrics: Metrics;
  readonly rates: TaskRates;
  readonly commits: RecentCommits;
  readonly app: RestApp;
  readonly listener: Listener;
}

class HttpActor implements Behaviour<FrontEndProtocol> {
  readonly #parts: HttpActorParts;

  constructor(parts: HttpActorParts) {
    this.#parts = parts;
  }

  receive(message: FrontEndProtocol["message"]): null {
    const { service, feed, pulse, metrics, rates, commits, app } = this.#parts;
    switch (message.kind) {
      case "EventsPublished":
        service.onEvents(message.events);
        feed.onEvents(message.events);
        metrics.onEvents(message.events);
        rates.onEvents(message.events);
        commits.onEvents(message.events);
        pulse.onEvents(message.events);
        return null;
      case "GrpcRequestsObserved":
        metrics.observeGrpc(message.items);
        return null;
      case "StopAccepting":
        app.stopAccepting();
        return null;
      default:
        return unreachable(message);
    }
  }

  /** Cuts what waits, with what it has, so that nothing keeps the listener from ending. */
  async stop(): Promise<void> {
    this.#parts.app.stopAccepting();
    this.#parts.service.close();
    this.#parts.feed.close();
    this.#parts.pulse.close();
    await this.#parts.listener.close();
  }
}

/** The socket. */
class HttpListener implements Listener {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #cut = new AbortController();
  #closing = false;

  constructor({ config, tls }: HttpInit, app: RestApp) {
    const options = {
      hostname: config.http.host,
      port: config.http.port,
      signal: this.#cut.signal,
      onListen: () => {},
      onError: (error: unknown) => {
        log.error("An answer could not be sent", { error });
        return new Response(null, { status: 500 });
      },
      ...tls,
    };
    try {
      this.#server = Deno.serve(options, (request) => app.handle(request));
    } catch (error) {
      const { host, port } = config.http;
      const cause = error instanceof Deno.errors.AddrInUse
        ? "another process has it; stop that one, or choose another address with --http"
        : errorMessage(error);
      throw new Error(`Cannot listen on ${host}:${port} for REST: ${cause}`, { cause: error });
    }
  }

  /** Where it listens. */
  get address(): HttpReady {
    const { hostname, port } = this.#server.addr;
    return { host: hostname, port };
  }

  /** Resolves when it ends without having been closed. */
  get failed(): Promise<Error> {
    return new Promise((resolve) => {
      this.#server.finished.then(
        () => this.#closing || resolve(new Error("The HTTP listener has ended by itself")),
        (error) => this.#closing || resolve(error),
      );
    });
  }

  /** Lets running answers end, up to a deadline, then cuts their connections. */
  async close(): Promise<void> {
    this.#closing = true;
    const timer = setTimeout(() => this.#cut.abort(), SHUTDOWN_MS);
    try {
      await this.#server.shutdown();
    } finally {
      clearTimeout(timer);
    }
  }
}
