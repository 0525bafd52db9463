/** Operations that change many tasks. */
import type { BatchChange } from "../batch_change.ts";
import { type BatchChangeView, readCancelTasks, readRetryTasks } from "../schema.ts";
import { mapped, type Operation } from "./operation.ts";

/** Cancels tasks that have not ended, by ids or by filter. */
export const cancelTasks: Operation<BatchChangeView> = {
  scope: "tasks:write",
  input: "body",
  async run({ node, input, signal }) {
    const request = readCancelTasks(input);
    if (!request.ok) return request;
    const { choice, dryRun } = request.value;
    const changed = dryRun
      ? await node.changes.count("cancel", choice, signal())
      : await node.changes.change(choice, { kind: "cancel" }, signal());
    return mapped(changed, batchChangeView);
  },
};

/** Runs failed and cancelled tasks again, by ids or by filter. */
export const retryTasks: Operation<BatchChangeView> = {
  scope: "tasks:write",
  input: "body",
  async run({ node, input, signal }) {
    const request = readRetryTasks(input, node.now());
    if (!request.ok) return request;
    const { choice, dryRun, args } = request.value;
    const changed = dryRun
      ? await node.changes.count("retry", choice, signal())
      : await node.changes.change(choice, { kind: "retry", args }, signal());
    return mapped(changed, batchChangeView);
  },
};

/** What became of a change of many, as it is answered. */
export function batchChangeView({ matched, changed, more }: BatchChange): BatchChangeView {
  return { matched, changed, ...more ? { more } : undefined };
}
