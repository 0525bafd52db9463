import { unreachable } from "../domain/exhaustive.ts";
import type { SystemEvent } from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";

const log = getLogger("supervisor");

/** Writes what became of an actor to the log. */
export function logSystemEvent(event: SystemEvent): void {
  switch (event.kind) {
    case "ActorReady":
      return log.debug("{actor} is ready", { actor: event.actor });
    case "ActorDied":
      return log.warn("{actor} died: {error}", {
        actor: event.actor,
        cause: event.cause,
        error: event.error,
      });
    case "ActorRestarting":
      return log.info("{actor} restarts in {afterMs} ms", {
        actor: event.actor,
        afterMs: event.afterMs,
      });
    case "ActorStopped":
      return log.debug("{actor} has stopped", { actor: event.actor });
    case "Escalated":
      return log.error("{actor} fails again and again: {error}", {
        actor: event.actor,
        error: event.error,
      });
    case "ReceiveFailed":
      // Of a store that is away the scheduler speaks once; what is asked of it meanwhile is asked again.
      if (event.error.startsWith("StoreUnavailableError")) {
        return log.debug("{actor}: {error}", { actor: event.actor, error: event.error });
      }
      return log.error("{kind}: {event}", { kind: event.kind, event: JSON.stringify(event) });
    case "MessagesDropped":
      return log.error("{kind}: {event}", { kind: event.kind, event: JSON.stringify(event) });
    default:
      return unreachable(event);
  }
}
