/**
 * Takes from task code what would end its isolate, and all runs in it, without a word, or speak for
 * it: what remains is to throw, which is seen. This keeps mistakes harmless. It is no wall against
 * malice: runs of one isolate are not protected from each other.
 */

/** Call once, before task code is loaded. What the runtime needs it has taken at its own load. */
export function guardIsolate(): void {
  const scope: object = globalThis;
  forbid(scope, "close", "self.close()");
  forbid(scope, "postMessage", "self.postMessage()");
  forbidHandler(scope, "onmessage");
  forbidHandler(scope, "onmessageerror");
  forbid(Deno, "exit", "Deno.exit()");
  const process: unknown = Reflect.get(scope, "process");
  if (typeof process === "object" && process !== null) {
    for (const name of ["exit", "reallyExit", "abort"]) forbid(process, name, `process.${name}()`);
  }
}

function forbid(owner: object, name: string, shown: string): void {
  const value = () => {
    throw new Error(
      `Task code cannot call ${shown}: its isolate runs other tasks too; throw instead`,
    );
  };
  Object.defineProperty(owner, name, { value, writable: false, configurable: false });
}

function forbidHandler(owner: object, name: string): void {
  const get = () => null;
  const set = () => {
    throw new Error(`Task code cannot set ${name}: its isolate takes messages of the system alone`);
  };
  Object.defineProperty(owner, name, { get, set, configurable: false });
}
