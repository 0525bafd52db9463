/** What commits publish, and who takes it. */
import type { TaskStatus } from "../domain/task.ts";

/** Counts of one kind of thing for one queue and method in one commit. */
export interface CommitCounts {
  readonly queue: string;
  readonly method: string;
  readonly submitted: number;
  /** Runs that began. */
  readonly attempts: number;
  readonly retries: number;
  readonly finished: Readonly<Partial<Record<TaskStatus, number>>>;
  /** Seconds from ready to claimed, one entry a run. */
  readonly waitSeconds: readonly number[];
  /** Seconds that task code took, one entry a run that ended. */
  readonly runSeconds: readonly number[];
}

/** What ticks of schedules came to. */
export type TickCount = "fired" | "skipped" | "missed" | "refused" | "triggered";

/** What one commit changed; published after it, once. */
export interface TasksCommitted {
  readonly kind: "TasksCommitted";
  readonly lastSeq: number;
  /** Ids of the tasks that reached an ended status. */
  readonly ended: readonly string[];
  /** Nums of the tasks whose log has grown; absent where none has. */
  readonly logged?: readonly number[];
  readonly counts: readonly CommitCounts[];
  readonly commitSeconds: number;
  readonly batchSize: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Ticks of schedules that were decided; absent where there were none. */
  readonly ticks?: Readonly<Partial<Record<TickCount, number>>>;
  /** What was removed because its time was over; absent where nothing was. */
  readonly retired?: { readonly tasks: number; readonly workflows: number };
}

/** Other nodes that share the store have committed something; its counts are theirs to publish. */
export interface OthersCommitted {
  readonly kind: "OthersCommitted";
  readonly lastSeq: number;
  /** Ids of the tasks that reached an ended status; null: any may have. */
  readonly ended: readonly string[] | null;
  /** Nums of the tasks whose log has grown; null: any may have. */
  readonly logged: readonly number[] | null;
}

/** The subscriber was too slow and events were dropped: read anew what matters. */
export interface EventsLost {
  readonly kind: "EventsLost";
}

/** What an actor that follows the scheduler's commits takes. */
export type SubscriberMessage = {
  readonly kind: "EventsPublished";
  readonly events: readonly (TasksCommitted | OthersCommitted | EventsLost)[];
};

/** One answered gRPC call, for the metrics that the http actor keeps. */
export interface GrpcRequestObserved {
  readonly method: string;
  /** Name of the canonical code: `OK`, `NOT_FOUND`, … */
  readonly code: string;
  readonly seconds: number;
}

/** What the front-ends take. A reply to events is the acknowledgement that paces the publisher. */
export interface FrontEndProtocol {
  readonly message:
    | SubscriberMessage
    | { readonly kind: "StopAccepting" }
    /** From the grpc actor to the http actor, at most once a second. */
    | { readonly kind: "GrpcRequestsObserved"; readonly items: readonly GrpcRequestObserved[] };
  readonly replies: { EventsPublished: null; StopAccepting: null };
}
