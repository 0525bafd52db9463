/** What is asked to explain a task: of the reader, the scheduler and the dispatcher. */
import type { Placement, StartConditions, StoreFacts, TaskPlace } from "../domain/explain.ts";
import type { Result } from "../domain/error.ts";

/** The reader's part: what the store knows, in one snapshot. */
export type ExplainQuestion = { readonly kind: "GetStoreFacts"; readonly id: string };

/** The scheduler's part: methods and rate limits. */
export type StartQuestion = {
  readonly kind: "GetStartConditions";
  readonly tasks: readonly TaskPlace[];
};

/** The dispatcher's part: executors, slots, and who holds a run. */
export type PlacementQuestion = {
  readonly kind: "GetPlacements";
  readonly tasks: readonly TaskPlace[];
};

export interface ExplainReplies {
  GetStoreFacts: Result<StoreFacts>;
}

export interface StartReplies {
  /** In the order of the tasks. */
  GetStartConditions: readonly StartConditions[];
}

export interface PlacementReplies {
  /** In the order of the tasks. */
  GetPlacements: readonly Placement[];
}
