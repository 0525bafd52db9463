import { isAlone, isBuiltin, modeOf } from "../domain/pool.ts";
import type { TaskPermissions } from "../domain/task.ts";
import type { ExecutorPlace } from "../protocol.ts";
import type { ChildSpec } from "../runtime/mod.ts";
import type { LoggingOptions } from "../telemetry/logger.ts";
import { executorEntry } from "./task_modules.ts";

export interface ExecutorPoolsOptions {
  readonly node: () => string;
  readonly moduleUrls: readonly string[];
  /** Isolates of each mode in one pool. */
  readonly executors: number;
  /** Async tasks at a time in one isolate. */
  readonly concurrency: number;
  /** Ranges of addresses beside the public ones that `http.request` may reach. */
  readonly httpAllow: readonly string[];
  /** How long aborted code may take to stop, in ms. */
  readonly graceMs: number;
  readonly otel: boolean;
  readonly logging: LoggingOptions;
}

/** The pools that every node starts with. */
const FIRST_POOLS = ["async", "blocking"] as const;

/** Makes the child specs of executors: some for each pool, named in the order in which they come. */
export class ExecutorPools {
  readonly #options: ExecutorPoolsOptions;
  readonly #pools = new Map<string, readonly ChildSpec[]>();
  /** Those of pools that were dropped, too: each has its names for good. */
  readonly #made = new Map<string, readonly ChildSpec[]>();
  #count = 0;

  constructor(options: ExecutorPoolsOptions) {
    this.#options = options;
  }

  /** Executors of the pools without rights. */
  first(): readonly ChildSpec[] {
    return FIRST_POOLS.flatMap((pool) => this.add(pool, {}));
  }

  /** Executors of `pool`, which has `permissions`; empty when it has them already. */
  add(pool: string, permissions: TaskPermissions): readonly ChildSpec[] {
    if (this.#pools.has(pool)) return [];
    const specs = this.#made.get(pool) ?? this.#specs(pool, permissions);
    this.#made.set(pool, specs);
    this.#pools.set(pool, specs);
    return specs;
  }

  /** Drops a pool whose start failed, so that it can be tried again, with the same executors. */
  forget(pool: string): void {
    this.#pools.delete(pool);
  }

  /** The pool that executor `name` belongs to. */
  poolOf(name: string): string | null {
    for (const [pool, specs] of this.#pools) {
      if (specs.some((spec) => spec.name === name)) return pool;
    }
    return null;
  }

  /** Every executor, in the order in which they came. */
  list(): readonly ExecutorPlace[] {
    return [...this.#pools].flatMap(([pool, specs]) =>
      specs.map(({ name }) => ({ name, pool, slots: this.#slotsOf(pool) }))
    );
  }

  #specs(pool: string, permissions: TaskPermissions): readonly ChildSpec[] {
    const count = isAlone(pool) ? 1 : this.#options.executors;
    return Array.from({ length: count }, () => this.#spec(pool, permissions));
  }

  #slotsOf(pool: string): number {
    return !isAlone(pool) && modeOf(pool) === "async" ? this.#options.concurrency : 1;
  }

  #spec(pool: string, permissions: TaskPermissions): ChildSpec {
    const { node, httpAllow, graceMs, otel, logging } = this.#options;
    const moduleUrls = isBuiltin(pool) ? [] : this.#options.moduleUrls;
    const slots = this.#slotsOf(pool);
    return {
      name: `executor-${++this.#count}`,
      entry: executorEntry(moduleUrls),
      permissions: rightsOf(permissions),
      init: () => ({ node: node(), pool, slots, moduleUrls, httpAllow, graceMs, otel, logging }),
      links: ["scheduler", "dispatcher"],
      // Task code may keep its isolate busy. The dispatcher knows what runs there, and looks after it.
      ping: null,
      startMs: 30_000,
      stopMs: 2_000,
      restart: "permanent",
    };
  }
}

function rightsOf(permissions: TaskPermissions): Deno.PermissionOptions {
  const asked = Object.entries(permissions).map(([right, value]) => [
    right,
    value === true ? true : [...value],
  ]);
  return asked.length === 0 ? "none" : Object.fromEntries(asked);
}
