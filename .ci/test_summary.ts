/** Totals of a run of tests. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
  /** `name: reason`, as `testOrSkip` of `tests/support` printed them. */
  readonly skipped: readonly string[];
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
  };
}

/** Both runs as one. */
export function addSummaries(a: TestSummary, b: TestSummary): TestSummary {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    ignored: a.ignored + b.ignored,
    skipped: [...a.skipped, ...b.skipped],
  };
}
