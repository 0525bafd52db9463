/** Tasks that do what tasks should not. */
import { task } from "dtask";

/** An async task that never lets go of its isolate. */
task({
  name: "misbehave.spin",
  async run() {
    await Promise.resolve();
    for (;;) { /* on purpose */ }
  },
});

/** Takes memory until there is none. */
task({
  name: "misbehave.hog",
  async run() {
    const hoard: number[][] = [];
    for (;;) {
      hoard.push(new Array(100_000).fill(hoard.length));
      if (hoard.length % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },
});
