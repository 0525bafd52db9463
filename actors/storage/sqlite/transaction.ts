import type { Connection } from "./connection.ts";
import type { Counters } from "./counters.ts";

/** What the verbs of one write transaction work on. */
export interface Transaction {
  readonly connection: Connection;
  readonly counters: Counters;
  /** When it began, epoch milliseconds. */
  readonly now: number;
}
