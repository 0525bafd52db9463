/** Decides when attempts that wait are started. */
export interface StartPolicy {
  /** Something has changed: there may be an attempt to start, and a slot for it. */
  resume(): void;
}
