import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import type { ServiceError } from "@grpc/grpc-js";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../proto/gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../proto/gen/google/rpc/status_pb.ts";

/** What a refused call says beside its status. */
export interface GrpcDetails {
  readonly code: number;
  readonly message: string;
  readonly reason: string | undefined;
  readonly domain: string | undefined;
  readonly violations: readonly { readonly field: string; readonly description: string }[];
  /** ms; null where it does not say when to try again. */
  readonly retryMs: number | null;
}

/** Reads the `google.rpc` details of a refusal; throws where it has none. */
export function detailsOf({ metadata }: ServiceError): GrpcDetails {
  const [bytes] = metadata.get("grpc-status-details-bin");
  if (!(bytes instanceof Uint8Array)) throw new Error("The status has no details");
  const { code, message, details } = fromBinary(StatusSchema, bytes);
  const find = <T>(unpack: (any: typeof details[number]) => T | undefined) =>
    details.map(unpack).find((detail) => detail !== undefined);
  const info = find((any) => anyUnpack(any, ErrorInfoSchema));
  const delay = find((any) => anyUnpack(any, RetryInfoSchema))?.retryDelay;
  const violations = find((any) => anyUnpack(any, BadRequestSchema))?.fieldViolations ?? [];
  return {
    code,
    message,
    reason: info?.reason,
    domain: info?.domain,
    violations: violations.map(({ field, description }) => ({ field, description })),
    retryMs: delay === undefined ? null : Number(delay.seconds) * 1_000 + delay.nanos / 1e6,
  };
}
