/** Looks at processes that are no children of ours. */

/** Whether the process still runs; one that has ended, but was not collected yet, does not. */
export function isRunning(pid: number): boolean {
  const state = readProc(`/proc/${pid}/stat`)?.match(/^\d+ \(.*\) (\w)/s)?.[1];
  return state !== undefined && state !== "Z" && state !== "X";
}

/** The processes that it started, by any of its threads, and that were not collected yet. */
export function childrenOf(pid: number): readonly number[] {
  const tasks = `/proc/${pid}/task`;
  const threads = unlessGone(() => [...Deno.readDirSync(tasks)]) ?? [];
  const lists = threads.map(({ name }) => readProc(`${tasks}/${name}/children`) ?? "");
  return lists.flatMap((list) => list.split(" ")).filter((word) => word !== "").map(Number);
}

/** Sends a signal; says whether the process was still there. */
export function signalProcess(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function readProc(path: string): string | null {
  return unlessGone(() => Deno.readTextFileSync(path));
}

function unlessGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    // A process that ends while it is read gives ESRCH, which has no class of its own.
    const gone = error instanceof Error && /os error 3\b/.test(error.message);
    if (gone || error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
