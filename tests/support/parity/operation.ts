/** How the table of operations is written: each through REST and through gRPC, with what both have to answer. */
import type { DescMethod } from "@bufbuild/protobuf";

/** JSON of no known form. */
// deno-lint-ignore no-explicit-any -- tests look into answers freely
export type Json = any;

/**
 * One situation of an operation. In every text, `$-` stands for the name of the front-end, so that a
 * change is made to something of each one's own.
 */
export interface ParityCase {
  readonly what: string;
  /** Of REST; gRPC's follows from it. */
  readonly status: number;
  /** The id or name that it is about. */
  readonly target?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The message, beside its `id` or `name`. */
  readonly request?: Json;
  /** What has to be there first: a method and path of REST with a body. */
  readonly given?: readonly (readonly [route: string, body?: unknown])[];
  /** Ids of tasks that have to end first. */
  readonly ended?: readonly string[];
  /** gRPC refuses it before it is looked at, so that there are no details to compare. */
  readonly early?: boolean;
}

/** An operation with its situations. */
export interface ParityOperation {
  /** Method and path as documented. */
  readonly route: string;
  readonly method: DescMethod;
  /** REST's answer in the form of gRPC's. */
  readonly wrap: (body: Json, status: number) => unknown;
  /** Members that differ from one moment to the next. */
  readonly ignore?: readonly string[];
  readonly cases: readonly ParityCase[];
}

/** Notation for an operation; the answer is the same, unless `wrap` says how it differs. */
export function operation(
  route: string,
  method: DescMethod,
  wrap: ParityOperation["wrap"],
  cases: readonly ParityCase[],
  ignore: readonly string[] = [],
): ParityOperation {
  return { route, method, wrap, cases, ignore };
}

/** An answer that gRPC gives in a member of its own. */
export function under(name: string): ParityOperation["wrap"] {
  return (body) => ({ [name]: body });
}

/** A list that gRPC gives in a member of its own. */
export function listed(name: string): ParityOperation["wrap"] {
  return ({ items, ...rest }) => ({ [name]: items, ...rest });
}

/** An answer that is the same. */
export function same(body: Json): unknown {
  return body;
}

/** An answer without content. */
export function nothing(): unknown {
  return {};
}

/** Seconds as a Duration. */
export function seconds(count: number) {
  return { seconds: BigInt(count), nanos: 0 };
}

/** A number as a Value. */
export function number(value: number) {
  return { kind: { case: "numberValue", value } };
}

/** The case of something that is not there. */
export const UNKNOWN: ParityCase = { what: "unknown", status: 404, target: "nobody" };
/** The case of a name that nothing can have. */
export const NO_NAME: ParityCase = { what: "no possible name", status: 422, target: "no name" };
