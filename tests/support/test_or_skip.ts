/** A test that some machines cannot run. */
export interface SkippableTest {
  readonly name: string;
  /** Why it cannot run here; null where it can. */
  readonly skip: string | null;
  readonly fn: (t: Deno.TestContext) => Promise<void>;
}

/** Registers a test, or says in one line, which the totals repeat, why it is left out. */
export function testOrSkip({ name, skip, fn }: SkippableTest): void {
  if (skip !== null) console.log(`SKIPPED ${name}: ${skip}`);
  Deno.test({ name, ignore: skip !== null, fn });
}
