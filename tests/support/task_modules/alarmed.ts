/** Tasks that fail, and what their failure sets off. */
import { task } from "dtask";

/** Fails for good. */
task({
  name: "test.alarmed",
  retry: { maxAttempts: 1 },
  onFailure: { method: "test.alarm", args: ["by definition"], queue: "alarms" },
  async run([word]) {
    await Promise.resolve();
    throw new Error(`${String(word)} went wrong`);
  },
});

/** Gives back what it was told. */
task({
  name: "test.alarm",
  async run(args) {
    return await Promise.resolve(args);
  },
});
