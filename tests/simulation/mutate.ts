/**
 * Applies each mutant to a copy of the project and plays the simulation against it.
 *
 *     deno task mutants            all of them
 *     deno task mutants paused     those in whose description the word stands
 */
import { fileURLToPath } from "node:url";
import { type Mutant, MUTANTS } from "./mutants.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Enough for the slowest to be noticed with some room. */
const SEEDS = 300;
const COPIED = [
  "actors",
  "api",
  "tasks",
  "tests/simulation",
  "tests/support",
  "deno.json",
  "deno.lock",
];

const [word = ""] = Deno.args;
const chosen = MUTANTS.filter(({ what }) => what.includes(word));
const copy = await Deno.makeTempDir({ prefix: "dtask-mutants-" });
const missed: string[] = [];
try {
  for (const path of COPIED) await copyTree(`${ROOT}${path}`, `${copy}/${path}`);
  for (const mutant of chosen) {
    const found = await isCaught(mutant);
    console.log(`${found === null ? "MISSED" : "caught"}  ${mutant.what}${found ?? ""}`);
    if (found === null) missed.push(mutant.what);
  }
} finally {
  await Deno.remove(copy, { recursive: true });
}
console.log(`${chosen.length - missed.length} of ${chosen.length} mutants are caught`);
if (missed.length > 0) Deno.exitCode = 1;

/** What the simulation says of the mutant; null when it finds nothing wrong. */
async function isCaught({ file, text, becomes }: Mutant): Promise<string | null> {
  const path = `${copy}/${file}`;
  const original = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, original.replace(text, () => becomes));
  try {
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "--no-prompt", "--allow-all", "--unstable-worker-options"],
        ...["--unstable-no-legacy-abort", "tests/simulation/sim.ts"],
        ...["--from", "1", "--seeds", String(SEEDS), "--stop"],
      ],
      cwd: copy,
      stderr: "null",
    }).output();
    if (success) return null;
    const said = /^seed \d+: .*/m.exec(new TextDecoder().decode(stdout));
    return `\n          ${said?.[0].slice(0, 150) ?? "the simulation itself failed"}`;
  } finally {
    await Deno.writeTextFile(path, original);
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) {
    await copyTree(`${from}/${name}`, `${to}/${name}`);
  }
}
