import assert from "node:assert/strict";
import { type Context, INVALID_SPAN_CONTEXT, trace } from "@opentelemetry/api";
import { createRunTracer } from "../../../actors/executor/run_tracer.ts";
import { task } from "../../../mod.ts";
import { assignment, ExecutorHarness } from "./executor_harness.ts";

Deno.test("a traced run is a span under the request that submitted its task", async () => {
  const started: { name: string; parent: Context | undefined; ended: boolean }[] = [];
  trace.setGlobalTracerProvider({
    getTracer: () => ({
      startActiveSpan: () => assert.fail("the span is made active by the executor"),
      startSpan: (name, _options, parent) => {
        const record = { name, parent, ended: false };
        started.push(record);
        const span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
        span.end = () => void (record.ended = true);
        return span;
      },
    }),
  });
  task({ name: "traced", run: async () => await 1 });
  const harness = await new ExecutorHarness({ tracer: await createRunTracer() }).connect();
  const traceparent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
  await harness.assign(
    assignment(1, "traced", { traceparent }),
    assignment(2, "traced"),
    assignment(3, "missing"),
  );
  trace.disable();
  assert.deepEqual(started.map(({ name, ended }) => [name, ended]), [
    ["task traced", true],
    ["task traced", true],
    ["task missing", true],
  ]);
  const [first, second] = started.map(({ parent }) => parent && trace.getSpanContext(parent));
  assert.deepEqual(first, {
    traceId: "0123456789abcdef0123456789abcdef",
    spanId: "0123456789abcdef",
    traceFlags: 1,
    isRemote: true,
  });
  assert.equal(second, undefined);
  assert.equal(harness.scheduler.outcomeOf(1).outcome, "completed");
  assert.equal(harness.scheduler.outcomeOf(3).outcome, "threw");
});
