import type { Connection } from "./connection.ts";

/** What a name may name: names of different kinds don't get in each other's way. */
export type NameKind = "queue" | "schedule" | "unique";

/**
 * Locks names until the transaction ends, whether rows of them exist or not. In the order of their
 * hashes; that two names share a hash only costs waiting.
 */
export async function lockNames(
  connection: Connection,
  kind: NameKind,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  await connection.rows(
    "SELECT pg_advisory_xact_lock(hash)::text FROM (SELECT DISTINCT " +
      "hashtextextended($1 || ':' || name, 0) AS hash FROM unnest($2::text[]) n (name) " +
      "ORDER BY hash OFFSET 0) sorted",
    `dtask.${kind}`,
    names,
  );
}
