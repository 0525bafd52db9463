/**
 * The result of a task that has not ended yet, as an argument of another: the node puts it in when
 * that one starts. What holds it depends on its task.
 */
export class ResultReference<out Result = unknown> {
  /** Known to the compiler alone. */
  declare readonly "~result": Result;
  /** The task's key in its workflow, or its id. */
  readonly name: string;
  /** The workflow that has the key; null for an id, which means the same anywhere. */
  readonly workflow: object | null;

  constructor(name: string, workflow: object | null) {
    this.name = name;
    this.workflow = workflow;
  }
}
