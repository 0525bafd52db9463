/** The tasks of a run under faults. Each writes down when its code starts and ends. */
import { task, type TaskContext, type TaskValue } from "dtask";

type Args = readonly TaskValue[];

/** Registers the tasks; what they write goes to `folder`, a file for each process. */
export function defineChaosTasks(folder: string): void {
  const permissions = { write: [folder] };
  const write = (what: "start" | "end", { taskId, run }: TaskContext) => {
    const line = `${what} ${Date.now()} ${run} ${taskId}\n`;
    Deno.writeTextFileSync(`${folder}/${Deno.pid}`, line, { append: true });
  };
  const witnessed = async (ctx: TaskContext, run: () => Promise<void>) => {
    write("start", ctx);
    try {
      await run();
      return ctx.taskId;
    } finally {
      write("end", ctx);
    }
  };

  task({
    name: "chaos.step",
    permissions,
    run: (args, ctx) => witnessed(ctx, () => pause(args, ctx.signal)),
    mode: "async",
  });

  task({
    name: "chaos.flaky",
    permissions,
    mode: "async",
    retry: { maxAttempts: 5, initialMs: 50, maxMs: 500 },
    run: (args, ctx) =>
      witnessed(ctx, async () => {
        await pause(args, ctx.signal);
        if (ctx.attempt === 1) throw new Error("fails at first, on purpose");
      }),
  });

  task({
    name: "chaos.block",
    permissions,
    mode: "blocking",
    run: (args, ctx) => {
      write("start", ctx);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, msOf(args));
      write("end", ctx);
      return ctx.taskId;
    },
  });
}

/** Waits as many ms as the first argument says; rejects with the signal's reason. */
async function pause(args: Args, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, msOf(args));
  signal.addEventListener("abort", () => reject(signal.reason));
  await promise.finally(() => clearTimeout(timer));
}

function msOf([ms]: Args): number {
  return Number(ms ?? 0);
}
