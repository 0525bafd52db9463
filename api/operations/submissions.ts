/** Operations that submit tasks. */
import { type ErrorData, ok, type Result } from "../../actors/domain/error.ts";
import type { SubmittedTask } from "../../actors/protocol.ts";
import {
  batchInput,
  parse,
  readSubmission,
  type SubmissionContext,
  type SubmittedTaskView,
} from "../schema.ts";
import { submittedView } from "../task_view.ts";
import { readIdempotencyKey } from "./idempotency_key.ts";
import { mapped, type Operation, type OperationCall, type OperationNode } from "./operation.ts";

/** A task that was submitted, or was there. */
export interface Submitted {
  /** False where it was there already. */
  readonly created: boolean;
  readonly task: SubmittedTaskView;
}

/** What became of one task of several: exactly one of both. */
export type BatchEntry =
  | { readonly submitted: Submitted }
  | { readonly refusal: ErrorData };

/** Submits a task. */
export const submitTask: Operation<Submitted> = {
  scope: "tasks:write",
  input: "body",
  submits: true,
  async run(call) {
    const key = readIdempotencyKey(call);
    if (!key.ok) return key;
    const context = contextOf(call, key.value, "");
    const submission = readSubmission(call.input, context);
    if (!submission.ok) return submission;
    const [submitted] = await call.node.service.submit([submission.value]);
    if (submitted === undefined) throw new Error("No answer to a submission");
    return mapped(submitted, answerOf);
  },
};

/** Submits tasks, each accepted or refused on its own, in order. */
export const submitTasks: Operation<readonly BatchEntry[]> = {
  scope: "tasks:write",
  input: "body",
  submits: true,
  async run(call) {
    const key = readIdempotencyKey(call);
    if (!key.ok) return key;
    const input = parse(batchInput, call.input);
    if (!input.ok) return input;
    const outcomes = await submitEach(call, input.value.tasks, (i) => ({
      // One key covers the request, so each of its items gets its own part of it.
      key: key.value === null ? null : `${key.value}#${i}`,
      at: `/tasks/${i}`,
    }));
    return ok(outcomes.map(entryOf));
  },
};

/** What submitting works with. */
export type SubmittingNode = Pick<OperationNode, "service" | "now">;

interface SubmittingCall extends Pick<OperationCall, "traceparent"> {
  readonly node: SubmittingNode;
}

/** Faulty ones answer for themselves; the others are submitted together, in order. */
export async function submitEach(
  call: SubmittingCall,
  tasks: readonly unknown[],
  of: (index: number) => { readonly key: string | null; readonly at: string },
): Promise<readonly Result<SubmittedTask>[]> {
  const read = tasks.map((task, i) => {
    const { key, at } = of(i);
    return readSubmission(task, contextOf(call, key, at));
  });
  const valid = read.flatMap((item) => item.ok ? [item.value] : []);
  const submitted = valid.length === 0 ? [] : await call.node.service.submit(valid);
  let next = 0;
  return read.map((item) => {
    if (!item.ok) return item;
    const outcome = submitted[next++];
    if (outcome === undefined) throw new Error("No answer to an item of a batch");
    return outcome;
  });
}

function entryOf(outcome: Result<SubmittedTask>): BatchEntry {
  return outcome.ok ? { submitted: answerOf(outcome.value) } : { refusal: outcome.error };
}

function answerOf(submitted: SubmittedTask): Submitted {
  return { created: submitted.created, task: submittedView(submitted) };
}

function contextOf(
  { node, traceparent }: SubmittingCall,
  idempotencyKey: string | null,
  at: string,
): SubmissionContext {
  return { now: node.now(), idempotencyKey, traceparent, at };
}
