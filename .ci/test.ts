/**
 * Runs the test suite with the rights that tests need and prints the totals: the last line is
 * `N passed, N failed`.
 *
 *     deno task test [FILE or option of deno test …] [--coverage]
 */
import { runDeno } from "./child_process.ts";
import { lineCoverage } from "./line_coverage.ts";
import { addSummaries, afterSecondTry, summarizeTests, type TestSummary } from "./test_summary.ts";

/**
 * Tests start nodes and programs, and look into `/proc`, which takes every right; what they start
 * has its own, smaller ones.
 */
const TEST_ARGS = [
  ...["test", "--no-prompt", "--no-check", "--allow-all"],
  ...["--unstable-worker-options", "--unstable-no-legacy-abort"],
];

/** Examples in the documentation of what users import are tests, too. */
const DOCUMENTED = ["mod.ts", "tasks/sdk"];

const COVERAGE_DIR = "coverage";
const COVERAGE_MIN = 85;

/**
 * Tests that start nodes mostly wait, for starts, restarts and deadlines: the parts run side by side.
 * Every folder of tests belongs to one, which `partsOfSuite` sees to.
 */
const PARTS: readonly (readonly string[])[] = [
  ["tests/integration"],
  ["tests/browser", "tests/chaos", "tests/cluster"],
  ["tests/bench", "tests/binary", "tests/fuzz", "tests/recovery"],
  ["tests/conformance", "tests/simulation", "tests/unit"],
];
const NO_TESTS = ["tests/data", "tests/support"];

/**
 * So many files with failures, at most, are run once more, alone: beside the other parts a machine of
 * two cores can be too slow for any deadline. What is broken fails again; what passes then is named.
 */
const SECOND_TRIES = 5;

/** Runs `deno test` with `args`, or the whole suite where they name no file. */
export async function runTests(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<TestSummary> {
  const run = async (more: readonly string[], echo = true) => {
    const { success, output } = await runDeno([...TEST_ARGS, ...more], { env, echo });
    return { output, summary: summarizeTests(output, success) };
  };
  if (args.some((arg) => !arg.startsWith("-"))) return (await run(args)).summary;
  // The first is seen while it runs, the others once all are done: mixed, nobody could read them.
  const parts = await Promise.all(
    partsOfSuite().map((folders, index) => run([...args, ...folders], index === 0)),
  );
  for (const { output } of parts.slice(1)) console.log(output);
  const summaries = parts.map(({ summary }) => summary);
  const documented = DOCUMENTED.filter(exists);
  if (documented.length > 0) {
    summaries.push((await run([...args, "--doc", "--permit-no-files", ...documented])).summary);
  }
  return await secondTry(summaries.reduce(addSummaries), (file) => run([...args, file]));
}

/** Runs files again that had failures, where all of those are known and they are few. */
async function secondTry(
  first: TestSummary,
  run: (file: string) => Promise<{ readonly summary: TestSummary }>,
): Promise<TestSummary> {
  const files = new Set(first.failures.map(({ file }) => file));
  if (files.size === 0 || files.size > SECOND_TRIES) return first;
  if (first.failures.length !== first.failed) return first;
  console.log(`\nrun once more, alone, for their failures: ${[...files].join(", ")}`);
  const again = [];
  for (const file of files) {
    const { summary } = await run(file);
    again.push(...summary.failures);
    // Failed without a word of which test: a crash, for one.
    if (summary.failed > summary.failures.length) again.push({ file, test: "(the whole file)" });
  }
  const left = afterSecondTry(first, again);
  for (const { file, test } of first.failures) {
    if (left.failures.some((failure) => failure.file === file)) continue;
    console.log(`passed on the second try, alone: ${test} (${file})`);
  }
  return left;
}

/** The folders of each part that are there; throws where a folder of tests is in no part. */
function partsOfSuite(): readonly (readonly string[])[] {
  const known = [...PARTS.flat(), ...NO_TESTS];
  for (const { name } of Deno.readDirSync("tests")) {
    if (!known.includes(`tests/${name}`)) {
      throw new Error(`tests/${name} is in no part of the suite`);
    }
  }
  return PARTS.map((folders) => folders.filter(exists)).filter((folders) => folders.length > 0);
}

/** Prints what was left out and why, then the totals as the last line. */
export function printSummary(summary: TestSummary): void {
  const { passed, failed, ignored, skipped, failures } = summary;
  if (ignored > 0) console.log(`\n${ignored} left out:`);
  for (const line of new Set(skipped)) console.log(`  ${line}`);
  if (failures.length > 0) console.log("\nfailed:");
  for (const { file, test } of failures) console.log(`  ${test} (${file})`);
  console.log(`${passed} passed, ${failed} failed`);
}

/** As `runTests`, and prints the share of lines that ran; too small a share is a failure. */
export async function runWithCoverage(args: readonly string[]): Promise<TestSummary> {
  if (exists(COVERAGE_DIR)) await Deno.remove(COVERAGE_DIR, { recursive: true });
  const summary = await runTests(
    [...args, `--coverage=${COVERAGE_DIR}`, "--coverage-raw-data-only"],
    { COVERAGE_DIR: `${Deno.cwd()}/${COVERAGE_DIR}` },
  );
  const percent = await lineCoverage(COVERAGE_DIR);
  const enough = percent >= COVERAGE_MIN;
  console.log(`\ncoverage of actors/ and api/: ${percent.toFixed(1)} % of lines`);
  if (!enough) {
    console.log(`less than the ${COVERAGE_MIN} % that is asked for: counts as a failure`);
  }
  return enough ? summary : { ...summary, failed: summary.failed + 1 };
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url));
  const args = Deno.args.filter((arg) => arg !== "--coverage");
  const summary = await (args.length < Deno.args.length ? runWithCoverage : runTests)(args);
  printSummary(summary);
  if (summary.failed > 0) Deno.exit(1);
}
