/** A change of many tasks, as it is planned, as the product takes it, and as it is judged. */
import type { TaskStatus } from "../../actors/domain/task.ts";
import type { TaskChoice } from "../../actors/protocol.ts";
import type { TaskAction } from "../../api/task_change_service.ts";
import type { Dice } from "./dice.ts";
import type { TaskRow } from "./snapshot.ts";
import type { Wish } from "./wishes.ts";

export interface ChangeMany {
  readonly kind: "change_many";
  readonly change: "cancel" | "retry";
  readonly dryRun: boolean;
  /** The tasks by name; null: all that the rest leaves, of which null leaves a field open. */
  readonly ids: readonly string[] | null;
  readonly queue: string | null;
  readonly method: string | null;
  readonly status: readonly TaskStatus[] | null;
  /** How their ids begin. */
  readonly prefix: string | null;
}

const STATUSES: Readonly<Record<ChangeMany["change"], readonly TaskStatus[]>> = {
  cancel: ["blocked", "scheduled", "pending", "running"],
  retry: ["failed", "cancelled"],
};

/** Draws one; `ids` and `queues` are what it may name. */
export function planChangeMany(
  dice: Dice,
  { ids, queues }: { readonly ids: readonly string[]; readonly queues: readonly string[] },
): ChangeMany {
  const change = dice.chance(0.4) ? "cancel" : "retry";
  const dryRun = dice.chance(0.25);
  const open = { ids: null, queue: null, method: null, status: null, prefix: null };
  if (dice.chance(0.3)) {
    const some = Array.from({ length: 1 + dice.below(6) }, () => dice.pick(ids));
    return { kind: "change_many", change, dryRun, ...open, ids: [...new Set(some)] };
  }
  return {
    kind: "change_many",
    change,
    dryRun,
    ids: null,
    queue: dice.chance(0.6) ? dice.pick(queues) : null,
    method: dice.chance(0.2) ? "sim.block" : null,
    status: dice.chance(0.3) ? [dice.pick(STATUSES[change])] : null,
    prefix: dice.chance(0.2) ? "t1" : null,
  };
}

/** Which tasks it is for, in the product's terms. */
export function choiceOf({ ids, queue, method, status, prefix }: ChangeMany): TaskChoice {
  if (ids !== null) return { by: "ids", ids };
  const open = { workflowId: null, label: null, since: null, until: null, reason: null };
  return { by: "filter", filter: { ...open, queue, method, status, q: prefix } };
}

/** What is to be done with them, in the product's terms. */
export function actionOf({ change }: ChangeMany): TaskAction {
  return change === "cancel" ? { kind: "cancel" } : { kind: "retry", args: null };
}

/** What it asks for, in terms of the database. */
export function wishOf({ change, dryRun, ids, ...filter }: ChangeMany): Wish {
  const means = ({ id, queue, method, status }: TaskRow) =>
    STATUSES[change].some((one) => one === status) &&
    (ids?.includes(id) ?? true) &&
    (filter.queue ?? queue) === queue &&
    (filter.method ?? method) === method &&
    (filter.status?.some((one) => one === status) ?? true) &&
    id.startsWith(filter.prefix ?? "");
  return { change, means, search: dryRun ? "count" : "change" };
}
