/** The JSON of a node's numbers and parts. */
import type { HistoryView, ReadinessView, StatsView, SystemView } from "../schema.ts";
import type { ServerSentEvent } from "./event_stream_parser.ts";
import { type FollowOptions, followStream, type StreamOpened } from "./follow_stream.ts";
import type { HttpTransport } from "./http_transport.ts";

export type StatsJson = StatsView;
export type SystemJson = SystemView;
export type ReadinessJson = ReadinessView;
export type HistoryJson = HistoryView;

/** What a follower of a node's numbers is told. */
export type PulseEvent =
  | StreamOpened
  | {
    readonly kind: "pulse";
    /** Stamp of the newest change of a task that the node has heard of. */
    readonly seq: string;
    readonly stats: StatsJson;
  };

/** Follows `GET /api/pulse`: see `followStream`. */
export function followPulse(
  transport: HttpTransport,
  options: FollowOptions,
): AsyncGenerator<PulseEvent, void> {
  const stream = { path: "/api/pulse", read: pulseOf };
  return followStream<PulseEvent>(transport, stream, options);
}

function pulseOf({ event, data }: ServerSentEvent): PulseEvent | null {
  if (event !== "pulse") return null;
  const { seq, stats } = JSON.parse(data) as { readonly seq: string; readonly stats: StatsJson };
  return { kind: "pulse", seq: String(seq), stats };
}
