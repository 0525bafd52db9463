import type { FailedSeed } from "./play.ts";

/** What a person needs to know of a failed seed, as text. */
export function storyOf({ seed, failure, scenario, story }: FailedSeed): string {
  return [
    `seed ${seed}: ${failure}`,
    `  its shortest story, ${scenario.length} actions:`,
    ...story.map((line) => `  ${line}`),
  ].join("\n");
}
