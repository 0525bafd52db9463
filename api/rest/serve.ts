/** How a route hands its requests to the operation behind it. */
import { normalizeTraceparent } from "../../actors/telemetry/trace_context.ts";
import type { Operation, OperationCall } from "../operations/operation.ts";
import { answer, json } from "./reply.ts";
import { type Call, queryOf, type Route } from "./route.ts";

/** What of a route follows from its operation. `write` makes the answer of its value; 200 and JSON if absent. */
export function serve<T>(
  operation: Operation<T>,
  write: (value: T) => Response = (value) => json(200, value),
): Pick<Route, "scope" | "submits" | "handle"> {
  return {
    scope: operation.scope,
    ...(operation.submits === true ? { submits: true } : undefined),
    handle: async (call) => {
      const input = operation.input === "query" ? queryOf(call) : call.body;
      return answer(await operation.run(operationCall(call, input)), write);
    },
  };
}

function operationCall({ node, target, request, principal }: Call, input: unknown): OperationCall {
  return {
    node,
    target,
    input,
    subject: principal.subject,
    idempotencyKey: request.headers.get("idempotency-key"),
    traceparent: traceparentOf(request),
    timeLeftMs: Infinity,
    signal: () => request.signal,
  };
}

/** The caller's trace context where it is well-formed; any other is as good as none. */
function traceparentOf(request: Request): string | null {
  const text = request.headers.get("traceparent");
  return text === null ? null : normalizeTraceparent(text);
}
