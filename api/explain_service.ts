/** Explaining a task: asks each actor for what it alone knows, and lets the domain conclude. */
import { ok, type Result } from "../actors/domain/error.ts";
import {
  explain,
  type Explanation,
  type NodeFacts,
  type Situation,
  type StoreFacts,
  type TaskFacts,
  type TaskPlace,
} from "../actors/domain/explain.ts";
import { readyPoolOf, runsAlone } from "../actors/domain/crash_policy.ts";
import { aloneKey, servedPool } from "../actors/domain/pool.ts";
import type {
  DispatcherProtocol,
  ReaderProtocol,
  SchedulerProtocol,
  SupervisorProtocol,
} from "../actors/protocol.ts";
import type { ActorRef } from "../actors/runtime/actor.ts";
import { read } from "./ask_refusal.ts";

/** Whom the service asks. */
export interface ExplainServiceOptions {
  readonly scheduler: ActorRef<SchedulerProtocol>;
  readonly reader: ActorRef<ReaderProtocol>;
  readonly supervisor: ActorRef<SupervisorProtocol>;
  readonly dispatcher: ActorRef<DispatcherProtocol>;
  readonly now?: () => number;
}

const READ = { deadlineMs: 10_000 };
/** An actor that does not answer in this time is itself what there is to say. */
const LIVE = { deadlineMs: 2_000 };

/** Says why a task is not running, what it is doing, or how it ended. */
export class ExplainService {
  readonly #options: ExplainServiceOptions;

  constructor(options: ExplainServiceOptions) {
    this.#options = options;
  }

  /** The explanation of task `id`; `not_found` where there is none. */
  async explain(id: string): Promise<Result<Explanation>> {
    const { reader } = this.#options;
    const facts = read(await reader.ask({ kind: "GetStoreFacts", id }, READ));
    if (!facts.ok) return facts;
    const [situations, node] = await Promise.all([this.#situations(facts.value), this.#node()]);
    const [subject, ...others] = situations;
    if (subject === undefined) throw new Error("No situation of the task itself");
    const { dependencies, moreDependencies, truncated } = facts.value;
    const roots = facts.value.roots.flatMap(({ path }, index) => {
      const situation = others[index];
      return situation === undefined ? [] : [{ path, situation }];
    });
    return ok(explain({ subject, dependencies, moreDependencies, roots, truncated, node }));
  }

  async #situations({ subject, roots }: StoreFacts): Promise<readonly Situation[]> {
    const { scheduler, dispatcher } = this.#options;
    const all = [subject, ...roots.map(({ facts }) => facts)];
    const tasks = all.map(placeOf);
    const [conditions, placements] = await Promise.all([
      scheduler.ask({ kind: "GetStartConditions", tasks }, LIVE),
      dispatcher.ask({ kind: "GetPlacements", tasks }, LIVE),
    ]);
    return all.map((facts, index) => ({
      ...facts,
      conditions: conditions.ok ? conditions.value[index] ?? null : null,
      placement: placements.ok ? placements.value[index] ?? null : null,
    }));
  }

  async #node(): Promise<NodeFacts> {
    const { supervisor, now = Date.now } = this.#options;
    const system = await supervisor.ask({ kind: "GetSystem" }, LIVE);
    if (!system.ok) {
      const notReady = ["the supervisor does not answer"];
      return { now: now(), node: "unknown", draining: false, storeError: null, notReady };
    }
    const { node, draining, storeError, notReady } = system.value;
    return { now: now(), node, draining, storeError, notReady };
  }
}

function placeOf({ task }: TaskFacts): TaskPlace {
  const { num, method, queue, pool } = task;
  const runs = task.status === "running" && runsAlone(task);
  const readyPool = servedPool(task.readyPool) ?? (runs ? aloneKey(pool) : readyPoolOf(pool, task));
  return { num, method, queue, pool, readyPool };
}
