/** An executor in a Worker of its own, beside stand-ins for the scheduler and the dispatcher. */
import assert from "node:assert/strict";
import type { MethodDefinition } from "../../../actors/domain/task.ts";
import type { Assignment, ExecutorProtocol, RunOutcome, RunRef } from "../../../actors/protocol.ts";
import type { ActorRef, ChildSpec } from "../../../actors/runtime/mod.ts";
import { executorEntry } from "../../../actors/supervisor/task_modules.ts";
import { PATIENT, ProbeSystem, valueOf } from "../../support/runtime_actors/probe_system.ts";
import type { StandInProtocol } from "./scheduler_stand_in.ts";

export interface ExecutorNodeOptions {
  /** `async` when absent. */
  readonly pool?: string;
  readonly slots?: number;
  readonly moduleUrls?: readonly string[];
}

/** What a test does with it. */
export interface ExecutorNode extends AsyncDisposable {
  readonly system: ProbeSystem;
  readonly definitions: readonly MethodDefinition[];
  assign(runs: readonly Assignment[]): Promise<void>;
  cancel(runs: readonly RunRef[]): Promise<void>;
  outcomes(count: number): Promise<readonly RunOutcome[]>;
  announcements(
    count: number,
  ): Promise<readonly { readonly incarnation: string; readonly held: readonly unknown[] }[]>;
}

/** Starts both; rejects when the executor does not start. */
export async function startExecutor(options: ExecutorNodeOptions = {}): Promise<ExecutorNode> {
  const system = new ProbeSystem();
  try {
    const standIns = [standInSpec("scheduler"), standInSpec("dispatcher")];
    await system.system.start([...standIns, executorSpec(options)]);
  } catch (error) {
    await system[Symbol.asyncDispose]();
    throw error;
  }
  const executor: ActorRef<ExecutorProtocol> = system.system.ref("executor-1");
  const scheduler: ActorRef<StandInProtocol> = system.system.ref("scheduler");
  const ready = system.system.readyData("executor-1");
  return {
    system,
    definitions: definitionsIn(ready),
    assign: async (runs) => {
      valueOf(await executor.ask({ kind: "AssignRuns", runs }, PATIENT));
    },
    cancel: async (runs) => {
      const message = { kind: "AbortRuns", runs, reason: "cancelled" } as const;
      valueOf(await executor.ask(message, PATIENT));
    },
    outcomes: async (count) =>
      valueOf(await scheduler.ask({ kind: "AwaitOutcomes", count }, PATIENT)),
    announcements: async (count) =>
      valueOf(await scheduler.ask({ kind: "AwaitAnnouncements", count }, PATIENT)),
    [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
  };
}

function standInSpec(name: string): ChildSpec {
  return {
    name,
    entry: new URL("./scheduler_stand_in.ts", import.meta.url),
    permissions: "none",
    init: () => null,
    links: [],
    ping: null,
    startMs: 20_000,
    stopMs: 1_000,
    restart: "permanent",
  };
}

function executorSpec(
  { pool = "async", slots = 20, moduleUrls = [] }: ExecutorNodeOptions,
): ChildSpec {
  return {
    ...standInSpec("executor-1"),
    entry: executorEntry(moduleUrls),
    init: () => ({
      node: "n",
      pool,
      slots,
      moduleUrls,
      httpAllow: [],
      graceMs: 100,
      otel: false,
    }),
    links: ["scheduler", "dispatcher"],
    // An isolate that closes says nothing: that it is gone shows in that it answers no more.
    ping: pool === "async" ? { intervalMs: 100, timeoutMs: 2_000 } : null,
  };
}

function definitionsIn(ready: unknown): readonly MethodDefinition[] {
  assert.ok(typeof ready === "object" && ready !== null && "definitions" in ready);
  assert.ok(Array.isArray(ready.definitions));
  return ready.definitions;
}

/** The outcome of a run, which has to be there. */
export function outcomeIn(outcomes: readonly RunOutcome[], num: number): RunOutcome {
  const found = outcomes.find((outcome) => outcome.num === num);
  assert.ok(found !== undefined, `run ${num} has no outcome`);
  return found;
}
