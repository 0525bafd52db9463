/**
 * Ready tasks that a node has met which does not know their method, over a store that nodes share. They
 * wait apart (`unregistered_tasks.ts`), and nodes that know the method claim them from there: were they
 * let go instead, both nodes would move them to and fro.
 */
import { methodOfUnregistered } from "../domain/pool.ts";
import type { ReadyWork } from "../protocol.ts";
import type { Commit } from "./commit.ts";
import type { MethodTable } from "./method_table.ts";

/** Work in `pool` whose tasks wait in `waitsIn`. */
export interface Stray extends ReadyWork {
  readonly waitsIn: string;
}

/** Places that are remembered; what is forgotten is found at the next look at the store. */
const PLACES_MAX = 10_000;

/** Where else than in its own pool a queue may have work for executors of a pool. */
export class Strays {
  readonly #places = new Map<string, Set<string>>();

  /** The other pools in which such tasks may wait. */
  of({ queue, pool }: ReadyWork): readonly string[] {
    return [...this.#places.get(keyOf({ queue, pool })) ?? []];
  }

  add({ waitsIn, ...work }: Stray): void {
    const key = keyOf(work);
    const place = this.#places.get(key) ?? new Set();
    if (place.size === 0 && this.#places.size >= PLACES_MAX) return;
    this.#places.set(key, place.add(waitsIn));
  }

  /** There is nothing (more) in one of them. */
  remove({ waitsIn, ...work }: Stray): void {
    const key = keyOf(work);
    const place = this.#places.get(key);
    place?.delete(waitsIn);
    if (place?.size === 0) this.#places.delete(key);
  }
}

/** What of the ready work in the store this node can start, whichever pool it waits in. */
export function startable(
  { context: { methods, shared }, effects }: Commit,
  work: readonly ReadyWork[],
): readonly ReadyWork[] {
  return work.flatMap(({ queue, pool: waitsIn }) => {
    const method = methodOfUnregistered(waitsIn);
    if (method === null) {
      return methods.concerns(waitsIn, { shared }) ? { queue, pool: waitsIn } : [];
    }
    if (!shared) return [];
    const places = poolsOf(methods, method).map((pool) => ({ queue, pool }));
    for (const place of places) effects.strays.push({ ...place, waitsIn });
    return places;
  });
}

/** The pools of a name on this node; two where it is registered for both modes. */
function poolsOf(methods: MethodTable, name: string): readonly string[] {
  const found = [methods.find(name, "async"), methods.find(name, "blocking")];
  return [...new Set(found.flatMap((method) => method?.pool ?? []))];
}

function keyOf({ queue, pool }: ReadyWork): string {
  return `${queue}\n${pool}`;
}
