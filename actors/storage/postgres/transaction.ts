/**
 * What the verbs of one write transaction work on, and what they keep to.
 *
 * Isolation is READ COMMITTED: each statement sees what was committed when it began, so that a statement
 * after one that waited for a lock sees what it waited for. Whatever a verb's caller decides by, it has
 * locked.
 *
 * Locks are taken in this order, each kind sorted, so that transactions seldom wait for each other in
 * a ring: queues by name, schedules by name, unique hashes, tasks by num, workflows by num,
 * and last, in `Counters.flush`, the counters. Where it happens all the same, PostgreSQL ends one of
 * them and `StoreConflictError` asks for another try.
 */
import type { Connection } from "./connection.ts";
import type { Counters } from "./counters.ts";
import type { HeldQueues } from "./held_queues.ts";
import type { Stamps } from "./stamps.ts";

export interface Transaction {
  readonly connection: Connection;
  readonly counters: Counters;
  readonly stamps: Stamps;
  /** See `WriteOptions`. */
  readonly hurried: boolean;
  /** Of all transactions of the store. */
  readonly heldQueues: HeldQueues;
  /** By which its outcome can be asked for later: see `CommitMark`. */
  readonly mark: string;
  /** When it began by the database's clock, epoch ms. */
  readonly now: number;
}
