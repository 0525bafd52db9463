/** Server-sent events, read as a client does. */
import assert from "node:assert/strict";

/** One server-sent event as a client parses it. */
export interface Event {
  readonly event: string | undefined;
  readonly id: string | undefined;
  // deno-lint-ignore no-explicit-any -- tests look into events freely and assert what they find
  readonly data: any;
  readonly comment: string | undefined;
}

/** Reads a stream block by block, as the format's specification says. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(body: ReadableStream<Uint8Array> | null) {
    assert.ok(body);
    const text = body.pipeThrough(
      new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
    );
    this.#reader = text.getReader();
  }

  async next(): Promise<Event | null> {
    while (!this.#text.includes("\n\n")) {
      const { value, done } = await this.#reader.read();
      if (done) return null;
      this.#text += value;
    }
    const end = this.#text.indexOf("\n\n");
    const lines = this.#text.slice(0, end).split("\n");
    this.#text = this.#text.slice(end + 2);
    const field = (name: string) =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const data = field("data");
    return {
      event: field("event"),
      id: field("id"),
      data: data === undefined ? undefined : JSON.parse(data),
      comment: field(""),
    };
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}
