import assert from "node:assert/strict";
import type { TaskRecord, TaskStatus } from "../../actors/domain/task.ts";

/** What a store should hold: tasks by num, and whose turn it is. */
export class StoreModel {
  readonly tasks = new Map<number, TaskRecord>();
  readonly parents = new Map<number, readonly number[]>();
  lastNum = 0;
  lastSeq = 0;
  afterKey: string | null = null;

  of(...statuses: readonly TaskStatus[]): readonly TaskRecord[] {
    return [...this.tasks.values()].filter(({ status }) => statuses.includes(status));
  }

  /** The pending tasks that a claim has to pick, worked out in the simplest way. */
  ready(max: number, limit: number | null): readonly number[] {
    const pending = this.of("pending").toSorted((a, b) =>
      (a.readyOrder ?? 0) - (b.readyOrder ?? 0) || a.num - b.num
    );
    const byKey = Map.groupBy(pending, ({ concurrencyKey }) => concurrencyKey);
    for (const [key, tasks] of byKey) {
      if (key === null || limit === null) continue;
      const running = this.of("running").filter((task) => task.concurrencyKey === key).length;
      byKey.set(key, tasks.slice(0, Math.max(0, limit - running)));
    }
    const rank = (key: string | null) => key === null ? "" : key;
    const keys = [...byKey.keys()].sort((a, b) => rank(a) < rank(b) ? -1 : 1);
    const start = keys.findIndex((key) => rank(key) > rank(this.afterKey));
    const turns = start < 0 ? keys : [...keys.slice(start), ...keys.slice(0, start)];
    const picked: number[] = [];
    for (let round = 0; round < pending.length; round++) {
      for (const key of turns) {
        picked.push(...byKey.get(key)?.slice(round, round + 1).map((t) => t.num) ?? []);
      }
    }
    return picked.slice(0, max);
  }

  /** Takes over what was written, once it is committed. */
  put(task: TaskRecord): void {
    assert.ok(task.seq > this.lastSeq, "stamps grow");
    this.lastSeq = task.seq;
    this.tasks.set(task.num, task);
  }
}
