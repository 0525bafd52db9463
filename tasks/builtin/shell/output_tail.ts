/** The end of a stream of bytes as text, however long the stream is. */
export class OutputTail {
  readonly #bytesMax: number;
  #chunks: Uint8Array[] = [];
  /** Bytes in `#chunks`. */
  #held = 0;
  #length = 0;

  /** Keeps the last `bytesMax` bytes. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes seen in all. */
  get length(): number {
    return this.#length;
  }

  add(chunk: Uint8Array): void {
    const kept = chunk.subarray(Math.max(0, chunk.byteLength - this.#bytesMax));
    this.#chunks.push(kept.slice()); // a copy: the reader may use its buffer again
    this.#held += kept.byteLength;
    this.#length += chunk.byteLength;
    for (let [first] = this.#chunks; first !== undefined; [first] = this.#chunks) {
      if (this.#held - first.byteLength < this.#bytesMax) return;
      this.#held -= first.byteLength;
      this.#chunks.shift();
    }
  }

  /** The last `bytesMax` bytes at most; a character that was cut in two is left out. */
  text(bytesMax = this.#bytesMax): string {
    const whole = new Uint8Array(this.#held);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.byteLength;
    }
    let start = Math.max(0, whole.byteLength - Math.min(bytesMax, this.#bytesMax));
    const isCut = start > 0 || this.#length > this.#held;
    while (isCut && start < whole.byteLength && isContinuation(whole[start])) start += 1;
    return new TextDecoder().decode(whole.subarray(start));
  }
}

/** True for a byte of UTF-8 that begins no character. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
