/** Bodies of calls that act on something that exists. All of them may be left out. */
import { z } from "zod";

/** `POST /api/tasks/{id}/retry`. */
export const retryTaskInput = z.strictObject({
  args: z.array(z.unknown()).optional().meta({ description: "Replaces the arguments." }),
}).meta({ id: "TaskRetry" });

/** Actions without anything to say. */
export const emptyInput = z.strictObject({}).meta({ id: "Nothing" });

/** `POST /api/system/faults`, for tests of the node. */
export const faultInput = z.strictObject({
  actor: z.string().min(1).max(200),
  fault: z.enum(["throw", "block", "close"]),
});
