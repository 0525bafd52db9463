/** What the scheduler knows of tasks that somebody wants explained. */
import type { StartConditions, TaskPlace } from "../domain/explain.ts";
import { modeOf } from "../domain/pool.ts";
import type { MethodTable } from "./method_table.ts";
import type { QueueTable } from "./queue_table.ts";

export interface StartConditionsOptions {
  readonly methods: MethodTable;
  readonly queues: QueueTable;
  readonly now: number;
}

/** Whether each task's method is there, and whether its queue's rate lets it start. */
export function startConditions(
  tasks: readonly TaskPlace[],
  { methods, queues, now }: StartConditionsOptions,
): readonly StartConditions[] {
  return tasks.map(({ method, pool, queue }) => {
    const found = methods.find(method, modeOf(pool));
    const { rateLimit } = queues.get(queue);
    const { count, nextAt } = queues.rateAllowance(queue, now);
    return {
      methodPool: found?.pool ?? null,
      knownElsewhere: methods.knowsElsewhere(method, modeOf(pool)),
      rightsRefused: found !== null && methods.refusesRights(found),
      rate: rateLimit === null ? null : { ...rateLimit, left: count, nextAt },
    };
  });
}
