/**
 * The actor runtime: isolates that are started, connected, watched, restarted and stopped, and the
 * references through which they reach each other. It knows nothing of tasks.
 *
 * @module
 */
export * from "./actor.ts";
export {
  ActorSystem,
  type ActorSystemOptions,
  type StopOptions,
  type TerminateOptions,
} from "./actor_system.ts";
export { errorMessage, errorText } from "./error_text.ts";
export { EventStream, type EventStreamOptions, type SendEvents } from "./event_stream.ts";
export { type InProcessEntry, InProcessTransport } from "./in_process_transport.ts";
export { serveActor } from "./serve_actor.ts";
export { SUPERVISOR } from "./supervisor_name.ts";
export type { Fault, Transport } from "./transport.ts";
