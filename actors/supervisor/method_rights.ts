/** What definitions ask of the node that runs them. */
import { aloneKey, poolKey, poolOfMethod, type RightsPolicy } from "../domain/pool.ts";
import type { MethodDefinition, TaskPermissions } from "../domain/task.ts";
import { getLogger } from "../telemetry/logger.ts";

const log = getLogger("supervisor");

/** The rights of a pool by its key; null for a key that no registered task leads to. */
export function permissionsOfPool(
  pool: string,
  definitions: readonly MethodDefinition[],
  policy: RightsPolicy,
): TaskPermissions | null {
  for (const definition of definitions) {
    const own = poolOfMethod(definition, policy);
    const key = poolKey(own);
    if (pool === key || pool === aloneKey(key)) return own.permissions;
  }
  return null;
}

/** The definitions that a node offers: without `--allow-shell` nothing built in that starts programs. */
export function offeredMethods(
  definitions: readonly MethodDefinition[],
  { allowShell }: { readonly allowShell: boolean },
): readonly MethodDefinition[] {
  if (allowShell) return definitions;
  return definitions.filter(({ builtin, permissions }) =>
    !builtin || permissions.run === undefined
  );
}

/** Every name of the methods whose code goes on without the lease. */
export function methodsGoingOn(definitions: readonly MethodDefinition[]): readonly string[] {
  return definitions.flatMap(({ name, aliases, onLeaseLost }) =>
    onLeaseLost === "continue" ? [name, ...aliases] : []
  );
}

/** Says which tasks run without the rights that they ask for. */
export function warnAboutPermissions(definitions: readonly MethodDefinition[]): void {
  for (const { name, permissions, builtin } of definitions) {
    if (builtin || Object.keys(permissions).length === 0) continue;
    log.warn(
      "task {name} asks for rights and runs without them; allow them with --allow-task-permissions",
      { name },
    );
  }
}
