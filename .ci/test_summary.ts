/** Totals of a run of tests. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
  /** `name: reason`, as `testOrSkip` of `tests/support` printed them. */
  readonly skipped: readonly string[];
  /** What failed, as far as the output names it. */
  readonly failures: readonly TestFailure[];
}

/** A test that failed. */
export interface TestFailure {
  /** As `deno test` names it: the file that was run, wherever the test is written. */
  readonly file: string;
  readonly test: string;
}

const TOTALS =
  /\| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored(?: \([^)]*\))?)?/g;

/**
 * Reads the totals from what `deno test` printed. A run that says nothing of failures but did not
 * succeed (a file that does not compile, a crash, a leak) counts as one failure.
 */
export function summarizeTests(output: string, success: boolean): TestSummary {
  // deno-lint-ignore no-control-regex -- colours are control characters
  const text = output.replace(/\x1b\[[\d;]*m/g, "");
  const totals = [...text.matchAll(TOTALS)];
  const add = (group: number) => totals.reduce((sum, match) => sum + Number(match[group] ?? 0), 0);
  const failed = add(2);
  return {
    passed: add(1),
    failed: success || failed > 0 ? failed : 1,
    ignored: add(3),
    skipped: [...text.matchAll(/^SKIPPED (.+)$/gm)].map((match) => match[1] ?? ""),
    failures: failuresIn(text),
  };
}

/** A file's heading, the end of a test of it (steps are indented), and the end of a file outside of its tests. */
const HEADING = /^running \d+ tests? from (\S+)$/;
const FAILED_TEST = /^(\S.*) \.\.\. FAILED\b/;
/** The same of a test of which it was said meanwhile that it takes long: that began a new line. */
const FAILED_LATE = /^ ?FAILED \(/;
const FAILED_FILE = /^Uncaught error from (\S+) FAILED\b/;

function failuresIn(text: string): readonly TestFailure[] {
  const failures: TestFailure[] = [];
  let file = "";
  for (const line of text.split("\n")) {
    file = HEADING.exec(line)?.[1] ?? file;
    const [, failedFile] = FAILED_FILE.exec(line) ?? [];
    if (failedFile !== undefined) failures.push({ file: failedFile, test: "(uncaught error)" });
    const [, test] = FAILED_TEST.exec(line) ?? [];
    if (test !== undefined) failures.push({ file, test });
    else if (FAILED_LATE.test(line)) failures.push({ file, test: "(one that took long)" });
  }
  return failures;
}

/** Both runs as one. */
export function addSummaries(a: TestSummary, b: TestSummary): TestSummary {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    ignored: a.ignored + b.ignored,
    skipped: [...a.skipped, ...b.skipped],
    failures: [...a.failures, ...b.failures],
  };
}

/** The summary after the files that had failures, all of them named, were run once more and gave `again`. */
export function afterSecondTry(first: TestSummary, again: readonly TestFailure[]): TestSummary {
  const mended = first.failures.filter(({ file }) =>
    again.every((failure) => failure.file !== file)
  );
  return {
    ...first,
    passed: first.passed + mended.length,
    failed: first.failed - mended.length,
    failures: first.failures.filter((failure) => !mended.includes(failure)),
  };
}
