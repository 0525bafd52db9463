/** Tasks for the page of a task: one that fails by its input, one that goes on and on. */
import { NonRetryableError, task } from "dtask";
import { z } from "zod";

/** Declines what is expensive. */
task({
  name: "watched.charge",
  input: z.tuple([z.number().int()]),
  async run([cents], ctx) {
    ctx.log.info("charging the card", { cents });
    await Promise.resolve();
    if (cents > 90_000) throw new NonRetryableError(`Card was declined for ${cents} cents`);
    return { receipt: 9_007_199_254_740_993n };
  },
});

/** Logs each step and shows its progress, until it is told to stop. */
task({
  name: "watched.count",
  async run(_args, ctx) {
    for (let step = 1; !ctx.signal.aborted; step++) {
      ctx.log.info(`step ${step}`);
      if (step % 2 === 0) ctx.log.warn(`every second step, as ${step} is`);
      ctx.progress(1 - 1 / step, `at step ${step}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    ctx.log.warn("told to stop");
    ctx.signal.throwIfAborted();
  },
});
