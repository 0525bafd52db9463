/** Server-sent events as text becomes events; pure, so that pieces may be cut anywhere. */

/** An event of a stream. */
export interface ServerEvent {
  /** `message` where the stream names none. */
  readonly name: string;
  readonly data: string;
  readonly id: string | null;
}

/** Puts the pieces of a stream together. */
export class ServerEventParser {
  #rest = "";

  /** The events that `text` completes. */
  push(text: string): ServerEvent[] {
    const blocks = (this.#rest + text).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => readBlock(block) ?? []);
  }
}

function readBlock(block: string): ServerEvent | null {
  const data: string[] = [];
  let [name, id]: [string, string | null] = ["message", null];
  for (const line of block.split("\n")) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field === "event") name = value ?? name;
    if (field === "data") data.push(value ?? "");
    if (field === "id") id = value ?? null;
  }
  return data.length === 0 && id === null ? null : { name, data: data.join("\n"), id };
}
