import type { SnapshotReader } from "./snapshot.ts";

/** Looks at what has become of the ticks of schedules. */
export class TickWitness {
  readonly #database: SnapshotReader;
  readonly #backfilled: ReadonlySet<string>;

  /** `backfilled` names schedules whose ticks may have fired long after they were decided. */
  constructor(database: SnapshotReader, backfilled: ReadonlySet<string>) {
    this.#database = database;
    this.#backfilled = backfilled;
  }

  /** What is wrong with them; null: every tick up to the last decided one was decided, one way or the other. */
  look(): string | null {
    const rows = this.#database.rows(
      "SELECT name, spec ->> '$.cron' AS cron, created_at, decided_until, buffered_at, fired, " +
        "missed, skipped, refused, (SELECT count(*) FROM schedule_ticks t WHERE t.schedule = name " +
        "AND outcome = 'fired') AS fired_rows, (SELECT count(*) FROM schedule_ticks t " +
        "WHERE t.schedule = name AND nominal_at > created_at AND nominal_at <= decided_until) " +
        "AS decided_rows FROM schedules",
    );
    for (const row of rows) {
      const everyMs = Number(/^\*\/(\d+) /.exec(String(row["cron"]))?.[1]) * 1_000;
      const upTo = (at: unknown) => Math.floor(Number(at) / everyMs);
      const ticks = upTo(row["decided_until"]) - upTo(row["created_at"]);
      const [fired, missed] = [Number(row["fired"]), Number(row["missed"])];
      const [skipped, refused] = [Number(row["skipped"]), Number(row["refused"])];
      const buffered = row["buffered_at"] === null ? 0 : 1;
      const decided = fired + missed + skipped + refused + buffered;
      // Ticks that were missed leave no row, unless they fire after all.
      const rowless = ticks - Number(row["decided_rows"]);
      const isRight = this.#backfilled.has(String(row["name"]))
        ? rowless <= missed + buffered
        : decided === ticks;
      if (!isRight) return `${row["name"]} has decided ${decided} of ${ticks} ticks`;
      if (row["fired_rows"] !== fired) return `${row["name"]} has fired other ticks than it counts`;
    }
    return null;
  }

  /** How many ticks of a schedule have fired of those between two times, epoch ms. */
  fired(
    name: string,
    { from, until }: { readonly from: number; readonly until: number },
  ): number {
    const [row] = this.#database.rows(
      "SELECT count(*) AS count FROM schedule_ticks WHERE schedule = ? AND outcome = 'fired' " +
        "AND nominal_at >= ? AND nominal_at < ?",
      ...[name, from, until],
    );
    return Number(row?.["count"]);
  }
}
