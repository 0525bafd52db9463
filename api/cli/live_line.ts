import type { CliPorts } from "./cli_ports.ts";

/** A terminal is redrawn at most this often. */
const TERMINAL_MS = 80;
/** Other readers get a line at most this often. */
const PLAIN_MS = 1_000;

/**
 * Shows how something goes on: one line that is drawn over on a terminal, else a line now and then.
 * It goes to stderr, so that stdout has the result alone.
 */
export class LiveLine {
  readonly #ports: Pick<CliPorts, "stderr" | "columns" | "now">;
  #shownAt = Number.NEGATIVE_INFINITY;
  #shown = "";
  #isDrawn = false;

  constructor(ports: Pick<CliPorts, "stderr" | "columns" | "now">) {
    this.#ports = ports;
  }

  /** Shows `text`, which is skipped when the last one was shown a moment ago, unless `isStep`. */
  show(text: string, { isStep = false }: { readonly isStep?: boolean } = {}): void {
    const columns = this.#ports.columns("stderr");
    const now = this.#ports.now();
    const pauseMs = isStep ? 0 : columns === null ? PLAIN_MS : TERMINAL_MS;
    if (text === this.#shown || now - this.#shownAt < pauseMs) return;
    this.#draw(text, columns);
    this.#shownAt = now;
  }

  /** Shows the last text, whenever the one before was, and ends the line. */
  finish(text: string): void {
    const columns = this.#ports.columns("stderr");
    if (text !== this.#shown) this.#draw(text, columns);
    if (this.#isDrawn) this.#ports.stderr("\n");
    this.#isDrawn = false;
  }

  /** Takes the line off the terminal. */
  clear(): void {
    if (this.#isDrawn) this.#ports.stderr("\r\x1b[K");
    this.#isDrawn = false;
  }

  #draw(text: string, columns: number | null): void {
    this.#shown = text;
    if (columns === null) {
      this.#ports.stderr(text + "\n");
      return;
    }
    this.#ports.stderr(`\r\x1b[K${cut(text, columns - 1)}`);
    this.#isDrawn = true;
  }
}

/** Cuts to `width` visible characters: a line that wraps could not be drawn over. */
function cut(text: string, width: number): string {
  let visible = 0;
  let result = "";
  // deno-lint-ignore no-control-regex -- colours are escape sequences
  for (const part of text.match(/\x1b\[[\d;]*m|[^\x1b]/gu) ?? []) {
    if (!part.startsWith("\x1b")) visible += 1;
    if (visible <= width || part.startsWith("\x1b")) result += part;
  }
  return result;
}
