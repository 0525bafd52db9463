/** Refusals as `dtask.v1` answers them: a status with `google.rpc` details, or one item among others. */
import { create, type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import { anyPack, DurationSchema } from "@bufbuild/protobuf/wkt";
import { Buffer } from "node:buffer";
import type { ErrorData } from "../../../actors/domain/error.ts";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../../proto/gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../../proto/gen/google/rpc/status_pb.ts";
import { ERROR_STATUS } from "../../error_status.ts";
import { type CallStatus, callStatus } from "../call_status.ts";
import { fieldPath } from "./field_path.ts";

/** What a refusal is about: its request, and which of its fields is in REST's path. */
export interface RefusedRequest {
  readonly message: DescMessage;
  readonly target?: string | undefined;
}

/** A refusal in the terms of a message. */
export interface RefusalView {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly violations: readonly { readonly field: string; readonly message: string }[];
  readonly retryAfterMs: number | null;
}

const DOMAIN = "dtask";
/** Name of the trailer, which is gRPC's own convention. */
const TRAILER = "grpc-status-details-bin";

/** The refusal with fields instead of pointers. */
export function refusalView(error: ErrorData, request: RefusedRequest): RefusalView {
  const violations = (error.errors ?? []).map(({ pointer, message }) => ({
    pointer,
    field: pathOf(pointer, request),
    message,
  }));
  const [first] = violations;
  return {
    code: ERROR_STATUS[error.code].grpc,
    reason: error.reason,
    // The text names the first place, and a client of a message knows no pointers.
    message: first === undefined || first.pointer === ""
      ? error.message
      : error.message.replace(first.pointer, () => first.field),
    violations: violations.map(({ field, message }) => ({ field, message })),
    retryAfterMs: error.retryAfterMs === undefined ? null : Math.ceil(error.retryAfterMs),
  };
}

/** The status of a refused call. */
export function detailedStatus(error: ErrorData, request: RefusedRequest): CallStatus {
  const status = callStatus(error);
  const refusal = refusalView(error, request);
  const { code, message } = refusal;
  const details = detailsOf(refusal, error.subject);
  const bytes = toBinary(StatusSchema, create(StatusSchema, { code, message, details }));
  status.metadata?.set(TRAILER, Buffer.from(bytes));
  return { ...status, details: message };
}

function detailsOf({ reason, violations, retryAfterMs }: RefusalView, subject?: string) {
  const metadata: Record<string, string> = subject === undefined ? {} : { subject };
  return [
    packed(ErrorInfoSchema, create(ErrorInfoSchema, { reason, domain: DOMAIN, metadata })),
    ...(violations.length === 0 ? [] : [packed(
      BadRequestSchema,
      create(BadRequestSchema, {
        fieldViolations: violations.map(({ field, message }) => ({ field, description: message })),
      }),
    )]),
    ...(retryAfterMs === null ? [] : [packed(
      RetryInfoSchema,
      create(RetryInfoSchema, { retryDelay: durationOf(retryAfterMs) }),
    )]),
  ];
}

function packed(schema: DescMessage, message: Message) {
  return anyPack(schema, message);
}

function durationOf(ms: number) {
  const seconds = Math.trunc(ms / 1_000);
  return create(DurationSchema, {
    seconds: BigInt(seconds),
    nanos: Math.round((ms - seconds * 1_000) * 1e6),
  });
}

function pathOf(pointer: string, { message, target }: RefusedRequest): string {
  if (pointer === "/path" && target !== undefined) return target;
  return fieldPath(message, pointer);
}
