/**
 * Applies each mutant to a copy of the project and plays the simulation against it.
 *
 *     deno task mutants            all of them
 *     deno task mutants paused     those in whose description the word stands
 *
 * A mutant is caught when the simulation names a seed that went wrong with it. One that keeps the
 * simulation from playing or from ending is not: that says nothing about what the simulation checks.
 */
import { fileURLToPath } from "node:url";
import { type Mutant, MUTANTS } from "./mutants.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Enough for the slowest to be noticed with some room. */
const SEEDS = 300;
/** Many times what the seeds take. */
const PLAY_MAX_MS = 240_000;
/** All that the simulation imports, and their neighbours. */
const COPIED = ["actors", "api", "tasks", "tests", "deno.json", "deno.lock"];

/** How a play of the seeds ended. */
interface Play {
  /** All seeds were played, and nothing was wrong. */
  readonly sound: boolean;
  /** What the simulation says of the first seed that went wrong; null when it names none. */
  readonly said: string | null;
  /** The last words of a play that did neither. */
  readonly trouble: string;
}

const copy = await Deno.makeTempDir({ prefix: "dtask-mutants-" });
try {
  for (const path of COPIED) await copyTree(`${ROOT}${path}`, `${copy}/${path}`);
  const { sound, said, trouble } = await play();
  if (sound) await tryAll(MUTANTS.filter(({ what }) => what.includes(Deno.args[0] ?? "")));
  else fail(`Cannot judge mutants: the simulation fails without any. ${said ?? trouble}`);
} finally {
  await Deno.remove(copy, { recursive: true });
}

async function tryAll(mutants: readonly Mutant[]): Promise<void> {
  if (mutants.length === 0) return fail("No mutant has that word in its description.");
  let missed = 0;
  for (const mutant of mutants) {
    const { sound, said, trouble } = await playMutant(mutant);
    if (said === null) missed++;
    console.log(`${said === null ? "MISSED" : "caught"}  ${mutant.what}`);
    console.log(`        ${said ?? (sound ? "nothing is wrong with any seed" : trouble)}`);
  }
  console.log(`${mutants.length - missed} of ${mutants.length} mutants are caught`);
  if (missed > 0) Deno.exitCode = 1;
}

async function playMutant({ file, text, becomes }: Mutant): Promise<Play> {
  const path = `${copy}/${file}`;
  const original = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, original.replace(text, () => becomes));
  try {
    return await play();
  } finally {
    await Deno.writeTextFile(path, original);
  }
}

/** Plays the seeds in the copy as it is. */
async function play(): Promise<Play> {
  const deadline = AbortSignal.timeout(PLAY_MAX_MS);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--no-prompt", "--allow-all", "--unstable-worker-options"],
      ...["--unstable-no-legacy-abort", "tests/simulation/sim.ts"],
      ...["--from", "1", "--seeds", String(SEEDS), "--stop"],
    ],
    cwd: copy,
    signal: deadline,
  }).output();
  const said = /^seed \d+: .*/m.exec(new TextDecoder().decode(stdout))?.[0] ?? null;
  const trouble = deadline.aborted
    ? `The simulation did not end within ${PLAY_MAX_MS / 1_000} s.`
    : `The simulation broke: ${new TextDecoder().decode(stderr).trim().slice(0, 600)}`;
  return { sound: success, said: said?.slice(0, 150) ?? null, trouble };
}

function fail(why: string): void {
  console.error(why);
  Deno.exitCode = 1;
}

async function copyTree(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) {
    await copyTree(`${from}/${name}`, `${to}/${name}`);
  }
}
