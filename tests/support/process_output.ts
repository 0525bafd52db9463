/** Gathers what a child process prints, keeping the latest part, and lets tests wait for lines. */
export class ProcessOutput {
  readonly #maxLength: number;
  #text = "";
  readonly #ended: Promise<unknown>;

  constructor(
    streams: readonly ReadableStream<Uint8Array<ArrayBuffer>>[],
    { maxLength = 1 << 20 }: { readonly maxLength?: number } = {},
  ) {
    this.#maxLength = maxLength;
    this.#ended = Promise.all(streams.map((stream) => this.#gather(stream)));
  }

  /** All that was printed so far, the oldest part cut off where it is too long. */
  text(): string {
    return this.#text;
  }

  /** Settles when the process has closed its streams. */
  async ended(): Promise<string> {
    await this.#ended;
    return this.#text;
  }

  async #gather(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#text = (this.#text + text).slice(-this.#maxLength);
    }
  }
}
