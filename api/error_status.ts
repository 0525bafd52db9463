/** The one table that turns a refusal's code into the status of each front-end. */
import type { ErrorCode } from "../actors/domain/error.ts";

/** How a front-end answers a refusal. */
export interface ErrorStatus {
  readonly http: number;
  /** Canonical gRPC status code. */
  readonly grpc: number;
  /** Short text of the kind of error, the same for every occurrence. */
  readonly title: string;
}

/** The status of every code. `resource_exhausted` is overload, which HTTP calls 503, not 429. */
export const ERROR_STATUS: Readonly<Record<ErrorCode, ErrorStatus>> = {
  invalid_argument: { http: 422, grpc: 3, title: "Invalid request" },
  malformed: { http: 400, grpc: 3, title: "Malformed request" },
  unauthenticated: { http: 401, grpc: 16, title: "Not authenticated" },
  permission_denied: { http: 403, grpc: 7, title: "Not permitted" },
  not_found: { http: 404, grpc: 5, title: "Not found" },
  already_exists: { http: 409, grpc: 6, title: "Already exists" },
  failed_precondition: { http: 409, grpc: 9, title: "Not possible in this state" },
  payload_too_large: { http: 413, grpc: 8, title: "Request too large" },
  unsupported_media_type: { http: 415, grpc: 3, title: "Unsupported media type" },
  resource_exhausted: { http: 503, grpc: 8, title: "Overloaded" },
  rate_limited: { http: 429, grpc: 8, title: "Rate limit exceeded" },
  unavailable: { http: 503, grpc: 14, title: "Unavailable" },
  deadline_exceeded: { http: 504, grpc: 4, title: "Deadline exceeded" },
  internal: { http: 500, grpc: 13, title: "Internal error" },
};
