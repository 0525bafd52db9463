/** The pools that tasks wait for, where they change. */
import type { ReadyPoolWriter } from "../port/ready_pools.ts";
import { plain } from "../row/text_column.ts";
import { keepInLine } from "./key_lines.ts";
import type { Transaction } from "./transaction.ts";

/** See `ReadyPoolWriter.setReadyPools`. */
export function setReadyPools(
  { connection }: Transaction,
  moves: Parameters<ReadyPoolWriter["setReadyPools"]>[0],
): void {
  keepInLine(connection, moves.map(({ num }) => num), () =>
    connection.runEach(
      "UPDATE tasks SET ready_pool = ? WHERE num = ? AND status = 'pending'",
      moves.map(({ num, readyPool }) => [plain(readyPool, "the pool"), num]),
    ));
}

/** See `ReadyPoolWriter.setPools`. */
export function setPools(
  { connection }: Transaction,
  moves: Parameters<ReadyPoolWriter["setPools"]>[0],
): void {
  keepInLine(connection, moves.map(({ num }) => num), () =>
    connection.runEach(
      "UPDATE tasks SET pool = ?, ready_pool = ? WHERE num = ? AND status = 'pending'",
      moves.map(({ num, pool, readyPool }) => [
        plain(pool, "the pool"),
        plain(readyPool, "the pool"),
        num,
      ]),
    ));
}
