import { real } from "../row/column.ts";
import type { Connection } from "./connection.ts";

/** After so many claims the table of live tasks is vacuumed. */
const CLAIMS = 50_000;
/** Or after this share of the live tasks, where they are many: a vacuum walks over their indexes. */
const SHARE = 1 / 50;

/** Skipped where the server's own is at it, or another node. */
const VACUUM = "VACUUM (SKIP_LOCKED, TRUNCATE false) tasks_live";
const LIVE_TASKS = "SELECT reltuples::double precision FROM pg_class " +
  "WHERE oid = 'tasks_live'::regclass";

export interface LiveVacuumOptions {
  /** Connects; patiently, as a vacuum takes longer than a statement may. */
  readonly connect: () => Promise<Connection>;
  readonly claims?: number;
}

/**
 * Sees to it that claims do not wade through those before them: entries of what was claimed stay at the
 * head of the index of ready tasks until a vacuum takes them away, and the server's own comes round once
 * a minute, in which a node claims some hundred thousand.
 */
export class LiveVacuum {
  readonly #options: LiveVacuumOptions;
  readonly #least: number;
  #after: number;
  #claimed = 0;
  #running: Promise<void> | null = null;
  #connection: Connection | null = null;
  #closed = false;

  constructor(options: LiveVacuumOptions) {
    this.#options = options;
    this.#least = options.claims ?? CLAIMS;
    this.#after = this.#least;
  }

  /** Takes in that so many tasks are not ready any more. */
  claimed(count: number): void {
    this.#claimed += count;
    if (this.#claimed < this.#after || this.#running !== null || this.#closed) return;
    this.#claimed = 0;
    this.#running = this.#vacuum().finally(() => this.#running = null);
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#connection?.close();
    await this.#running;
  }

  async #vacuum(): Promise<void> {
    try {
      const connection = this.#connection = await this.#options.connect();
      try {
        if (this.#closed) return;
        await connection.run(VACUUM);
        const live = real((await connection.row(LIVE_TASKS))?.[0]);
        this.#after = Math.max(this.#least, Math.ceil(live * SHARE));
      } finally {
        await connection.close();
      }
    } catch {
      // Without it claims are slower, until the next one or the server's own.
    }
  }
}
