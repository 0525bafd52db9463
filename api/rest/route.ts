/** One operation of the REST API, as data: routing, admission and documentation all read it. */
import type { z } from "zod";
import type { NodeConfig } from "../../actors/config.ts";
import type { Principal, Scope } from "../auth.ts";
import type { Metrics } from "../metrics.ts";
import type { ChangeFeed } from "../change_feed.ts";
import type { OperationNode } from "../operations/operation.ts";
import type { Pulse } from "../pulse.ts";

/** What routes work with. */
export interface RestNode extends OperationNode {
  readonly feed: ChangeFeed;
  readonly pulse: Pulse;
  readonly metrics: Metrics;
  readonly config: NodeConfig;
}

/** An admitted request: authenticated, in scope, within the limits, its body read. */
export interface Call {
  readonly node: RestNode;
  readonly request: Request;
  readonly url: () => URL;
  readonly principal: Principal;
  /** The id or name in the path; empty where the path has none. */
  readonly target: string;
  /** The body as JSON, in no form yet; `undefined` where there is none. */
  readonly body: unknown;
}

/** A documented answer. */
export interface Answer {
  readonly description: string;
  /** Its JSON; absent where it has no body, or one of another kind. */
  readonly schema?: z.ZodType;
  /** `application/json` when absent. */
  readonly contentType?: string;
  /** It comes as server-sent events where those are asked for. */
  readonly streams?: true;
}

/** An operation. */
export interface Route {
  readonly method: "get" | "post" | "put" | "delete";
  /** In OpenAPI's form; at most one parameter, `{id}` or `{name}`. */
  readonly path: string;
  /** What the caller needs; null: open to everybody. */
  readonly scope: Scope | null;
  readonly summary: string;
  readonly tag: string;
  readonly query?: z.ZodObject;
  /** The body; action calls may leave it out. */
  readonly body?: { readonly schema: z.ZodType; readonly optional: boolean };
  /** Takes an `Idempotency-Key`, and is refused while the node stops. */
  readonly submits?: boolean;
  /** Answers besides the problems that follow from the rest. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes of the problems of its own. */
  readonly problems?: readonly number[];
  /** Not documented. */
  readonly hidden?: boolean;
  /** A page of the dashboard, which says itself that there is nothing of the name in its path. */
  readonly page?: boolean;
  readonly handle: (call: Call) => Promise<Response> | Response;
}

/** The query of a call as an object of texts; a name given twice is a fault of its own. */
export function queryOf(call: Call): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null);
  const parameters = call.url().searchParams;
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name);
    query[name] = values.length > 1 ? values : values[0] ?? "";
  }
  return query;
}
