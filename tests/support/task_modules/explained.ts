/** Tasks that stay as tests of explanations need them. */
import { task } from "dtask";

/** Shows progress and runs until it is told to stop. */
task({
  name: "explained.upload",
  async run(_args, ctx) {
    ctx.progress(0.4, "uploading");
    await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
  },
});

/** Does not heed its signal for a while. */
task({
  name: "explained.stubborn",
  async run() {
    await new Promise((resolve) => setTimeout(resolve, 4_000));
  },
});
