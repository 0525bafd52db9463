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

interface Part {
  readonly folders: readonly string[];
  /** Whether it counts for the coverage, which costs about half as much time again. */
  readonly measured: boolean;
}

/**
 * Tests that start nodes mostly wait, for starts, restarts and deadlines: the parts run side by side.
 * Every folder of tests belongs to one, which `partsOfSuite` sees to.
 */
const PARTS: readonly Part[] = [
  { folders: ["tests/integration"], measured: true },
  { folders: ["tests/browser", "tests/chaos", "tests/cluster"], measured: false },
  {
    folders: ["tests/bench", "tests/binary", "tests/fuzz", "tests/recovery", "tests/simulation"],
    measured: false,
  },
  { folders: ["tests/conformance", "tests/unit"], measured: true },
];
const NO_TESTS = ["tests/data", "tests/support"];

/**
 * So many files with failures, at most, are run once more, alone: beside the other parts a machine of
 * two cores can be too slow for any deadline. What is broken fails again; what passes then is named.
 */
const SECOND_TRIES = 5;

/** Runs `deno test` with `args`, or the whole suite where they name no file. */
export function runTests(args: readonly string[]): Promise<TestSummary> {
  return runParts(args, []);
}

/** `measure`: further arguments for what counts for the coverage; none where that is not asked for. */
async function runParts(
  args: readonly string[],
  measure: readonly string[],
): Promise<TestSummary> {
  const run = async (more: readonly string[], { measured = true, echo = true } = {}) => {
    const isMeasured = measured && measure.length > 0;
    const env = isMeasured ? { COVERAGE_DIR: `${Deno.cwd()}/${COVERAGE_DIR}` } : {};
    const all = [...TEST_ARGS, ...isMeasured ? measure : [], ...args, ...more];
    const { success, output } = await runDeno(all, { env, echo });
    return { output, summary: summarizeTests(output, success) };
  };
  if (args.some((arg) => !arg.startsWith("-"))) return (await run([])).summary;
  // The first is seen while it runs, the others once all are done: mixed, nobody could read them.
  const parts = await Promise.all(
    partsOfSuite().map(({ folders, measured }, index) =>
      run(folders, { measured, echo: index === 0 })
    ),
  );
  for (const { output } of parts.slice(1)) console.log(output);
  const summaries = parts.map(({ summary }) => summary);
  const documented = DOCUMENTED.filter(exists);
  if (documented.length > 0) {
    summaries.push((await run(["--doc", "--permit-no-files", ...documented])).summary);
  }
  return await secondTry(summaries.reduce(addSummaries), (file) => run([file]));
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

/** The parts with those folders that are there; throws where a folder of tests is in no part. */
function partsOfSuite(): readonly Part[] {
  const known = [...PARTS.flatMap(({ folders }) => folders), ...NO_TESTS];
  for (const { name } of Deno.readDirSync("tests")) {
    if (!known.includes(`tests/${name}`)) {
      throw new Error(`tests/${name} is in no part of the suite`);
    }
  }
  const parts = PARTS.map((part) => ({ ...part, folders: part.folders.filter(exists) }));
  return parts.filter(({ folders }) => folders.length > 0);
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
  const measure = [`--coverage=${COVERAGE_DIR}`, "--coverage-raw-data-only"];
  const summary = await runParts(args, measure);
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
