import type { NewsChannel, NewsChannelOptions } from "../port/news_channel.ts";
import { text } from "../row/column.ts";
import { Connection } from "./connection.ts";

/** Channels belong to the whole database, in which each schema can have its own tables. */
const CHANNEL =
  "SELECT 'dtask_' || left(encode(sha256(convert_to(current_schema(), 'UTF8')), 'hex'), 32)";

/**
 * Listens on a connection of its own, and sends on the same one: NOTIFY takes a lock that all senders
 * share until they have committed, so that it has no place in a transaction that writes tasks.
 *
 * @throws {StoreUnavailableError} When there is no server, or it lets nobody in.
 */
export async function openNewsChannel(
  { url, onText }: NewsChannelOptions & { readonly url: string },
): Promise<NewsChannel> {
  const connection = await Connection.open({
    url,
    name: "dtask news",
    onNotification: (_channel, payload) => onText(payload),
  });
  try {
    const channel = text((await connection.row(CHANNEL))?.[0]);
    await connection.command(`LISTEN "${channel}"`);
    return new PostgresNewsChannel(connection, channel);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class PostgresNewsChannel implements NewsChannel {
  readonly #connection: Connection;
  readonly #channel: string;

  constructor(connection: Connection, channel: string) {
    this.#connection = connection;
    this.#channel = channel;
  }

  get lost(): boolean {
    return this.#connection.lost;
  }

  async send(texts: readonly string[]): Promise<void> {
    await this.#connection.rows(
      "SELECT pg_notify($1, news.text) FROM unnest($2::text[]) AS news (text)",
      this.#channel,
      texts,
    );
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
