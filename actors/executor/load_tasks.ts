import { findTask, type RegisteredTask, registeredTasks } from "../../tasks/sdk/task_registry.ts";
import { loaderOf } from "./provided_modules.ts";

/** What is registered once all is loaded. */
export interface LoadedTasks {
  /** What comes with the product. */
  readonly builtin: readonly RegisteredTask[];
  /** What the user's modules added. */
  readonly own: readonly RegisteredTask[];
}

/**
 * Loads the tasks that come with the product, then the user's modules, in order. Returns all that
 * are registered then.
 *
 * @param moduleUrls `file:` URLs; whoever lists a folder has the right to read it, executors don't.
 */
export async function loadTasks(moduleUrls: readonly string[]): Promise<LoadedTasks> {
  // A literal, so that `deno compile` finds it; not a static import, so that it waits for the guard.
  await import("../../tasks/registry.gen.ts");
  const builtin = [...registeredTasks()];
  for (const url of moduleUrls) await loadModule(url);
  const own = registeredTasks().slice(builtin.length);
  if (moduleUrls.length > 0 && own.length === 0) {
    throw new Error(
      `Cannot load tasks: none is registered by ${moduleUrls.join(", ")}; ` +
        'define tasks with task() from "dtask"',
    );
  }
  for (const task of own) checkHandler(task);
  return { builtin, own };
}

/** A handler that is missing would be found out when something fails, which is too late. */
function checkHandler({ name, onFailure }: RegisteredTask): void {
  if (onFailure === null) return;
  const { method } = onFailure;
  if (findTask(method, "async") !== undefined || findTask(method, "blocking") !== undefined) return;
  throw new Error(
    `Cannot load tasks: the onFailure of task "${name}" is "${method}", which is not registered`,
  );
}

async function loadModule(url: string): Promise<void> {
  try {
    await loaderOf(url)();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot load task module ${url}: ${why}`, { cause: error });
  }
}
