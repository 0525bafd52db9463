import { integer } from "../row/column.ts";
import type { Connection } from "./connection.ts";

const SEQUENCES = { task: "task_nums", workflow: "workflow_nums" } as const;

/** See `StoreWriter.allocateNums`. Nums of a transaction that is undone are not given again. */
export async function allocateNums(
  connection: Connection,
  kind: "task" | "workflow",
  count: number,
): Promise<number> {
  const row = await connection.row("SELECT allocate_nums($1, $2)", SEQUENCES[kind], count);
  return integer(row?.[0]);
}
