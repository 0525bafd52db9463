import {
  backup,
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
import { type ErrorPhase, translateError } from "./errors.ts";

/** A row as the database gives it: the columns in the order of the SELECT, which is twice as fast as an object. */
export type Row = readonly SQLOutputValue[];

export interface ConnectionOptions {
  readonly file: string;
  readonly readOnly: boolean;
}

/** How long a statement waits for a lock of another connection, in ms. */
const BUSY_TIMEOUT_MS = 5_000;

/** Between steps others could write, which begins a copy anew; in one step it is as of one moment. */
const ALL_PAGES = -1;

/** Statements that are kept prepared. The SQL is fixed text; this is a guard against text that is not. */
const STATEMENTS_MAX = 500;

/**
 * One connection with its prepared statements. Errors leave it in the port's classes. An error that
 * made SQLite roll back (no space, I/O) is remembered until `end`, so that what still runs of the
 * transaction cannot write outside of it.
 *
 * SQLite plans by the value of a bare `LIMIT ?`, and compiles the statement anew whenever that is
 * bound, which costs several times a lookup; of `LIMIT +?` it knows nothing.
 */
export class Connection {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;
  #lost: unknown = null;

  constructor({ file, readOnly }: ConnectionOptions) {
    this.file = file;
    this.#database = this.#guard(() =>
      new DatabaseSync(file, { readOnly, timeout: BUSY_TIMEOUT_MS })
    );
  }

  /** Runs SQL without parameters, more than one statement if need be. */
  exec(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  /** Writes through a prepared statement; answers how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    const statement = this.#prepare(sql);
    return Number(this.#guard(() => statement.run(...values)).changes);
  }

  /** Writes one row a set of values through one statement: see `tasks.ts` for why not through JSON. */
  runEach(sql: string, rows: Iterable<SQLInputValue[]>): void {
    const statement = this.#prepare(sql);
    this.#guard(() => {
      for (const values of rows) statement.run(...values);
    });
  }

  /** All rows of a query. */
  rows(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    const statement = this.#prepare(sql);
    return this.#guard(() => asRows(statement.all(...values)));
  }

  /** The rows of a query one by one, for results of any size. */
  *each(sql: string, ...values: SQLInputValue[]): Generator<Row> {
    const statement = this.#prepare(sql);
    const found = this.#guard(() => statement.iterate(...values));
    try {
      for (;;) {
        const { done = false, value } = this.#guard(() => found.next());
        if (done) return;
        yield* asRows([value]);
      }
    } finally {
      found.return?.();
    }
  }

  /** The first row of a query. */
  row(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.rows(sql, ...values)[0];
  }

  /**
   * Copies the database, as it is now, into `file`, which is empty or not there, in one uninterrupted
   * step. Other processes go on writing meanwhile. An error names `file`, where the writing happens.
   */
  async copyInto(file: string): Promise<void> {
    try {
      await backup(this.#database, file, { rate: ALL_PAGES });
    } catch (error) {
      throw translateError(error, { phase: "statement", file });
    }
  }

  begin(mode: "IMMEDIATE" | "DEFERRED"): void {
    this.exec(`BEGIN ${mode}`);
    this.#inTransaction = true;
    this.#lost = null;
  }

  commit(): void {
    this.#guard(() => this.#database.exec("COMMIT"), "commit");
    this.#inTransaction = false;
  }

  /** Ends the transaction without its writes; also after an error that had ended it already. */
  rollback(): void {
    this.#inTransaction = false;
    this.#lost = null;
    if (this.#database.isTransaction) this.#guard(() => this.#database.exec("ROLLBACK"));
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= STATEMENTS_MAX) {
      throw new Error(`more than ${STATEMENTS_MAX} statements prepared, last: ${sql}`);
    }
    const statement = this.#guard(() => this.#database.prepare(sql));
    if (!canReturnArrays(statement)) throw new Error("this Deno's node:sqlite is too old");
    statement.setReturnArrays(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guard<T>(work: () => T, phase: ErrorPhase = "statement"): T {
    if (this.#lost !== null) throw this.#lost;
    try {
      return work();
    } catch (error) {
      const translated = translateError(error, { phase, file: this.file });
      if (this.#inTransaction && !this.#database.isTransaction) this.#lost = translated;
      throw translated;
    }
  }
}

/** Node's method, which Deno has and its types lack. */
function canReturnArrays(
  statement: StatementSync,
): statement is StatementSync & { setReturnArrays(enabled: boolean): void } {
  return "setReturnArrays" in statement;
}

/** With `setReturnArrays` every row is an array, which the declared type of `all` does not know. */
function asRows(rows: readonly unknown[]): readonly Row[] {
  if (!areRows(rows)) throw new Error("a statement returned a row that is not an array");
  return rows;
}

function areRows(rows: readonly unknown[]): rows is readonly Row[] {
  return rows.every(Array.isArray);
}
