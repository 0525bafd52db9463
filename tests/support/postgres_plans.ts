/** What PostgreSQL does for the statements of a store: how many rows each of them touches. */
import { arrayText } from "../../actors/storage/postgres/array_text.ts";
import { Connection, type Value } from "../../actors/storage/postgres/connection.ts";

/** A statement as it was sent. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** Runs `work` and answers each different statement that went over any connection meanwhile. */
export async function sentStatements(work: () => Promise<void>): Promise<readonly Statement[]> {
  const sent = new Map<string, Statement>();
  const { rows, row, run } = Connection.prototype;
  const noting = <T>(method: (this: Connection, sql: string, ...values: Value[]) => T) =>
    function (this: Connection, sql: string, ...values: Value[]): T {
      if (!sent.has(sql)) sent.set(sql, { sql, values });
      return method.call(this, sql, ...values);
    };
  Object.assign(Connection.prototype, { rows: noting(rows), row: noting(row), run: noting(run) });
  try {
    await work();
  } finally {
    Object.assign(Connection.prototype, { rows, row, run });
  }
  return [...sent.values()];
}

/** A step of a plan, as PostgreSQL tells it. */
interface PlanStep {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly PlanStep[];
}

/** What a step did to a table. */
export interface Access {
  readonly table: string;
  readonly by: string;
  /** Rows that it looked at. */
  readonly rows: number;
}

/**
 * How a statement gets at tables, by a plan that was made without its values, as prepared ones are. It is
 * executed, and undone.
 */
export async function accesses(
  connection: Connection,
  { sql, values }: Statement,
): Promise<readonly Access[]> {
  await connection.exec("BEGIN");
  try {
    await connection.exec(`PREPARE measured AS ${sql}`);
    const given = values.length === 0 ? "" : `(${values.map(literal).join(", ")})`;
    const [row] = await connection.rows(
      `EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) EXECUTE measured${given}`,
    );
    await connection.exec("DEALLOCATE measured");
    const plans: readonly { readonly Plan: PlanStep }[] = JSON.parse(JSON.stringify(row?.[0]));
    return plans.flatMap(({ Plan }) => accessesOf(Plan));
  } finally {
    await connection.exec("ROLLBACK");
  }
}

function accessesOf(step: PlanStep): readonly Access[] {
  const below = (step.Plans ?? []).flatMap(accessesOf);
  const table = step["Relation Name"];
  if (table === undefined || !step["Node Type"].endsWith("Scan")) return below;
  const removed = (step["Rows Removed by Filter"] ?? 0) +
    (step["Rows Removed by Index Recheck"] ?? 0);
  const rows = (step["Actual Rows"] + removed) * step["Actual Loops"];
  return [{ table, by: step["Node Type"], rows }, ...below];
}

function literal(value: Value): string {
  if (value === null) return "NULL";
  const shown = typeof value === "object" ? arrayText(value) : String(value);
  return `'${shown.replaceAll("'", "''")}'`;
}
