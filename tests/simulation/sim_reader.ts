import type { ReaderMessage } from "../../actors/protocol.ts";
import { Reader } from "../../actors/reader/reader_actor.ts";
import type { Behaviour, Protocol } from "../../actors/runtime/mod.ts";
import { openSqliteReader } from "../../actors/storage/sqlite/mod.ts";

/** The real reader of a simulated process; it opens the database at the first question. */
export class SimReader implements Behaviour<Protocol> {
  readonly #dataDir: string;
  #reader: Promise<Reader> | null = null;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  async receive(message: Protocol["message"]): Promise<unknown> {
    this.#reader ??= openSqliteReader({ dataDir: this.#dataDir }).then((store) =>
      new Reader(store)
    );
    return (await this.#reader).receive(message as ReaderMessage);
  }

  /** Closes the database; a later question opens it anew. */
  async close(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    await (await reader)?.stop();
  }
}
