/** Tasks that outlast a lease, in one isolate. */
import { task } from "dtask";

/** Beyond the abort, so that the isolates of those that did not stop have been ended. */
const LONGER_MS = 8_000;

const stopped = Promise.withResolvers<void>();

/** Ends with its signal. */
task({
  name: "leased.stops",
  run: async (_args, { signal, run }) => {
    if (run > 1) return "again";
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    stopped.resolve();
    throw signal.reason;
  },
});

/** Goes on when the other one is stopped, and says whether it was told to stop, too. */
task({
  name: "leased.goes_on",
  onLeaseLost: "continue",
  run: async (_args, { signal }) => {
    await stopped.promise;
    await new Promise((resolve) => setTimeout(resolve, LONGER_MS));
    return signal.aborted ? "aborted" : "not aborted";
  },
});
