/** Cuts the output of a program into lines, of bounded length, as they come. */
export class OutputLines {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  readonly #lengthMax: number;
  #rest = "";

  /** A line longer than `lengthMax` characters is told in pieces. */
  constructor(lengthMax: number, onLine: (line: string) => void) {
    this.#lengthMax = lengthMax;
    this.#onLine = onLine;
  }

  add(chunk: Uint8Array): void {
    this.#take(this.#decoder.decode(chunk, { stream: true }));
  }

  /** Tells what has no end of line. */
  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#rest !== "") this.#tell(this.#rest);
    this.#rest = "";
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#tell(line);
    // One more may be a carriage return, which is no part of the line.
    while (this.#rest.length > this.#lengthMax + 1) {
      this.#onLine(this.#rest.slice(0, this.#lengthMax));
      this.#rest = this.#rest.slice(this.#lengthMax);
    }
  }

  #tell(line: string): void {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    for (let at = 0; at < text.length || at === 0; at += this.#lengthMax) {
      this.#onLine(text.slice(at, at + this.#lengthMax));
    }
  }
}
