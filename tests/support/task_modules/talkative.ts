/** A task that logs while it runs. */
import { task } from "dtask";

/** Logs that it has begun, and runs until it is told to stop, of which it logs too. */
task({
  name: "talkative.wait",
  async run([name], ctx) {
    ctx.log.info("begun", { name });
    await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
    ctx.log.warn("told to stop");
    ctx.signal.throwIfAborted();
  },
});
