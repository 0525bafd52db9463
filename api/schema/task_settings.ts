/** The fields that a task has however it comes to be: what is done, where, and how often. */
import { z } from "zod";
import { LIMITS } from "../../actors/domain/task.ts";
import { labelText, nameText, queueText } from "./text.ts";

/** How often, and how long after each other, a task is tried. */
export const retryInput = z.strictObject({
  maxAttempts: z.int().min(1).max(LIMITS.attempts).exactOptional(),
  backoff: z.enum(["fixed", "linear", "exponential"]).exactOptional(),
  initialMs: z.int().min(0).max(LIMITS.delayMs).exactOptional(),
  factor: z.number().min(1).max(1_000).exactOptional(),
  maxMs: z.int().min(0).max(LIMITS.delayMs).exactOptional(),
  jitter: z.enum(["full", "none"]).exactOptional(),
}).meta({ id: "RetryPolicy", description: "What is absent is the method's, then the server's." });

const labelsInput = z.preprocess((value, context) => {
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__")) {
    context.addIssue({ code: "custom", message: "__proto__ is not a possible name" });
  }
  return value;
}, z.record(nameText, labelText));

/** At most `max` labels. A record passes over the key `__proto__` in silence: that is refused before. */
export function labelsUpTo(max: number) {
  return labelsInput.refine(
    (labels) => Object.keys(labels).length <= max,
    `at most ${max} labels`,
  );
}

const timeoutInput = z.int().min(1).max(LIMITS.timeoutMs);

/** What is to be done. */
export const work = {
  method: nameText,
  args: z.array(z.unknown()).optional().meta({ description: "Default: none." }),
  payload: z.unknown().optional().meta({ description: "Short for `args` with one argument." }),
};

/** Where and how. */
export const settings = {
  queue: queueText.optional(),
  priority: z.int().min(-100).max(100).optional().meta({ description: "Higher first." }),
  delayMs: z.int().min(0).max(LIMITS.delayMs).optional(),
  timeoutMs: timeoutInput.optional().meta({ description: "One attempt." }),
  heartbeatTimeoutMs: timeoutInput.optional(),
  concurrencyKey: nameText.optional(),
  retry: retryInput.optional(),
  labels: labelsUpTo(LIMITS.labels).optional(),
};
