/** A run that a node's executor was given and that has not ended; its code may not have begun yet. */
export interface NodeRun {
  readonly node: string;
  readonly executor: string;
  /** Of the task. */
  readonly id: string;
  readonly method: string;
  readonly run: number;
  /** When it was given, epoch ms. */
  readonly startedAt: number;
}
