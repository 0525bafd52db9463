import type { WaitOptions } from "./client_options.ts";
import { WorkflowOutcomeError } from "./outcome_error.ts";
import type { RestClient } from "./rest_client.ts";
import type { TaskJson, WorkflowDetailsJson, WorkflowJson } from "./task_json.ts";
import { watchWorkflow } from "./watch.ts";

/** A workflow on a node. */
export class WorkflowHandle {
  readonly id: string;
  readonly #client: RestClient;

  constructor(client: RestClient, id: string) {
    this.id = id;
    this.#client = client;
  }

  /**
   * Waits until all of its tasks have ended, and gives it with them as they are then. A `signal` ends
   * the wait, not the workflow.
   *
   * @throws {WorkflowOutcomeError} when it failed or was cancelled.
   * @throws {ApiError} when the node refuses, because there is no such workflow for one.
   * @throws {ConnectionError} when the node stays away.
   */
  async wait(options: WaitOptions = {}): Promise<WorkflowDetailsJson> {
    const changes = this.watch(options);
    while (!(await changes.next()).done); // only the end matters
    const workflow = await this.get();
    if (workflow.status !== "completed") throw new WorkflowOutcomeError(workflow);
    return workflow;
  }

  /** Its tasks as they are, and each again after a change, until the workflow has ended. */
  watch(options: WaitOptions = {}): AsyncGenerator<TaskJson, void> {
    return watchWorkflow(this.#client, this.id, options);
  }

  /** It and its tasks, without their arguments and results, as they are now. */
  get(): Promise<WorkflowDetailsJson> {
    return this.#client.getWorkflow(this.id);
  }

  /** Cancels all of its tasks that have not ended. */
  cancel(): Promise<WorkflowJson> {
    return this.#client.cancelWorkflow(this.id);
  }

  /** Runs what failed or was cancelled again, and what was skipped because of that. */
  retry(): Promise<WorkflowJson> {
    return this.#client.retryWorkflow(this.id);
  }
}
