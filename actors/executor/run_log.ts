import { LIMITS, type LogLevel, type LogLine } from "../domain/task.ts";
import { boundText, exceedsBytes } from "./bounded_text.ts";

const DROPPED: LogLine["message"] =
  `Further lines of this run are dropped: ${LIMITS.logLinesPerRun} are kept`;

/** The log lines of one run that are not reported yet, and how many there were in all. */
export class RunLog {
  readonly #run: number;
  #lines: LogLine[] = [];
  #count = 0;

  constructor(run: number) {
    this.#run = run;
  }

  /** Adds a line; the first that is one too many says so, the others leave no trace. */
  add(at: number, level: LogLevel, message: unknown, fields: unknown): boolean {
    if (this.#count >= LIMITS.logLinesPerRun) return false;
    this.#count += 1;
    const run = this.#run;
    if (this.#count === LIMITS.logLinesPerRun) {
      this.#lines.push({ run, at, level: "warn", message: DROPPED, fields: {} });
    } else {
      this.#lines.push({ run, at, level, ...boundLine(String(message), fields) });
    }
    return true;
  }

  /** Hands over what has not been reported. */
  take(): readonly LogLine[] {
    if (this.#lines.length === 0) return this.#lines;
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** Takes back lines that could not be sent. */
  putBack(lines: readonly LogLine[]): void {
    this.#lines = [...lines, ...this.#lines];
  }
}

function boundLine(message: string, fields: unknown): Pick<LogLine, "message" | "fields"> {
  const text = boundText(message, LIMITS.logLineBytes);
  if (fields === undefined || fields === null) return { message: text, fields: {} };
  const json = toJson(fields);
  if (json === null) return { message: text, fields: { dropped: "the fields are not JSON" } };
  // The text comes first: it is what somebody wrote for people to read.
  if (exceedsBytes(text + json, LIMITS.logLineBytes)) {
    return { message: text, fields: { dropped: `the line is over ${LIMITS.logLineBytes} bytes` } };
  }
  const copy: unknown = JSON.parse(json);
  const isRecord = typeof copy === "object" && copy !== null && !Array.isArray(copy);
  return { message: text, fields: isRecord ? { ...copy } : { value: copy } };
}

/** A copy as JSON: what task code holds may change, be circular, or not cross to another isolate. */
function toJson(fields: unknown): string | null {
  try {
    return JSON.stringify(fields, (_key, value: unknown) => {
      if (typeof value === "bigint") return value.toString();
      if (value instanceof Error) return `${value.name}: ${value.message}`;
      return typeof value === "string" ? value.toWellFormed() : value;
    }) ?? null;
  } catch {
    return null;
  }
}
