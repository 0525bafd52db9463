import type { Connection } from "./connection.ts";

const OPEN = "INSERT INTO commit_marks (writer, mark) VALUES ($1, '') ON CONFLICT DO NOTHING";
const FORGET = "DELETE FROM commit_marks m WHERE m.writer = $1 " +
  "OR (m.writer LIKE 'n-%' AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = m.writer))";
const SET = "INSERT INTO commit_marks (writer, mark) VALUES ($1, $2) " +
  "ON CONFLICT (writer) DO UPDATE SET mark = excluded.mark";
const ASK = "SELECT mark = $2 FROM commit_marks WHERE writer = $1 FOR UPDATE";

/**
 * How a writer finds out what became of a commit whose answer was lost. Every transaction leaves a mark of
 * its own in a row that nobody else touches: to lock the row is to wait until the transaction has ended,
 * one way or the other, and then the row says which. The server's own ids would not do, because after a
 * crash it may give those of transactions of which nothing had reached the disk to others.
 */
export class CommitMark {
  readonly #writer: string;
  readonly #life = crypto.randomUUID();
  #count = 0;

  /** `writer`: what tells it from all others that write to the database. */
  constructor(writer: string) {
    this.#writer = writer;
  }

  /** Has the row there before the first transaction, and those of nodes gone that nobody knows any more. */
  async open(connection: Connection): Promise<void> {
    await connection.run(FORGET, "");
    await connection.run(OPEN, this.#writer);
  }

  /** Removes the row of a writer that will not come back. */
  async close(connection: Connection): Promise<void> {
    await connection.run(FORGET, this.#writer);
  }

  /** A mark that no transaction ever had. */
  next(): string {
    return `${this.#life} ${++this.#count}`;
  }

  /** Leaves `mark` in the transaction that is under way. */
  async set(connection: Connection, mark: string): Promise<void> {
    await connection.run(SET, this.#writer, mark);
  }

  /**
   * Whether the transaction that left `mark` stands, provided that it was this writer's last.
   *
   * @throws {StoreConflictError} While it is still under way.
   */
  async stands(connection: Connection, mark: string): Promise<boolean> {
    const row = await connection.row(ASK, this.#writer, mark);
    return row?.[0] === true;
  }
}
