import type { Span, Tracer } from "@opentelemetry/api";
import { parseTraceparent } from "../telemetry/trace_context.ts";
import { VERSION } from "../config.ts";
import type { Assignment, RunOutcome } from "../protocol.ts";

/** The span of one run. */
export interface RunSpan {
  /** Calls `code` with the span as the active one, the parent of what the code itself traces. */
  within(code: () => void): void;
  end(outcome: RunOutcome | null): void;
}

/** Starts the span `task METHOD` of a run, as a child of the request that submitted the task. */
export type RunTracer = (assignment: Assignment) => RunSpan;

/** Loads the tracing API, which nodes without tracing never do. */
export async function createRunTracer(): Promise<RunTracer> {
  const api = await import("@opentelemetry/api");
  const tracer = api.trace.getTracer("dtask", VERSION);
  return (assignment) => {
    const parent = parseTraceparent(assignment.traceparent);
    const root = parent === null ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, {
      traceId: parent.traceId,
      spanId: parent.parentId,
      traceFlags: parent.sampled ? api.TraceFlags.SAMPLED : api.TraceFlags.NONE,
      isRemote: true,
    });
    const span = startSpan(tracer, assignment, root);
    return {
      within: (code) => api.context.with(api.trace.setSpan(root, span), code),
      end: (outcome) => endSpan(span, outcome, api.SpanStatusCode.ERROR),
    };
  };
}

function startSpan(
  tracer: Tracer,
  { id, method, run, attempt, workflowId }: Assignment,
  parent: Parameters<Tracer["startSpan"]>[2],
): Span {
  const attributes = {
    "dtask.task.id": id,
    "dtask.task.method": method,
    "dtask.task.run": run,
    "dtask.task.attempt": attempt,
    ...(workflowId === null ? {} : { "dtask.workflow.id": workflowId }),
  };
  return tracer.startSpan(`task ${method}`, { attributes }, parent);
}

function endSpan(span: Span, outcome: RunOutcome | null, errorCode: number): void {
  span.setAttribute("dtask.run.outcome", outcome?.outcome ?? "stale");
  if (outcome?.error !== null && outcome?.error !== undefined) {
    const { name, message, stack } = outcome.error;
    span.recordException(stack === null ? { name, message } : { name, message, stack });
    span.setStatus({ code: errorCode, message });
  }
  span.end();
}
