/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** `message` where the stream names none. */
  readonly event: string;
  readonly data: string;
  /** The last id seen up to here; null before the first. */
  readonly id: string | null;
}

/** Longest event taken, in characters: a task with a result of 1 MiB fits many times. */
const EVENT_MAX_LENGTH = 16 << 20;

/** Cuts the text of an event stream into events, whatever its chunks are. */
export class EventStreamParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #length = 0;
  #id: string | null = null;

  /** Takes the next chunk; returns the events that it completes. */
  push(chunk: string): readonly ServerSentEvent[] {
    const text = this.#rest + chunk;
    // A carriage return at the end may be the first half of a line's end.
    const whole = text.endsWith("\r") ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? "") + text.slice(whole.length);
    if (this.#rest.length > EVENT_MAX_LENGTH) throw new Error("An event is longer than 16 MiB");
    return lines.flatMap((line) => this.#takeLine(line));
  }

  #takeLine(line: string): readonly ServerSentEvent[] {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "data") this.#addData(value);
    return [];
  }

  #addData(value: string): void {
    this.#length += value.length;
    if (this.#length > EVENT_MAX_LENGTH) throw new Error("An event is longer than 16 MiB");
    this.#data.push(value);
  }

  /** A blank line ends an event; one without data is none, but its id counts. */
  #dispatch(): readonly ServerSentEvent[] {
    const events = this.#data.length === 0 && this.#event === ""
      ? []
      : [{ event: this.#event || "message", data: this.#data.join("\n"), id: this.#id }];
    this.#event = "";
    this.#data = [];
    this.#length = 0;
    return events;
  }

  /** The last id seen; null before the first. */
  get lastId(): string | null {
    return this.#id;
  }
}
