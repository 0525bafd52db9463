import type { ProblemJson } from "./task_json.ts";

/** The node refused a request, and says why. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status. */
  readonly status: number;
  /** The canonical code, stable for programs. */
  readonly code: string;
  /** What could not be done, why, and what to do. */
  readonly detail: string;
  /** Faulty places of the request, for 422. */
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];
  /** The problem as it came, with fields of its own kind. */
  readonly problem: ProblemJson;

  constructor(problem: ProblemJson) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.detail = problem.detail;
    this.errors = problem.errors ?? [];
    this.problem = problem;
  }
}

/** The node gave no answer, after every retry. What was asked may have happened or not. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** URL of the node. */
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`No answer from ${url}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.url = url;
  }
}

/** Reads the body of a refusal; something else than a problem still gives one. */
export function problemOf(status: number, text: string): ProblemJson {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  const fields: Readonly<Record<string, unknown>> = typeof body === "object" && body !== null
    ? { ...body }
    : {};
  const { detail, code, errors } = fields;
  return {
    ...fields,
    status,
    detail: typeof detail === "string" ? detail : `The server answered ${status}`,
    code: typeof code === "string" ? code : "unknown",
    errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
  };
}

function isFieldError(value: unknown): value is { pointer: string; message: string } {
  return typeof value === "object" && value !== null &&
    "pointer" in value && typeof value.pointer === "string" &&
    "message" in value && typeof value.message === "string";
}
