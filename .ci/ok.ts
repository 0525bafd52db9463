/**
 * The gate: everything that has to hold before a change goes in. Runs all of it, whatever fails,
 * and prints the totals of checks and tests: the last line is `N passed, N failed`.
 *
 *     deno task ok [--no-tests | --coverage]
 */
import { runDeno } from "./child_process.ts";
import { printSummary, runTests, runWithCoverage } from "./test.ts";
import type { TestSummary } from "./test_summary.ts";

interface Check {
  readonly name: string;
  readonly args: readonly string[];
}

const CHECKS: readonly Check[] = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "types", args: ["run", "-A", ".ci/type_check.ts"] },
  { name: "structure", args: ["run", "--allow-read", "--allow-env", ".ci/structure.ts"] },
  { name: "task registry", args: ["run", "-A", ".ci/generate_registry.ts", "--check"] },
  { name: "proto", args: ["run", "-A", ".ci/generate_proto.ts", "--check"] },
  { name: "dashboard", args: ["run", "-A", ".ci/generate_dashboard.ts", "--check"] },
];

async function runChecks(): Promise<TestSummary> {
  let failed = 0;
  for (const { name, args } of CHECKS) {
    const { success, output } = await runDeno(args);
    console.log(`${success ? "ok    " : "FAILED"} ${name}`);
    if (!success) console.log(output.trimEnd());
    if (!success) failed++;
  }
  return { passed: CHECKS.length - failed, failed, ignored: 0, skipped: [], failures: [] };
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url));
  const checks = await runChecks();
  const runSuite = Deno.args.includes("--coverage") ? runWithCoverage : runTests;
  const tests = Deno.args.includes("--no-tests") ? null : await runSuite([]);
  const passed = checks.passed + (tests?.passed ?? 0);
  const failed = checks.failed + (tests?.failed ?? 0);
  printSummary({ ignored: 0, skipped: [], failures: [], ...tests, passed, failed });
  if (failed > 0) Deno.exit(1);
}
