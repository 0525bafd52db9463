import type { Planned } from "./scenario.ts";

/** A story that once found something. Its scenario is kept: what a seed draws changes with the dice. */
export interface FixedStory {
  readonly seed: number;
  /** What was wrong. */
  readonly found: string;
  readonly scenario: readonly Planned[];
}

const FOLDER = new URL("./stories/", import.meta.url);

/** Every story in `stories/`: they are played for ever. */
export function fixedStories(): readonly FixedStory[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort()
    .map((name): FixedStory => JSON.parse(Deno.readTextFileSync(new URL(name, FOLDER))));
}
