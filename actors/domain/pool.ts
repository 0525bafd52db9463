import type { MethodDefinition, TaskMode, TaskPermissions } from "./task.ts";

/** Names of rights in the order in which they stand in a pool's key. */
const RIGHTS = ["env", "net", "read", "run", "write"] as const;

/** What a pool of executors is for: its key says all of it, so that keys can travel alone. */
export interface Pool {
  /** `alone`: suspects of either mode, one at a time on the node. */
  readonly kind: TaskMode | "alone";
  readonly permissions: TaskPermissions;
  /** Its executors load no module of the user's, who therefore has no share in its rights. */
  readonly builtin?: boolean;
}

const BUILTIN = "+builtin";

/** The key of a pool: `async`, `blocking+net=["api.example.com"]`, `async+builtin+net=*`, `alone`, … */
export function poolKey({ kind, permissions, builtin = false }: Pool): string {
  const rights = RIGHTS.flatMap((right) => {
    const value = permissions[right];
    if (value === undefined || (value !== true && value.length === 0)) return [];
    return [`+${right}=${value === true ? "*" : JSON.stringify([...value].sort())}`];
  });
  return kind + (builtin ? BUILTIN : "") + rights.join("");
}

/** What a node gives to tasks that ask for rights. */
export interface RightsPolicy {
  readonly allowTaskPermissions: boolean;
}

/**
 * The pool in which tasks of a method run on a node. Built-in ones have their rights by themselves,
 * in isolates without other code; those of the user's only where the operator allows it.
 */
export function poolOfMethod(
  { mode, permissions, builtin }: Pick<MethodDefinition, "mode" | "permissions" | "builtin">,
  policy: RightsPolicy,
): Pool {
  if (Object.keys(permissions).length === 0) return { kind: mode, permissions };
  if (builtin) return { kind: mode, permissions, builtin };
  return { kind: mode, permissions: policy.allowTaskPermissions ? permissions : {} };
}

/** True for a pool whose executors load built-in tasks alone. */
export function isBuiltin(key: string): boolean {
  return key.slice(key.indexOf("+")).startsWith(BUILTIN);
}

/** The key of the pool in which a suspect of `key`'s pool runs alone. */
export function aloneKey(key: string): string {
  const plus = key.indexOf("+");
  return "alone" + (plus < 0 ? "" : key.slice(plus));
}

/** The mode of a task whose own pool has `key`; `key` is never an `alone` pool's. */
export function modeOf(key: string): TaskMode {
  return key.startsWith("async") ? "async" : "blocking";
}

/** True for the pools in which one suspect at a time runs. */
export function isAlone(key: string): boolean {
  return key.startsWith("alone");
}

const UNREGISTERED = "unregistered:";

/** The pool in which ready tasks of a method wait that no node has: no executor serves it. */
export function unregisteredKey(method: string): string {
  return UNREGISTERED + method;
}

/** The method whose tasks wait in the pool `key`; null for pools that executors serve. */
export function methodOfUnregistered(key: string): string | null {
  return key.startsWith(UNREGISTERED) ? key.slice(UNREGISTERED.length) : null;
}

/** `key`, unless it is null or of a pool that no executor serves. */
export function servedPool(key: string | null): string | null {
  return key === null || methodOfUnregistered(key) !== null ? null : key;
}
