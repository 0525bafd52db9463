/** The JSON of a node's numbers and parts. */
import type { ServerSentEvent } from "./event_stream_parser.ts";
import { type FollowOptions, followStream, type StreamOpened } from "./follow_stream.ts";
import type { HttpTransport } from "./http_transport.ts";
import type { ActorJson, NodeJson, TaskStatusJson } from "./task_json.ts";
import type { TrafficJson, TrafficWindowJson } from "./traffic_json.ts";

type CountsJson = Readonly<Partial<Record<TaskStatusJson, number>>>;

/** Counters since the node's start, the queues as they are, and what happened lately. */
export interface StatsJson {
  readonly submitted: number;
  readonly finished: CountsJson;
  readonly commits: number;
  readonly queues: readonly { readonly name: string; readonly counts: CountsJson }[];
  /** Of this node over the last minute. */
  readonly rates: { readonly submittedPerSecond: number; readonly finishedPerSecond: number };
  readonly resultCache: {
    readonly hits: number;
    readonly misses: number;
    readonly bytes: number;
  };
  /** Failed tasks that nobody has sent round again or discarded. */
  readonly deadLetters: number;
  /** Of each queue with ready tasks the one whose turn comes first, ready since then. */
  readonly oldestWaiting: readonly {
    readonly queue: string;
    readonly id: string;
    readonly since: string;
  }[];
  /** What happened lately, over restarts and all nodes that share the database. */
  readonly windows: Readonly<Record<TrafficWindowJson, TrafficJson>>;
}

/** An executor of the node that answers, and what it runs now. */
export interface ExecutorJson {
  readonly name: string;
  readonly pool: string;
  /** Runs at a time. */
  readonly slots: number;
  readonly state: ActorJson["state"];
  /** Runs that it has, waiting ones too. */
  readonly held: number;
  /** Runs whose code runs. */
  readonly running: number;
  /** Those that run longest. */
  readonly runs: readonly {
    readonly taskId: string;
    readonly method: string;
    readonly run: number;
    readonly startedAt: string;
  }[];
}

interface SpreadJson {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** The node that answers, its actors, and the nodes it shares a database with. */
export interface SystemJson {
  readonly node: string;
  readonly version: string;
  readonly denoVersion: string;
  readonly startedAt: string;
  readonly ready: boolean;
  readonly notReady: readonly string[];
  readonly draining: boolean;
  readonly abandonedIsolates: number;
  /** How often the clock was set, or the machine slept, since the start. */
  readonly clockSteps: number;
  /** Negative: the clock was set back. */
  readonly lastClockStep: { readonly at: string; readonly byMs: number } | null;
  /** Grows with each change of the leader. */
  readonly term: number;
  readonly nodes: readonly NodeJson[];
  readonly actors: readonly ActorJson[];
  readonly executors: readonly ExecutorJson[];
  /** The latest commits of this node's scheduler to the store. */
  readonly commits: {
    readonly count: number;
    readonly from: string | null;
    readonly to: string | null;
    /** Milliseconds of a commit. */
    readonly ms: SpreadJson | null;
    /** Submissions, claims and outcomes in one commit. */
    readonly items: SpreadJson | null;
  };
}

/** Whether a node takes work, and why not. */
export interface ReadinessJson {
  readonly status: "ready" | "not_ready";
  readonly reasons: readonly string[];
}

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
