/** Validation at the edge: a value in the type of its schema, or a refusal that points at each fault. */
import type { z } from "zod";
import { type FieldError, ok, refuse, type Result } from "../../actors/domain/error.ts";

/** Faults listed in one refusal; a hostile body could hold a million. */
const ERRORS_MAX = 50;

/** Validates `value` against `schema`; pointers of faults start with `at`. */
export function parse<T>(schema: z.ZodType<T>, value: unknown, at = ""): Result<T> {
  const parsed = schema.safeParse(value);
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

/** One error a faulty place; an unknown field is its own place. */
function fieldErrors(issues: readonly z.core.$ZodIssue[], at: string): FieldError[] {
  return issues.flatMap((issue): FieldError[] => {
    if (issue.code !== "unrecognized_keys") {
      return [{ pointer: pointerTo(issue.path, at), message: issue.message }];
    }
    return issue.keys.slice(0, ERRORS_MAX).map((key) => ({
      pointer: pointerTo([...issue.path, key.slice(0, 200)], at),
      message: "unknown field",
    }));
  });
}
