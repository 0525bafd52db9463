/** Following one task or one workflow to its end: by events, and by reading where events can't tell. */
import { ApiError } from "./api_error.ts";
import type { WaitOptions } from "./client_options.ts";
import type { RestClient } from "./rest_client.ts";
import { isEnded, type TaskJson } from "./task_json.ts";

/**
 * The task as it is, and again after each change, up to its end; changes in quick succession may come
 * as one. Outlasts cut connections and restarts of the node.
 *
 * @throws {ApiError} when there is no such task, or it is deleted meanwhile.
 */
export async function* watchTask(
  client: RestClient,
  id: string,
  { signal }: WaitOptions,
): AsyncGenerator<TaskJson, void> {
  const seen = new Seen();
  for await (const event of client.events({ q: id }, signal === undefined ? {} : { signal })) {
    if (event.kind === "deleted" && event.id === id) throw deleted(id);
    if (event.kind === "deleted") continue;
    if (event.kind === "task" && event.task.id !== id) continue;
    // What changed before the stream stood, and what it has missed, is read.
    const task = event.kind === "task" ? event.task : await client.get(id);
    if (!seen.isNew(task)) continue;
    yield task;
    if (isEnded(task.status)) return;
  }
  throwIfAborted(signal, client.signal);
}

/**
 * The tasks of a workflow as they are, and each again after a change, until the workflow has ended.
 *
 * @throws {ApiError} when there is no such workflow.
 */
export async function* watchWorkflow(
  client: RestClient,
  id: string,
  { signal }: WaitOptions,
): AsyncGenerator<TaskJson, void> {
  const seen = new Seen();
  const live = new Set<string>();
  const options = signal === undefined ? {} : { signal };
  for await (const event of client.events({ workflowId: id }, options)) {
    if (event.kind === "deleted") {
      live.delete(event.id);
    } else {
      const tasks = event.kind === "task" ? [event.task] : (await client.getWorkflow(id)).tasks;
      for (const task of tasks) {
        if (isEnded(task.status)) live.delete(task.id);
        else live.add(task.id);
        if (seen.isNew(task)) yield task;
      }
    }
    // The tasks of a large workflow come one by one: only the node knows that there are no more.
    if (live.size === 0 && (await client.getWorkflow(id, { limit: 0 })).status !== "running") {
      return;
    }
  }
  throwIfAborted(signal, client.signal);
}

/** A stream ends in silence when it is aborted; whoever waits for an end has to know. */
function throwIfAborted(...signals: readonly (AbortSignal | undefined)[]): void {
  for (const signal of signals) signal?.throwIfAborted();
}

/** The newest state told of each task. */
class Seen {
  readonly #latest = new Map<string, bigint>();

  isNew({ id, seq }: TaskJson): boolean {
    const stamp = BigInt(seq);
    if ((this.#latest.get(id) ?? -1n) >= stamp) return false;
    this.#latest.set(id, stamp);
    return true;
  }
}

function deleted(id: string): ApiError {
  const detail = `Cannot watch task "${id}" any more: it was deleted`;
  return new ApiError({ status: 404, code: "not_found", detail });
}
