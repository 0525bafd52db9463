/** Requests to the node's REST API, with the session's token. */
import type { Problem } from "../../schema.ts";
import { currentSession, signOut } from "../session/session.ts";

/** A refusal of the server's, or that it could not be reached (status 0, code `unreachable`). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  /** What could not be done, why, and what to do: shown as it is. */
  readonly detail: string;
  readonly errors: NonNullable<Problem["errors"]>;

  constructor(problem: Pick<Problem, "status" | "code" | "detail" | "errors">) {
    super(problem.detail);
    this.name = "ApiProblem";
    this.status = problem.status;
    this.code = problem.code;
    this.detail = problem.detail;
    this.errors = problem.errors ?? [];
  }

  /** True where trying again may help without any change. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Values of a query; empty and absent ones are left out. */
export type Query = Readonly<Record<string, string | number | null | undefined>>;

/** Reads `path`. Throws an `ApiProblem`. */
export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return call<T>("GET", withQuery(path, query), { signal });
}

/** Sends `body` as JSON. Throws an `ApiProblem`; resolves to undefined where the answer is empty. */
export function send<T>(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
): Promise<T> {
  return call<T>(method, path, { body });
}

/** Why the server does not take `token` for reading, in words; null where it does. */
export async function checkToken(token: string): Promise<string | null> {
  try {
    await call("GET", "/api/stats", { token });
    return null;
  } catch (error) {
    return problemText(error);
  }
}

/** `path` with `query` behind it. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** The header that proves who asks; none where the node asks for none. */
export function authorization(token = currentSession().token): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** What went wrong, as it is shown to people. */
export function problemText(error: unknown): string {
  if (error instanceof ApiProblem) return error.detail;
  return error instanceof Error ? error.message : String(error);
}

/** The refusal that `response` is. Ends the session where the token is not taken any more. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const body: Partial<Problem> = await response.json().catch(() => ({}));
  const { status } = response;
  const { code = "unknown", detail, errors } = body;
  return new ApiProblem({
    status,
    code,
    detail: detail ?? `The server answered with status ${status}.`,
    ...(errors === undefined ? {} : { errors }),
  });
}

interface CallOptions {
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the session's. */
  readonly token?: string;
}

async function call<T>(method: string, path: string, options: CallOptions): Promise<T> {
  const { body, signal, token } = options;
  const init: RequestInit = {
    method,
    headers: {
      accept: "application/json",
      ...authorization(token),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
  const response = await reach(path, init);
  if (!response.ok) {
    const problem = await readProblem(response);
    if (problem.status === 401 && token === undefined) signOut(problem.detail);
    throw problem;
  }
  if (response.status === 204) return undefined as T;
  return await response.json();
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem({
      status: 0,
      code: "unreachable",
      detail:
        "The server can't be reached. If this was a change, it may or may not have been made.",
    });
  }
}
