import type { ActorContext, Started } from "../runtime/mod.ts";
import { addressRule } from "../domain/ip_address.ts";
import type { MethodDefinition } from "../domain/task.ts";
import type { ExecutorProtocol } from "../protocol.ts";
import { configureLogging, getLogger, type LoggingOptions } from "../telemetry/logger.ts";
import { ExecutorActor } from "./executor_actor.ts";
import { guardIsolate } from "./isolate_guard.ts";
import { type LoadedTasks, loadTasks } from "./load_tasks.ts";
import { createRunTracer } from "./run_tracer.ts";
import { describeTasks } from "./task_definitions.ts";

/** The data of an executor's child spec. */
export interface ExecutorInit {
  readonly node: string;
  /** Key of its pool: see `domain/pool.ts`. */
  readonly pool: string;
  /** Runs at a time; 1 in a blocking or an alone pool. */
  readonly slots: number;
  /** The user's task modules as `file:` URLs, in the order in which they are loaded. */
  readonly moduleUrls: readonly string[];
  /** Ranges of addresses beside the public ones that `http.request` may reach. */
  readonly httpAllow: readonly string[];
  /** How long code may run on after its signal aborted, in ms. */
  readonly graceMs: number;
  /** Whether runs are traced. */
  readonly otel: boolean;
  readonly logging?: Pick<LoggingOptions, "format" | "level">;
}

/** What an executor tells the supervisor on being ready. */
export interface ExecutorReady {
  readonly definitions: readonly MethodDefinition[];
}

/** Makes the executor of this isolate: seals the isolate, loads the tasks, and starts the actor. */
export async function startExecutor(
  init: ExecutorInit,
  context: ActorContext,
): Promise<Started<ExecutorProtocol>> {
  if (init.logging !== undefined) configureLogging(init.logging);
  guardIsolate();
  logEscapedErrors(context.name);
  const definitions = await definitionsOf(await loadTasks(init.moduleUrls));
  await ruleAddresses(init.httpAllow);
  const tracer = init.otel ? await createRunTracer() : null;
  const ready: ExecutorReady = { definitions };
  const { pool, slots, graceMs } = init;
  return { behaviour: new ExecutorActor({ pool, slots, graceMs, context, tracer }), ready };
}

/** What is registered, with a mark on what the product answers for. */
async function definitionsOf({ builtin, own }: LoadedTasks): Promise<MethodDefinition[]> {
  const marked = (await describeTasks(builtin)).map((one) => ({ ...one, builtin: true as const }));
  return [...marked, ...await describeTasks(own)];
}

/** Tells `http.request` where it may go. Imported late, as all task code is. */
async function ruleAddresses(allowed: readonly string[]): Promise<void> {
  const { setAddressRule } = await import("../../tasks/builtin/http/address_check.ts");
  setAddressRule(addressRule(allowed));
}

/**
 * Says what escaped from task code outside of the promise that it returned. The error ends the
 * isolate all the same: nobody knows whose it was, and what state it left.
 */
function logEscapedErrors(name: string): void {
  const logger = getLogger(name);
  self.addEventListener("unhandledrejection", (event) => {
    logger.error("Task code left a rejected promise behind", { error: textOf(event.reason) });
  });
  self.addEventListener("error", (event) => {
    logger.error("Task code threw outside of its run", { error: textOf(event.error) });
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
