/** Validation at the edge: a value in the type of its schema, or a refusal that points at each fault. */
import type { z } from "zod";
import { type FieldError, ok, refuse, type Result } from "../../actors/domain/error.ts";

/** Faults listed in one refusal; a hostile body could hold a million. */
const ERRORS_MAX = 50;

/** Validates `value` against `schema`; pointers of faults start with `at`. */
export function parse<T>(schema: z.ZodType<T>, value: unknown, at = ""): Result<T> {
  const parsed = schema.safeParse(value, { error: messageOf });
  return parsed.success ? ok(parsed.data) : invalid(fieldErrors(parsed.error.issues, at));
}

/** The refusal of a request with these faults, of which there is at least one. */
export function invalid(errors: readonly FieldError[]): Result<never> {
  const [first] = errors;
  const where = first === undefined || first.pointer === "" ? "the request" : first.pointer;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return refuse(
    "invalid_argument",
    "invalid_argument",
    `Cannot accept the request: ${where}: ${first?.message ?? "is not valid"}${more}`,
    { errors: errors.slice(0, ERRORS_MAX) },
  );
}

/** An RFC 6901 pointer to `path`. */
export function pointerTo(path: readonly PropertyKey[], at = ""): string {
  return path.reduce<string>(
    (pointer, part) => `${pointer}/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`,
    at,
  );
}

/**
 * One error a faulty place; an unknown field is its own place. Of several rules that a place breaks, the
 * last is the schema's own: before it come those of the type.
 */
function fieldErrors(issues: readonly z.core.$ZodIssue[], at: string): FieldError[] {
  const messages = new Map<string, string>();
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") {
      messages.set(pointerTo(issue.path, at), issue.message);
      continue;
    }
    for (const key of issue.keys.slice(0, ERRORS_MAX)) {
      messages.set(pointerTo([...issue.path, key.slice(0, 200)], at), "unknown field");
    }
  }
  return [...messages].map(([pointer, message]) => ({ pointer, message }));
}

/** What is wrong, for people who never saw the schema; undefined where its own words will do. */
function messageOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "has to be given"
        : `must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}`;
    case "too_big":
      return `at most ${issue.maximum}${unitOf(issue.origin, issue.maximum)}`;
    case "too_small":
      return issue.minimum === 1 && issue.origin !== "number"
        ? "must not be empty"
        : `at least ${issue.minimum}${unitOf(issue.origin, issue.minimum)}`;
    case "invalid_value":
      return `must be one of ${issue.values.join(", ")}`;
    case "invalid_key":
      return `is no name: ${issue.issues[0]?.message ?? "not valid"}`;
    default:
      return undefined;
  }
}

/** What a schema expects, by its name for it. */
const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "number") return String(value);
  return Array.isArray(value) ? "a list" : KINDS[typeof value] ?? typeof value;
}

function unitOf(origin: string, count: number | bigint): string {
  const unit = origin === "string" ? "character" : origin === "array" ? "item" : null;
  return unit === null ? "" : ` ${unit}${count === 1 ? "" : "s"}`;
}
