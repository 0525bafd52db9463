import {
  type Client,
  isEnded,
  type TaskJson,
  type TaskStatusJson,
  type WorkflowDetailsJson,
} from "../client/mod.ts";

/** What is known of a workflow while it runs, kept current by events. */
export class WorkflowProgress {
  readonly #tasks = new Map<string, { readonly status: TaskStatusJson; readonly seq: bigint }>();
  readonly #counts = new Map<TaskStatusJson, number>();
  #ended = 0;

  /** Takes a task's state, unless a later one is known. */
  apply({ id, status, seq }: Pick<TaskJson, "id" | "status" | "seq">): void {
    const stamp = BigInt(seq);
    const known = this.#tasks.get(id);
    if (known !== undefined && known.seq >= stamp) return;
    if (known !== undefined) this.#count(known.status, -1);
    this.#count(status, 1);
    this.#tasks.set(id, { status, seq: stamp });
  }

  #count(status: TaskStatusJson, by: 1 | -1): void {
    this.#counts.set(status, (this.#counts.get(status) ?? 0) + by);
    if (isEnded(status)) this.#ended += by;
  }

  /** True for a task of this workflow that was seen before. */
  knows(id: string): boolean {
    return this.#tasks.has(id);
  }

  get total(): number {
    return this.#tasks.size;
  }

  get ended(): number {
    return this.#ended;
  }

  /** Tasks by status. */
  get counts(): Readonly<Partial<Record<TaskStatusJson, number>>> {
    return Object.fromEntries(this.#counts);
  }
}

export interface FollowWorkflowOptions {
  readonly signal: AbortSignal;
  readonly onChange: (progress: WorkflowProgress) => void;
}

/**
 * Follows a workflow to its end; null when interrupted before. The state is read after the stream
 * stands, so that no change can fall between.
 */
export async function followWorkflow(
  client: Client,
  id: string,
  { signal, onChange }: FollowWorkflowOptions,
): Promise<WorkflowDetailsJson | null> {
  const progress = new WorkflowProgress();
  for await (const event of client.events({ workflowId: id }, { signal })) {
    if (event.kind === "task") {
      progress.apply(event.task);
      onChange(progress);
      if (progress.ended < progress.total) continue;
    } else if (event.kind === "open" && event.resumed) continue;
    else if (event.kind === "deleted" && !progress.knows(event.id)) continue;
    const workflow = await client.getWorkflow(id);
    for (const task of workflow.tasks) progress.apply(task);
    onChange(progress);
    if (workflow.status !== "running") return workflow;
  }
  return null;
}
