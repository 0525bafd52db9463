/** The ready task of a queue whose turn comes first. */
export interface FirstInLine {
  readonly queue: string;
  readonly id: string;
  /** Since when it is ready, epoch ms. */
  readonly readyAt: number;
}

/** The first task of one pool of a queue. */
export interface FirstOfPool extends FirstInLine {
  readonly readyOrder: number;
}

/** Of each queue the one that is first over all its pools. */
export function firstOfQueues(firsts: readonly FirstOfPool[]): readonly FirstInLine[] {
  const byQueue = new Map<string, FirstOfPool>();
  for (const first of firsts) {
    const other = byQueue.get(first.queue);
    if (other === undefined || first.readyOrder < other.readyOrder) byQueue.set(first.queue, first);
  }
  return [...byQueue.values()].map(({ queue, id, readyAt }) => ({ queue, id, readyAt }));
}
