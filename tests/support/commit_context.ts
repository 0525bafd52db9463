import type { MethodDefinition } from "../../actors/domain/task.ts";
import type { CommitContext } from "../../actors/scheduler/commit.ts";
import { KeyCursors } from "../../actors/scheduler/key_cursors.ts";
import { LeaderRole } from "../../actors/scheduler/leader_role.ts";
import { MethodTable } from "../../actors/scheduler/method_table.ts";
import { QueueNames } from "../../actors/scheduler/queue_names.ts";
import { QueueTable } from "../../actors/scheduler/queue_table.ts";
import { ResultCache } from "../../actors/scheduler/result_cache.ts";
import { ScheduleTable } from "../../actors/scheduler/schedule_table.ts";
import { Strays } from "../../actors/scheduler/strays.ts";

/** What commits need besides the store, of a node alone that has not done anything yet. */
export function commitContext(definitions: readonly MethodDefinition[] = []): CommitContext {
  return {
    node: "n-1",
    shared: false,
    role: new LeaderRole({ node: "n-1", alone: true }),
    methods: new MethodTable(definitions, { allowPermissions: false }),
    queueNames: new QueueNames({ stored: [], always: [] }),
    queues: new QueueTable([]),
    cursors: new KeyCursors(),
    strays: new Strays(),
    results: new ResultCache({ maxBytes: 1 }),
    schedules: new ScheduleTable([]),
    traffic: { foldedUntil: -Infinity },
    random: () => 0.5,
  };
}
