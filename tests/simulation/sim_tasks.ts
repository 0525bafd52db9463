/** The task code of the simulation: what it does and how long it takes stands in its argument. */
import { NonRetryableError, task } from "../../tasks/sdk/mod.ts";

/** How a run of the simulated task goes. */
export interface SimulatedRun {
  /** Simulated ms until it ends. */
  readonly ms: number;
  readonly end: "return" | "throw" | "throw_for_good";
  /** Goes on when its signal aborts, up to its own end. */
  readonly deaf: boolean;
  /** From this attempt on it returns, whatever `end` says. */
  readonly returnsAt: number | null;
}

export const simulatedTask = task({
  name: "sim.work",
  async run(args, ctx) {
    const plan = planOf(args);
    await passTime(plan, ctx.signal);
    return endOf(plan, ctx.attempt);
  },
});

export const simulatedBlockingTask = task({
  name: "sim.block",
  run(args, ctx) {
    return endOf(planOf(args), ctx.attempt);
  },
});

function planOf(args: readonly unknown[]): SimulatedRun {
  return args[0] as SimulatedRun;
}

function endOf({ end, returnsAt }: SimulatedRun, attempt: number): number {
  if (end === "return" || (returnsAt !== null && attempt >= returnsAt)) return attempt;
  throw end === "throw" ? new Error("as planned") : new NonRetryableError("as planned, for good");
}

function passTime({ ms, deaf }: SimulatedRun, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    if (!deaf) signal.addEventListener("abort", onAbort, { once: true });
  });
}
