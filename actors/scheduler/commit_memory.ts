import { DEFAULTS } from "../domain/task.ts";
import type { StoreWriter } from "../storage/port.ts";
import type { CommitContext } from "./commit.ts";
import type { Effects } from "./effects.ts";
import { KeyCursors } from "./key_cursors.ts";
import { LeaderRole } from "./leader_role.ts";
import { MethodTable } from "./method_table.ts";
import { QueueNames } from "./queue_names.ts";
import { QueueTable } from "./queue_table.ts";
import { ResultCache } from "./result_cache.ts";
import type { SchedulerInit } from "./scheduler_actor.ts";
import { ScheduleTable } from "./schedule_table.ts";
import { Strays } from "./strays.ts";

/** Reads into memory what commits look at again and again; `remember` keeps it in step with the store. */
export async function loadMemory(
  tx: StoreWriter,
  init: Omit<SchedulerInit, "dataDir">,
  { random, shared }: Pick<CommitContext, "random" | "shared">,
): Promise<CommitContext> {
  const { node, definitions, allowTaskPermissions, resultCacheBytes } = init;
  const configs = await tx.loadQueues();
  const rates = await tx.loadQueueRates(configs.map(({ name }) => name));
  const queues = new QueueTable(configs, rates);
  const said = [DEFAULTS.queue, ...definitions.flatMap(({ queue }) => queue ?? [])];
  const always = [...said, ...queues.all().map(({ name }) => name)];
  return {
    node,
    shared,
    role: new LeaderRole({ node, alone: !shared }),
    methods: new MethodTable(definitions, { allowPermissions: allowTaskPermissions }),
    queues,
    queueNames: new QueueNames({ stored: await tx.queueNames(), always }),
    cursors: new KeyCursors(),
    strays: new Strays(),
    results: new ResultCache({ maxBytes: resultCacheBytes }),
    schedules: new ScheduleTable(await tx.loadSchedules()),
    traffic: { foldedUntil: -Infinity },
    random,
  };
}

/** Takes over what a commit has changed, once it stands. Schedules follow in `schedule_keeper.ts`. */
export function remember(memory: CommitContext, effects: Effects): void {
  const { results, queues, queueNames, cursors, strays, traffic } = memory;
  for (const { num, text } of effects.results) results.set(num, text);
  for (const num of effects.deletedNums) results.delete(num);
  for (const queue of effects.queues) queues.set(queue);
  queueNames.committed(effects);
  for (const [queue, bucket] of effects.rates) queues.setRate(queue, bucket);
  for (const [place, key] of effects.cursors) cursors.set(place, key);
  for (const stray of effects.straysGone) strays.remove(stray);
  for (const stray of effects.strays) strays.add(stray);
  traffic.foldedUntil = effects.trafficFoldedUntil ?? traffic.foldedUntil;
}
