/**
 * The check of a graph when it is submitted, and its waves. Linear in tasks and dependencies, and
 * without recursion, so that a chain of 10,000 tasks is as welcome as a flat one.
 */
import { type FieldError, ok, refuse, type Result } from "./error.ts";

/** A task as far as the graph looks at it. */
export interface GraphNode {
  readonly key: string;
  /** Keys of the same graph or, where no key of it matches, names of tasks outside. */
  readonly deps: readonly string[];
}

/** A graph that can run. */
export interface GraphPlan {
  /** Topological level of each node in input order; tasks outside the graph do not raise it. */
  readonly waves: readonly number[];
  /** Indices of all nodes, dependencies before those that depend on them. */
  readonly order: readonly number[];
}

type Reason = "duplicate_key" | "self_dependency" | "unknown_dependency" | "cycle";

interface Fault extends FieldError {
  readonly reason: Reason;
}

/** A refusal lists this many faults at most. */
const MAX_FAULTS = 20;

/**
 * Checks `nodes` and finds their waves. `isExternal` says whether a dependency that is no key of the
 * graph exists outside. Refused whole, with every faulty place: the reason and the text are those of
 * the first.
 */
export function planGraph(
  nodes: readonly GraphNode[],
  isExternal: (dep: string) => boolean,
): Result<GraphPlan> {
  const indexOf = new Map<string, number>();
  const faults = [
    ...findDuplicates(nodes, indexOf),
    ...findBadDependencies(nodes, indexOf, isExternal),
  ];
  if (faults.length > 0) return refused(faults);
  const plan = sortNodes(nodes, indexOf);
  return plan.order.length === nodes.length
    ? ok(plan)
    : refused([findCycle(nodes, indexOf, new Set(plan.order))]);
}

function findDuplicates(nodes: readonly GraphNode[], indexOf: Map<string, number>): Fault[] {
  const faults: Fault[] = [];
  for (const [index, { key }] of nodes.entries()) {
    if (indexOf.has(key)) {
      const message = `Cannot submit task "${key}": another task of the graph has the same key`;
      faults.push({ reason: "duplicate_key", pointer: `/tasks/${index}/key`, message });
    } else {
      indexOf.set(key, index);
    }
  }
  return faults;
}

function findBadDependencies(
  nodes: readonly GraphNode[],
  indexOf: ReadonlyMap<string, number>,
  isExternal: (dep: string) => boolean,
): Fault[] {
  const faults: Fault[] = [];
  for (const [index, { key, deps }] of nodes.entries()) {
    for (const [place, dep] of deps.entries()) {
      const pointer = `/tasks/${index}/deps/${place}`;
      if (dep === key) {
        const message = `Cannot submit task "${key}": it depends on itself`;
        faults.push({ reason: "self_dependency", pointer, message });
      } else if (!indexOf.has(dep) && !isExternal(dep)) {
        const message = `Cannot submit task "${key}": dependency "${dep}" does not exist`;
        faults.push({ reason: "unknown_dependency", pointer, message });
      }
    }
  }
  return faults;
}

/** Kahn's algorithm; nodes on or behind a cycle are left out of `order`. */
function sortNodes(nodes: readonly GraphNode[], indexOf: ReadonlyMap<string, number>): GraphPlan {
  const dependents: number[][] = nodes.map(() => []);
  const awaited = nodes.map(({ deps }, index) => {
    let count = 0;
    for (const dep of deps) {
      const parent = indexOf.get(dep);
      if (parent === undefined) continue;
      dependents[parent]?.push(index);
      count++;
    }
    return count;
  });
  const waves = nodes.map(() => 0);
  const order = [...nodes.keys()].filter((index) => awaited[index] === 0);
  for (const index of order) { // grows while it is walked
    const wave = (waves[index] ?? 0) + 1;
    for (const child of dependents[index] ?? []) {
      waves[child] = Math.max(waves[child] ?? 0, wave);
      const left = (awaited[child] ?? 0) - 1;
      awaited[child] = left;
      if (left === 0) order.push(child);
    }
  }
  return { waves, order };
}

/**
 * Walks from a node that could not be sorted to a dependency of it that could not either, until one
 * comes up twice: what lies between is a cycle. Named so that each arrow reads "depends on".
 */
function findCycle(
  nodes: readonly GraphNode[],
  indexOf: ReadonlyMap<string, number>,
  sorted: ReadonlySet<number>,
): Fault {
  const stepOf = new Map<number, number>();
  const path: { readonly index: number; readonly key: string; readonly place: number }[] = [];
  let index = nodes.findIndex((_, candidate) => !sorted.has(candidate));
  while (!stepOf.has(index)) {
    stepOf.set(index, path.length);
    const node = nodes[index];
    if (node === undefined) throw new RangeError("Cannot find a cycle: every node was sorted");
    const place = node.deps.findIndex((dep) => {
      const parent = indexOf.get(dep);
      return parent !== undefined && !sorted.has(parent);
    });
    path.push({ index, key: node.key, place });
    index = indexOf.get(node.deps[place] ?? "") ?? -1;
  }
  return cycleFault(path.slice(stepOf.get(index)));
}

function cycleFault(
  cycle: readonly { readonly index: number; readonly key: string; readonly place: number }[],
): Fault {
  const [first] = cycle;
  if (first === undefined) throw new RangeError("A cycle has at least one node");
  const names = [...cycle, first].map(({ key }) => key);
  return {
    reason: "cycle",
    pointer: `/tasks/${first.index}/deps/${first.place}`,
    message: `Cannot submit task "${first.key}": its dependencies form a cycle: ` +
      abridge(names).join(" → "),
  };
}

/** Names of a long cycle, its middle left out, so that 10,000 keys don't end up in one message. */
function abridge(names: readonly string[]): readonly string[] {
  const shown = 20;
  if (names.length <= 2 * shown) return names;
  const left = names.length - 2 * shown;
  return [...names.slice(0, shown), `… ${left} more …`, ...names.slice(-shown)];
}

function refused(faults: readonly Fault[]): Result<never> {
  const [first] = faults;
  if (first === undefined) throw new RangeError("A refusal names at least one fault");
  const errors = faults.slice(0, MAX_FAULTS).map(({ pointer, message }) => ({ pointer, message }));
  return refuse("invalid_argument", first.reason, first.message, { errors });
}
