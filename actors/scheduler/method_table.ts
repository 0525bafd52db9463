import {
  aloneKey,
  isBuiltin,
  methodOfUnregistered,
  poolKey,
  poolOfMethod,
} from "../domain/pool.ts";
import type { TaskTemplate } from "../domain/schedule.ts";
import type { MethodDefinition, TaskMode } from "../domain/task.ts";

/** A definition with the pool in which it runs on this node. */
export interface Method {
  readonly definition: MethodDefinition;
  readonly pool: string;
}

/** The registered tasks as plain data, by every name that they are called by. */
export class MethodTable {
  readonly definitions: readonly MethodDefinition[];
  readonly #allowPermissions: boolean;
  readonly #methods = new Map<string, Map<TaskMode, Method>>();
  readonly #pools = new Set<string>();
  #elsewhere: MethodTable | null = null;

  constructor(
    definitions: readonly MethodDefinition[],
    { allowPermissions }: { readonly allowPermissions: boolean },
  ) {
    this.definitions = definitions;
    this.#allowPermissions = allowPermissions;
    for (const definition of definitions) {
      const policy = { allowTaskPermissions: allowPermissions };
      const pool = poolKey(poolOfMethod(definition, policy));
      this.#pools.add(pool).add(aloneKey(pool));
      for (const name of [definition.name, ...definition.aliases]) {
        const modes = this.#methods.get(name) ?? new Map<TaskMode, Method>();
        this.#methods.set(name, modes.set(definition.mode, { definition, pool }));
      }
    }
  }

  /** Takes the definitions of the other nodes that share the store. */
  setElsewhere(definitions: readonly MethodDefinition[]): void {
    this.#elsewhere = new MethodTable(definitions, { allowPermissions: this.#allowPermissions });
  }

  /** True for the pools in which this node runs anything. */
  serves(pool: string): boolean {
    return this.#pools.has(pool);
  }

  /**
   * True for the pools of whose work the dispatcher hears. Where nodes share a store, it is what this
   * node serves. Alone it is the rest, too, so that it shows when nobody starts it; but not what is
   * built in and not offered, which waits, as work of an unregistered method does, for a node that
   * offers it.
   */
  concerns(pool: string, { shared }: { readonly shared: boolean }): boolean {
    return this.serves(pool) || !shared && !isBuiltin(pool);
  }

  /**
   * True for pools that the users' methods have left, since they ask for other rights now. Where this
   * node gives no rights, what asked for some waits until it does, and is not run without.
   */
  isLeft(pool: string): boolean {
    return this.#allowPermissions && !this.serves(pool) && !isBuiltin(pool) &&
      methodOfUnregistered(pool) === null;
  }

  /** True when a method asks for rights that this node does not give. */
  refusesRights({ definition: { permissions, builtin } }: Method): boolean {
    return !this.#allowPermissions && builtin !== true && Object.keys(permissions).length > 0;
  }

  /** The name of the handler that a submission asks for and nobody has registered; null: all is well. */
  missingHandler({ onFailure }: Pick<TaskTemplate, "onFailure">): string | null {
    return onFailure && this.findAnywhere(onFailure.method, null) === null
      ? onFailure.method
      : null;
  }

  /** The same as `find`, and where this node has none, of those of the other nodes. */
  findAnywhere(name: string, mode: TaskMode | null): Method | null {
    return this.find(name, mode) ?? this.#elsewhere?.find(name, mode) ?? null;
  }

  /** True when another node has a method called `name`. */
  knowsElsewhere(name: string, mode: TaskMode): boolean {
    return this.#elsewhere !== null && this.#elsewhere.find(name, mode) !== null;
  }

  /** The definition called `name`: of `mode` where there are two, async first where none is asked for. */
  find(name: string, mode: TaskMode | null): Method | null {
    const modes = this.#methods.get(name);
    if (modes === undefined) return null;
    return (mode && modes.get(mode)) ?? modes.get("async") ?? modes.get("blocking") ?? null;
  }
}
