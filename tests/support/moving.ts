/** A migration under test, step by step. */
import assert from "node:assert/strict";
import type { BatchLimits } from "../../actors/storage/moving/batches.ts";
import {
  migrateToPostgres,
  type MigrationProgress,
  type MigrationReport,
} from "../../actors/storage/moving/mod.ts";

/** A few rows at a time, so that a small store takes many batches. */
export const SMALL: BatchLimits = { rows: 3, characters: 1_000_000 };

/** Runs a migration until `when` holds, and then stops it as an interrupt would; null: it came to its end. */
export async function migrateUntil(
  sides: { readonly from: string; readonly to: string },
  when: (progress: MigrationProgress) => boolean,
): Promise<MigrationReport | null> {
  const stop = new AbortController();
  const onProgress = (progress: MigrationProgress) => {
    if (when(progress)) stop.abort();
  };
  try {
    return await migrateToPostgres({ ...sides, onProgress, signal: stop.signal, limits: SMALL });
  } catch (error) {
    assert.ok(
      error instanceof Error && /^The migration was stopped; run/.test(error.message),
      `${error}`,
    );
    return null;
  }
}

/** Brings everything over and stops before it is compared. */
export async function migrateUnverified(
  sides: { readonly from: string; readonly to: string },
): Promise<void> {
  const report = await migrateUntil(sides, ({ step }) => step === "verify");
  assert.equal(report, null);
}
