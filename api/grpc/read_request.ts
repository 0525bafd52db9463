import type { Any } from "@bufbuild/protobuf/wkt";
import { contentHash } from "../../actors/domain/content_hash.ts";
import { ok, refuse, type Result } from "../../actors/domain/error.ts";
import { LIMITS, type MethodDefinition, type TaskMode } from "../../actors/domain/task.ts";
import { encodeValue } from "../../actors/domain/value.ts";
import type { Submission } from "../../actors/protocol.ts";
import type { TaskRequest } from "../../proto/gen/task_scheduler_pb.ts";
import { readSubmission } from "../schema.ts";
import { decodeAny } from "./any_value.ts";
import { AnyDecodeError } from "./any_decode_error.ts";

/** What a request is read with. */
export interface ReadRequestOptions {
  /** Names that mean two methods, of which `is_async` chooses one. */
  readonly ambiguous: ReadonlySet<string>;
  readonly traceparent: string | null;
  /** Epoch ms. */
  readonly now: number;
}

/** The names, aliases included, under which both an async and a blocking method are registered. */
export function ambiguousNames(methods: readonly MethodDefinition[]): ReadonlySet<string> {
  const modes = new Map<string, TaskMode>();
  const ambiguous = new Set<string>();
  for (const { name, aliases, mode } of methods) {
    for (const each of [name, ...aliases]) {
      if ((modes.get(each) ?? mode) !== mode) ambiguous.add(each);
      modes.set(each, mode);
    }
  }
  return ambiguous;
}

/**
 * The submission of a request, through the same validation as REST's. `is_async` says how to wait,
 * so it is part of the content only where it chooses the method.
 */
export function readRequest(
  request: TaskRequest,
  { ambiguous, traceparent, now }: ReadRequestOptions,
): Result<Submission> {
  const { taskId, method, deps, isAsync } = request;
  if (!isName(method)) return refuse("not_found", "unknown_method", "Method not found");
  const unknown = deps.find((id) => !isName(id));
  if (unknown !== undefined) return unknownDependency(unknown.slice(0, LIMITS.nameLength));
  const args = decodeArguments(request.args);
  if (!args.ok) return args;
  const body = {
    method,
    args: args.value,
    ...(taskId === "" ? {} : { id: taskId }),
    ...(deps.length === 0 ? {} : { deps }),
  };
  const read = readSubmission(body, { now, traceparent, idempotencyKey: null, at: "" });
  if (!read.ok) return read;
  const submission = { ...read.value, defaultMaxAttempts: 1 };
  if (!ambiguous.has(method)) return ok(submission);
  const mode = isAsync ? "async" : "blocking";
  return ok({ ...submission, mode, contentHash: contentHash({ ...body, id: undefined, mode }) });
}

/** The arguments in the notation of JSON, or which of them does not decode. */
function decodeArguments(args: readonly Any[]): Result<unknown[]> {
  const values: unknown[] = [];
  for (const [index, any] of args.entries()) {
    try {
      values.push(encodeValue(decodeAny(any)));
    } catch (error) {
      if (!(error instanceof AnyDecodeError)) throw error;
      const message = `Cannot decode argument ${index + 1}: ${error.message}`;
      return refuse("invalid_argument", "undecodable_argument", message);
    }
  }
  return ok(values);
}

function unknownDependency(id: string): Result<never> {
  const message = `Dependency "${id}" does not exist`;
  return refuse("invalid_argument", "unknown_dependency", message, { subject: id });
}

/** False for text that no method and no task can be called: there is nothing to look up. */
function isName(text: string): boolean {
  return text !== "" && text.length <= LIMITS.nameLength && !text.includes("\0");
}
