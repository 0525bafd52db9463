/** What definitions ask of the node that runs them. */
import { aloneKey, poolKey } from "../domain/pool.ts";
import type { MethodDefinition, TaskPermissions } from "../domain/task.ts";
import { getLogger } from "../telemetry/logger.ts";

const log = getLogger("supervisor");

/** The rights of a pool by its key; null for a key that no registered task leads to. */
export function permissionsOfPool(
  pool: string,
  definitions: readonly MethodDefinition[],
  { allowTaskPermissions }: { readonly allowTaskPermissions: boolean },
): TaskPermissions | null {
  for (const { mode, permissions: asked } of definitions) {
    const permissions = allowTaskPermissions ? asked : {};
    const key = poolKey({ kind: mode, permissions });
    if (pool === key || pool === aloneKey(key)) return permissions;
  }
  return null;
}

/** Every name of the methods whose code goes on without the lease. */
export function methodsGoingOn(definitions: readonly MethodDefinition[]): readonly string[] {
  return definitions.flatMap(({ name, aliases, onLeaseLost }) =>
    onLeaseLost === "continue" ? [name, ...aliases] : []
  );
}

/** Says which tasks run without the rights that they ask for. */
export function warnAboutPermissions(definitions: readonly MethodDefinition[]): void {
  for (const { name, permissions } of definitions) {
    if (Object.keys(permissions).length === 0) continue;
    log.warn(
      "task {name} asks for rights and runs without them; allow them with --allow-task-permissions",
      { name },
    );
  }
}
