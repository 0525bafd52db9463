import type { ScheduleRecord, StartedWork } from "../domain/schedule.ts";
import { nextDueAt } from "../domain/schedule_decision.ts";

interface Entry {
  readonly name: string;
  /** Size of its spec as JSON text. */
  readonly bytes: number;
  /** When it was set up or paused last. */
  readonly updatedAt: number;
  /** When its next tick is due; Infinity in a pause. */
  readonly dueAt: number;
  /** What has to end before the tick that waits can start; null where none waits. */
  readonly awaited: string | null;
  /** True when the awaited work may have ended. */
  readonly released: boolean;
  /** Grows with every look at any schedule: who was looked at least recently comes first. */
  readonly servedAt: number;
}

/** When each schedule has to be looked at. Follows the store's records, after each commit. */
export class ScheduleTable {
  readonly #entries = new Map<string, Entry>();
  /** Names of schedules by the work that a tick of them waits for: unique tasks can be several's. */
  readonly #awaiting = new Map<string, Set<string>>();
  #served = 0;
  #bytes = 0;

  constructor(records: readonly ScheduleRecord[]) {
    for (const record of records) this.#set(record, null);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Size of all specs as JSON text. */
  get bytes(): number {
    return this.#bytes;
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  bytesOf(name: string): number {
    return this.#entries.get(name)?.bytes ?? 0;
  }

  /** Takes over what a commit has made of a schedule; null removes it. */
  set(name: string, record: ScheduleRecord | null): void {
    const before = this.#remove(name);
    if (record !== null) this.#set(record, before);
  }

  /** Has schedules looked at that wait for work that has ended; true where there is one. */
  release(kind: StartedWork["kind"], ids: readonly string[]): boolean {
    if (this.#awaiting.size === 0) return false;
    let found = false;
    for (const id of ids) {
      const names = this.#awaiting.get(keyOf({ kind, id }));
      if (names === undefined) continue;
      this.#release(names);
      found = true;
    }
    return found;
  }

  /** Has all schedules looked at that wait for work, which may have ended on another node. */
  releaseAll(): void {
    for (const names of this.#awaiting.values()) this.#release(names);
  }

  /** When something is to be done next, epoch ms: 0 for at once, Infinity for never. */
  nextAt(): number {
    let next = Infinity;
    for (const { dueAt, released } of this.#entries.values()) {
      next = Math.min(next, released ? 0 : dueAt);
    }
    return next;
  }

  /** Names of the schedules that have something to do at `now`, the longest not looked at first. */
  dueAt(now: number): readonly string[] {
    const due = [...this.#entries.values()].filter(({ dueAt, released }) =>
      released || dueAt <= now
    );
    return due.sort((a, b) => a.servedAt - b.servedAt).map(({ name }) => name);
  }

  #release(names: Iterable<string>): void {
    for (const name of names) {
      const entry = this.#entries.get(name);
      if (entry !== undefined) this.#entries.set(name, { ...entry, released: true });
    }
  }

  #set(record: ScheduleRecord, before: Entry | null): void {
    const { name, paused, bufferedAt, lastStarted, updatedAt } = record;
    const waits = bufferedAt !== null && !paused;
    const awaited = waits && lastStarted !== null ? keyOf(lastStarted) : null;
    const isKnown = before?.updatedAt === updatedAt;
    const bytes = isKnown ? before.bytes : specBytes(record);
    this.#entries.set(name, {
      name,
      bytes,
      updatedAt,
      dueAt: paused ? Infinity : nextDueAt(record),
      awaited,
      // After a start, a pause or a change, what a tick waits for may have ended unnoticed.
      released: waits && !isKnown,
      servedAt: this.#served++,
    });
    this.#bytes += bytes;
    if (awaited === null) return;
    this.#awaiting.set(awaited, (this.#awaiting.get(awaited) ?? new Set()).add(name));
  }

  #remove(name: string): Entry | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    this.#entries.delete(name);
    this.#bytes -= entry.bytes;
    const waiting = entry.awaited === null ? undefined : this.#awaiting.get(entry.awaited);
    waiting?.delete(name);
    if (entry.awaited !== null && waiting?.size === 0) this.#awaiting.delete(entry.awaited);
    return entry;
  }
}

/** Size of what a schedule was set up with, as JSON text. */
export function specBytes({ spec }: Pick<ScheduleRecord, "spec">): number {
  return JSON.stringify(spec).length;
}

function keyOf({ kind, id }: StartedWork): string {
  return `${kind} ${id}`;
}
