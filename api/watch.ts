/** What is told, one step after the other, for as long as somebody listens. */
export interface Watch<T> {
  /** What to say at once. */
  opening(): T;
  /** What comes next; null once it is over. */
  next(): Promise<readonly T[] | null>;
  close(): void;
}
