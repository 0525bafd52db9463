/** A queue's settings as clients send them. */
import { z } from "zod";
import { defaultQueue, type QueueConfig } from "../../actors/domain/task.ts";

const runs = z.int().min(1).max(1_000_000);

/** The settings that `PUT /api/queues/{name}` replaces; whether it is paused is not one of them. */
export const queueInput = z.strictObject({
  concurrency: runs.nullable().optional().meta({ description: "Most runs at a time." }),
  rateLimit: z.strictObject({ limit: runs, perMs: z.int().min(1).max(86_400_000) })
    .nullable().optional().meta({ description: "Most starts in a span of time." }),
  weight: z.int().min(1).max(1_000).optional()
    .meta({ description: "Share in the round-robin between queues." }),
  keyConcurrency: runs.nullable().optional()
    .meta({ description: "Most runs at a time of one concurrency key." }),
}).meta({ id: "QueueSettings", description: "What is absent is set to its default: no limit." });

/** The settings as a whole, which is what PUT means: nothing of the earlier ones stays. */
export function queueSettings(
  input: z.infer<typeof queueInput>,
): Omit<QueueConfig, "name" | "paused"> {
  const { concurrency, rateLimit, weight, keyConcurrency } = defaultQueue("");
  return {
    concurrency: input.concurrency ?? concurrency,
    rateLimit: input.rateLimit ?? rateLimit,
    weight: input.weight ?? weight,
    keyConcurrency: input.keyConcurrency ?? keyConcurrency,
  };
}
