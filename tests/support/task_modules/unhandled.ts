/** A task that names a failure handler which nobody registers. */
import { task } from "dtask";

task({ name: "test.unhandled", onFailure: { method: "test.absent" }, run: () => 1 });
