import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { ErrorData } from "../../actors/domain/error.ts";
import { ERROR_STATUS } from "../error_status.ts";

/** A status as grpc-js takes it from a handler. */
export type CallStatus = Pick<ServiceError, "code" | "details" | "metadata">;

/** The status that answers a refusal. `dtask-reason` in the trailers is its stable cause. */
export function callStatus(error: ErrorData): CallStatus {
  const metadata = new Metadata();
  metadata.set("dtask-reason", error.reason);
  if (error.retryAfterMs !== undefined) {
    // gRPC's own hint to retrying clients.
    metadata.set("grpc-retry-pushback-ms", String(Math.ceil(error.retryAfterMs)));
  }
  return { code: ERROR_STATUS[error.code].grpc, details: error.message, metadata };
}

/** The name of a status code, as metrics and logs show it. */
export function statusName(code: number): string {
  return status[code] ?? "UNKNOWN";
}
