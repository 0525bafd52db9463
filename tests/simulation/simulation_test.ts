import assert from "node:assert/strict";
import { announceSeed, seededRandom } from "../support/random.ts";
import { fixedStories } from "./fixed_stories.ts";
import { Player } from "./play.ts";
import { playOnAllCores } from "./play_on_all_cores.ts";
import { storyOf } from "./story.ts";

const RANDOM_SEEDS = Number(Deno.env.get("DTASK_TEST_SIMULATIONS") ?? 200);

Deno.test("simulation finds nothing wrong with the engine", async () => {
  const random = seededRandom(announceSeed("simulation"));
  const seeds = Array.from({ length: RANDOM_SEEDS }, () => Math.floor(random() * 2 ** 31));
  const fixed = fixedStories();
  const played = await playOnAllCores([...fixed, ...seeds.map((seed) => ({ seed }))]);
  assert.equal(played.length, fixed.length + seeds.length);
  console.log(`seeds played: ${played.map(({ seed }) => seed).join(" ")}`);
  const stories = played.flatMap(({ failed }) => failed === null ? [] : storyOf(failed));
  assert.deepEqual(stories, []);
});

Deno.test("simulation goes the same way every time", async () => {
  await using player = await Player.open();
  const tell = async () => {
    const lines: string[] = [];
    await player.play(1, { tell: (line) => lines.push(line) });
    return lines;
  };
  assert.deepEqual(await tell(), await tell());
});
