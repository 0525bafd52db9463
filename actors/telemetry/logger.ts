/**
 * The one seam for logs. Every isolate calls `configureLogging` once at its start; code then logs
 * through `getLogger(name)`: a fixed text that says what happened, and fields that say to what; a
 * `{name}` in the text shows the field of that name. A record is one line, and never holds a secret (see `redact.ts`).
 */
import {
  configureSync,
  getLogger as getLogtapeLogger,
  type LogRecord,
  type Sink,
} from "@logtape/logtape";
import { redactFields, redactText } from "./redact.ts";

/** What tells one record from another, as data. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Logs under one name. Texts are constant; what varies goes into fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LoggingOptions {
  /** `json`: a JSON object a line. `pretty`: for people at a terminal. */
  readonly format: "pretty" | "json";
  /** Records below it are dropped. */
  readonly level: "debug" | "info" | "warning" | "error";
  /** Takes each finished line, without its line end; standard error when absent. */
  readonly sink?: (line: string) => void;
}

const ROOT = "dtask";

/** Sets up logging for this isolate; a later call replaces the earlier one. Needs no rights. */
export function configureLogging(options: LoggingOptions): void {
  const write = options.sink ?? writeToStandardError;
  const format = options.format === "json" ? formatJson : formatPretty;
  const sink: Sink = (record) => write(format(record));
  configureSync({
    reset: true,
    sinks: { lines: sink },
    loggers: [
      { category: [ROOT], sinks: ["lines"], lowestLevel: options.level },
      { category: ["logtape", "meta"], sinks: ["lines"], lowestLevel: "error" },
    ],
  });
}

/** The logger of `name`, an actor's or a module's; it may be made before logging is configured. */
export function getLogger(name: string): Logger {
  const logger = getLogtapeLogger([ROOT, name]);
  return {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
}

/** Formats a record as one line of JSON. */
function formatJson(record: LogRecord): string {
  const fields = redactFields(record.properties);
  return JSON.stringify({
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    logger: loggerName(record),
    message: messageOf(record, fields),
    fields,
  });
}

/** Formats a record as one line for people: `20:15:42.010 INFO  scheduler: Started runs=3`. */
function formatPretty(record: LogRecord): string {
  const fields = redactFields(record.properties);
  const time = new Date(record.timestamp).toISOString().slice(11, 23);
  const level = record.level === "warning" ? "WARN " : record.level.toUpperCase().padEnd(5);
  const text = oneLine(messageOf(record, fields));
  const rest = Object.entries(fields)
    .filter(([name]) => !String(record.rawMessage).includes(`{${name}}`))
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return `${time} ${level} ${loggerName(record)}: ${text}${rest.join("")}`;
}

function loggerName(record: LogRecord): string {
  const [first, ...rest] = record.category;
  return first === ROOT ? rest.join(".") : record.category.join(".");
}

/** The text with `{name}` replaced by the field of that name; other braces stay as they are. */
function messageOf(record: LogRecord, fields: LogFields): string {
  const raw = record.rawMessage;
  const text = redactText(typeof raw === "string" ? raw : raw.join(""));
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    if (!Object.hasOwn(fields, name)) return placeholder;
    const value = fields[name];
    return typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  });
}

function oneLine(text: string): string {
  return text.replaceAll("\r", "\\r").replaceAll("\n", "\\n");
}

function writeToStandardError(line: string): void {
  // The only output that a Worker without rights has.
  console.error(line);
}
