import { type Lane, type LaneOptions, LANES } from "./actor.ts";

/** Messages of a lane where `LaneOptions.max` says nothing. */
export const DEFAULT_LANE_MAX = 10_000;

/** What is taken for the lanes of an actor that has not told its own yet. */
export const DEFAULT_LANES: LaneOptions = { laneOf: {}, max: {} };

/** `LaneOptions` made fast to look up: lanes as indexes into `LANES`, most urgent first. */
export class LaneTable {
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #max: readonly number[];

  constructor({ laneOf, max }: LaneOptions) {
    this.#indexOf = new Map(
      Object.entries(laneOf).map(([kind, lane]) => [kind, LANES.indexOf(lane)]),
    );
    this.#max = LANES.map((lane) => max[lane] ?? DEFAULT_LANE_MAX);
  }

  /** The index of the lane that messages of `kind` use. */
  indexOf(kind: string): number {
    return this.#indexOf.get(kind) ?? 0;
  }

  /** Most messages that the lane may hold. */
  maxOf(index: number): number {
    return this.#max[index] ?? 0;
  }
}

/** The name of the lane at `index`. */
export function laneAt(index: number): Lane {
  return LANES[index] ?? "control";
}
