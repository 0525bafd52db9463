/**
 * The simulation from the command line.
 *
 *     deno task sim --seeds 2000           random seeds
 *     deno task sim --from 1 --seeds 200   200 seeds from 1 on
 *     deno task sim --seed 44              one seed, told line by line
 *
 * `--stop` ends at the first failure, without looking for its shortest story.
 */
import { parseArgs } from "node:util";
import { Player } from "./play.ts";
import { playOnAllCores } from "./play_on_all_cores.ts";
import { storyOf } from "./story.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seeds: { type: "string" },
    from: { type: "string" },
    seed: { type: "string" },
    stop: { type: "boolean" },
  },
});

const SEED_SPAN = 2 ** 31;

if (values.seed === undefined) await playMany();
else await tellOne(Number(values.seed));

async function tellOne(seed: number): Promise<void> {
  await using player = await Player.open();
  const { failure, commits, accepted } = await player.play(seed, { tell: console.log });
  console.log(`seed ${seed}: ${accepted} tasks, ${commits} commits, ${failure ?? "all is well"}`);
  if (failure !== null) Deno.exitCode = 1;
}

async function playMany(): Promise<void> {
  const count = Number(values.seeds ?? 200);
  const first = Number(values.from ?? Math.floor(Math.random() * SEED_SPAN));
  const started = performance.now();
  console.log(`${count} seeds from ${first}`);
  const stories = Array.from({ length: count }, (_, index) => ({ seed: first + index }));
  const played = await playOnAllCores(stories, { stopAtFailure: values.stop === true });
  const failures = played.flatMap(({ failed }) => failed ?? []);
  for (const failure of failures) console.log(storyOf(failure));
  const commits = played.reduce((sum, one) => sum + one.commits, 0);
  const seconds = (performance.now() - started) / 1_000;
  console.log(
    `${played.length} seeds, ${commits} commits in ${
      seconds.toFixed(1)
    } s: ${failures.length} failed`,
  );
  if (failures.length > 0) Deno.exitCode = 1;
}
