/** Tasks that hold on to their isolate. */
import { task } from "../../../../mod.ts";

let calls = 0;

/** Spins for ever, whatever it could catch. */
task({
  name: "spinner.forever",
  run() {
    calls += 1;
    for (;;) {
      try {
        while (calls > 0);
      } catch {
        calls = -1;
      } finally {
        calls = 0;
      }
    }
  },
});

/** As above, before its first `await`. */
task({
  name: "spinner.async",
  // deno-lint-ignore require-await -- it is to be taken for asynchronous code
  async run() {
    for (;;);
  },
});

/** Spins in the check of its input. */
task({
  name: "spinner.input",
  input: {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: () => {
        for (;;);
      },
    },
  },
  run: () => null,
});

/** How often `spinner.forever` was called in this isolate. */
task({ name: "spinner.calls", mode: "blocking", run: () => calls });
