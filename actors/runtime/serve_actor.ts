import type { ActorFactory, LaneOptions, Protocol } from "./actor.ts";
import { ActorHost } from "./actor_host.ts";
import { serveWorker } from "./worker_transport.ts";

/**
 * Makes this isolate an actor. An entry module calls it once, at load; the supervisor then has the
 * factory run when the actors are ready that it starts after.
 *
 * @param factory Makes the actor from the data of its child spec.
 * @param lanes Which lane each kind of message uses, and how many messages a lane holds.
 */
export function serveActor<P extends Protocol, Init>(
  factory: ActorFactory<P, Init>,
  lanes: LaneOptions,
): void {
  serveWorker((notices) => new ActorHost({ factory, lanes, notices }));
}
